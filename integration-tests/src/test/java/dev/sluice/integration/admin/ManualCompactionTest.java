package dev.sluice.integration.admin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.client.AdminClient;
import dev.sluice.client.ClientOptions;
import dev.sluice.client.CompactionOptions;
import dev.sluice.client.SluiceClient;
import dev.sluice.client.Table;
import dev.sluice.common.HostPort;
import dev.sluice.dist.demo.ReplicaDigests;
import dev.sluice.dist.onebox.Onebox;
import dev.sluice.dist.onebox.OneboxLayout;
import dev.sluice.dist.onebox.Readiness;
import dev.sluice.wire.admin.ManualCompactionStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An operator compacts an app of a whole cluster. */
@Timeout(300)
class ManualCompactionTest {
    private static final int PARTITIONS = 2;
    private static final int REPLICAS = 3;
    private static final int ROWS = 4_000;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    private Path directory;

    @Test
    void everyReplicaGivesBackTheSpaceOfRowsThatAreGoneAndKnowsItAfterARestart() throws Exception {
        OneboxLayout layout = OneboxLayout.onFreePorts(directory.resolve("cluster"), 1, REPLICAS);
        try (Onebox onebox = Onebox.start(layout);
                SluiceClient client = SluiceClient.connect(layout.metaServers(), ClientOptions.DEFAULTS)) {
            AdminClient admin = client.admin();
            Readiness.await(client, REPLICAS, (int) PATIENCE.toMillis());
            int appId = admin.createApp("orders", PARTITIONS, REPLICAS, Map.of(), false);
            admin.awaitHealthy("orders", (int) PATIENCE.toMillis());
            Table orders = client.table("orders");
            writeAll(orders);
            writeAll(orders);
            removeAllBut(orders, ROWS / 10);
            flush(admin, layout, appId);
            long before = tableBytes(appId);
            ReplicaDigests rows = awaitEqualReplicas(admin, layout, appId);
            assertThat(admin.queryManualCompaction("orders")).isEmpty();

            admin.startManualCompaction("orders", CompactionOptions.DEFAULTS);

            awaitCompacted(admin);
            assertThat(tableBytes(appId)).isLessThan(before / 2);
            assertThat(awaitEqualReplicas(admin, layout, appId).rows()).isEqualTo(rows.rows());
            assertShown(admin, layout, appId);

            onebox.stopReplicaServer(0);
            onebox.startReplicaServer(0);
            admin.awaitHealthy("orders", (int) PATIENCE.toMillis());
            awaitCompacted(admin);
            assertThat(shown(admin, layout.replicaServers().get(0)))
                    .as("nothing was done anew, or waits to be")
                    .matches(answerOf(layout.replicaServers().get(0), ""));
        }
    }

    private static void assertShown(AdminClient admin, OneboxLayout layout, int appId) {
        for (HostPort server : layout.replicaServers()) {
            assertThat(admin.replicaInfo(server))
                    .filteredOn(info -> info.getPid().appId() == appId)
                    .hasSize(PARTITIONS)
                    .allSatisfy(info ->
                            assertThat(info.getManualCompactStatus()).isEqualTo(ManualCompactionStatus.FINISHED));
            assertThat(shown(admin, server)).matches(answerOf(server, ", last used \\d+ ms"));
        }
    }

    private static String shown(AdminClient admin, HostPort server) {
        return admin.remoteCommand(server, "replica.query-compact", List.of());
    }

    private static String answerOf(HostPort server, String rest) {
        return "(?s)2 processed, 0 not found(\n    1\\.[01]@" + server + "@[PS] : last finish at \\[[-0-9: .]{23}\\]"
                + rest + "){2}";
    }

    private static void awaitCompacted(AdminClient admin) {
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(admin.queryManualCompaction("orders")).isEqualTo(OptionalInt.of(100)));
    }

    private static ReplicaDigests awaitEqualReplicas(AdminClient admin, OneboxLayout layout, int appId) {
        return await().atMost(PATIENCE)
                .until(
                        () -> ReplicaDigests.of(admin, layout.replicaServers(), appId, PARTITIONS),
                        digests -> digests.faults(REPLICAS).isEmpty());
    }

    private static void writeAll(Table table) {
        List<CompletableFuture<?>> writes = new ArrayList<>();
        for (int i = 0; i < ROWS; i++) {
            String value = Integer.toHexString(i * 0x9E3779B1).repeat(16);
            writes.add(table.put(key(i), bytes(""), bytes(value)));
        }
        writes.forEach(CompletableFuture::join);
    }

    private static void removeAllBut(Table table, int count) {
        List<CompletableFuture<?>> writes = new ArrayList<>();
        for (int i = count; i < ROWS; i++) {
            writes.add(table.remove(key(i), bytes("")));
        }
        writes.forEach(CompletableFuture::join);
    }

    /** Until all that was written is in files. */
    private static void flush(AdminClient admin, OneboxLayout layout, int appId) {
        for (HostPort server : layout.replicaServers()) {
            await().atMost(PATIENCE).until(() -> {
                admin.remoteCommand(server, "replica.trigger-checkpoint", List.of());
                return admin.replicaInfo(server).stream()
                        .filter(info -> info.getPid().appId() == appId)
                        .allMatch(info -> info.getLastDurableDecree() == info.getLastCommittedDecree()
                                && info.getLastCommittedDecree() == info.getLastPreparedDecree());
            });
        }
    }

    private long tableBytes(int appId) throws IOException {
        try (Stream<Path> paths = Files.walk(directory.resolve("cluster"))) {
            return paths.filter(path ->
                            path.toString().endsWith(".sst") && path.toString().contains("/" + appId + "."))
                    .mapToLong(ManualCompactionTest::size)
                    .sum();
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] key(int i) {
        return bytes("order" + i);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
