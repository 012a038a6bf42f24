package dev.sluice.integration.load;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.client.RowScan;
import dev.sluice.client.ScanOptions;
import dev.sluice.common.HostPort;
import dev.sluice.shell.ShellCommand;
import dev.sluice.wire.bulkload.BulkLoadStatus;
import dev.sluice.wire.bulkload.LoadMode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** B.19: loads whose rows take the place of all rows of an app, and the way back. */
final class ReplaceTest {
    private static final int PARTITIONS = 4;
    private static final int ROWS = 2_000;
    private static final AtomicInteger APPS = new AtomicInteger();

    @TempDir
    private static Path directory;

    private static LoadCluster cluster;

    private final String app = "replaced" + APPS.incrementAndGet();

    private record Result(int code, String out, String err) {}

    @BeforeAll
    static void startCluster() throws IOException {
        cluster = new LoadCluster(directory);
    }

    @AfterAll
    static void stopCluster() {
        cluster.close();
    }

    /** B.2, B.3, B.19: what was there before is gone, what is written afterwards stays, on every replica. */
    @Test
    void b19TheLoadedRowsAreAllThereIs() throws Exception {
        cluster.create(app, PARTITIONS);
        load("old-", ROWS, LoadMode.MERGE);
        cluster.put(app, "own", "before");

        load("new-", ROWS / 2, LoadMode.REPLACE);

        assertThat(cluster.get(app, "own")).isNull();
        assertThat(cluster.get(app, LoadCluster.key(7))).isEqualTo("new-7");
        assertThat(cluster.get(app, LoadCluster.key(ROWS - 1))).isNull();
        cluster.put(app, "own", "after");
        assertThat(cluster.get(app, "own")).isEqualTo("after");
        assertThat(cluster.rowsThatAllReplicasAgreeOn(app, PARTITIONS)).isEqualTo(ROWS / 2 + 1);
        assertThat(cluster.stagedOnDisk()).isEmpty();
    }

    /** B.19: a scanner stays in the generation in which it began; a reader sees one of the two, never both. */
    @Test
    void b19AScanStaysInItsGeneration() throws Exception {
        cluster.create(app, PARTITIONS);
        load("old-", ROWS, LoadMode.MERGE);
        Set<String> seen = new HashSet<>();
        int rows = 0;
        // One partition at a time, as a partition switches as a whole and by itself.
        try (RowScan scan =
                cluster.client().table(app).scan(0, ScanOptions.all().batchRows(10))) {
            assertThat(new String(scan.next().value(), UTF_8)).startsWith("old-");
            load("new-", ROWS, LoadMode.REPLACE);
            while (scan.hasNext()) {
                seen.add(new String(scan.next().value(), UTF_8).replaceAll("-.*", ""));
                rows++;
            }
        }
        assertThat(seen).containsExactly("old");
        assertThat(rows).isBetween(ROWS / PARTITIONS / 2, ROWS / PARTITIONS * 2);
        try (RowScan scan =
                cluster.client().table(app).scan(0, ScanOptions.all().batchRows(10))) {
            assertThat(new String(scan.next().value(), UTF_8)).startsWith("new-");
        }
    }

    /** B.19: back within a second, but not over writes made since unless told so; and forward again, with them. */
    @Test
    void b19ARollbackAsksBeforeItHidesWrites() throws Exception {
        cluster.create(app, PARTITIONS);
        load("old-", ROWS, LoadMode.MERGE);
        load("new-", ROWS, LoadMode.REPLACE);
        cluster.put(app, "own", "since");

        assertThat(shell("query_generations -a " + app).out())
                .contains("writes_since")
                .containsPattern("0 +0 +false +-")
                .containsPattern("\\d +[1-9]\\d* +true +1");
        Result refused = shell("rollback_bulk_load -a " + app);
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("would hide 1 rows written since the switch", "--hide-writes");
        assertThat(cluster.get(app, LoadCluster.key(7))).isEqualTo("new-7");

        assertThat(shell("rollback_bulk_load -a " + app + " --hide-writes").out())
                .contains("hides 1 rows");
        cluster.awaitEnd(app, BulkLoadStatus.BLS_SUCCEED);
        assertThat(cluster.get(app, LoadCluster.key(7))).isEqualTo("old-7");
        assertThat(cluster.get(app, "own")).isNull();
        assertThat(cluster.rowsThatAllReplicasAgreeOn(app, PARTITIONS)).isEqualTo(ROWS);

        Result forward = shell("rollback_bulk_load -a " + app + " --watch");
        assertThat(forward.code()).as(forward.err()).isZero();
        assertThat(cluster.get(app, "own")).isEqualTo("since");
        assertThat(cluster.rowsThatAllReplicasAgreeOn(app, PARTITIONS)).isEqualTo(ROWS + 1);
    }

    /** B.9, B.10, B.19: what is current stays so when every process starts again, and so does the way back. */
    @Test
    void b19GenerationsSurviveARestartOfEveryProcess() throws Exception {
        cluster.create(app, PARTITIONS);
        load("old-", ROWS, LoadMode.MERGE);
        load("new-", ROWS / 2, LoadMode.REPLACE);
        cluster.put(app, "own", "since");

        cluster.restartAll();

        assertThat(cluster.rowsThatAllReplicasAgreeOn(app, PARTITIONS)).isEqualTo(ROWS / 2 + 1);
        Result back = shell("rollback_bulk_load -a " + app + " --hide-writes --watch");
        assertThat(back.code()).as(back.err()).isZero();
        assertThat(cluster.rowsThatAllReplicasAgreeOn(app, PARTITIONS)).isEqualTo(ROWS);
    }

    /** B.19: the old generation goes after its retention, and a rollback to it is refused with the reason. */
    @Test
    void b19AGenerationThatIsNotKeptAnyMoreIsRefused() throws Exception {
        cluster.create(app, PARTITIONS);
        cluster.client().admin().setAppEnvs(app, Map.of("replica.bulk_load_generations_kept", "0"));
        load("new-", ROWS, LoadMode.REPLACE);
        int appId = cluster.client().admin().app(app).getAppId();
        await().atMost(30, TimeUnit.SECONDS).until(() -> {
            for (HostPort server : cluster.servers()) {
                if (cluster.command(server, "replica.generations", Integer.toString(appId))
                        .contains("\"id\":0")) {
                    return false;
                }
            }
            return true;
        });
        assertThat(shell("rollback_bulk_load -a " + app).err()).contains("there is nothing to roll back to");
        assertThat(shell("rollback_bulk_load -a " + app + " -g 0").err())
                .contains("generation 0 is not kept by every partition");
        // Also where nobody asked before.
        cluster.client().admin().rollbackBulkLoad(app, 0);
        assertThat(cluster.awaitEnd(app, BulkLoadStatus.BLS_FAILED).hint())
                .contains("generation 0 is not kept any more");
        assertThat(cluster.rowsThatAllReplicasAgreeOn(app, PARTITIONS)).isEqualTo(ROWS);
    }

    @Test
    void aModeThatDoesNotExistIsRefused() {
        assertThat(shell("start_bulk_load -a x -c c -p local -r / --mode upwards")
                        .err())
                .contains("mode 'upwards': expected merge, behind or replace");
    }

    private void load(String prefix, int rows, LoadMode mode) throws Exception {
        cluster.buildSet(app, PARTITIONS, rows, prefix);
        cluster.start(app, mode);
        cluster.awaitEnd(app, BulkLoadStatus.BLS_SUCCEED);
    }

    private static Result shell(String command) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        HostPort meta = cluster.onebox().layout().metaServers().get(0);
        int code = new CommandLine(new ShellCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute("-m", meta.toString(), "-t", "20000", "-c", command);
        return new Result(code, out.toString(), err.toString());
    }
}
