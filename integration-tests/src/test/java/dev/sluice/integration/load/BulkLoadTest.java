package dev.sluice.integration.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.sst.SstOptions;
import dev.sluice.client.ClientException;
import dev.sluice.client.LoadStatus;
import dev.sluice.client.SluiceClient;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import dev.sluice.wire.bulkload.BulkLoadControlType;
import dev.sluice.wire.bulkload.BulkLoadStatus;
import dev.sluice.wire.bulkload.PartitionBulkLoadState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a load promises, on a whole cluster in this process. Each test has an app of its own. */
final class BulkLoadTest {
    private static final int PARTITIONS = 4;
    private static final int ROWS = 2_000;
    private static final AtomicInteger APPS = new AtomicInteger();

    @TempDir
    private static Path directory;

    private static LoadCluster cluster;

    private final String app = "app" + APPS.incrementAndGet();

    @BeforeAll
    static void startCluster() throws IOException {
        cluster = new LoadCluster(directory);
    }

    @AfterAll
    static void stopCluster() {
        cluster.close();
    }

    @AfterEach
    void unlimited() {
        cluster.release(LoadCluster.BEFORE_PUBLISH);
        cluster.release(LoadCluster.BEFORE_RESULT);
        cluster.limitBytesPerSecond(0);
        cluster.servers().forEach(server -> cluster.command(server, LoadCluster.DOWNLOADING_COUNT, "DEFAULT"));
    }

    /** B.1, B.2, B.3: after SUCCEED all of it is there, on every replica; later writes win, earlier ones lose. */
    @Test
    void b1B2B3ALoadIsWholeAndTheSameOnEveryReplicaAndBeatsOnlyEarlierWrites() throws Exception {
        cluster.create(app, PARTITIONS);
        cluster.buildSet(app, PARTITIONS, ROWS, "loaded-");
        cluster.put(app, LoadCluster.key(7), "before");
        cluster.put(app, "not in the set", "stays");
        cluster.start(app);
        cluster.awaitEnd(app, BulkLoadStatus.BLS_SUCCEED);
        cluster.put(app, LoadCluster.key(8), "after");

        assertThat(cluster.get(app, LoadCluster.key(7))).isEqualTo("loaded-7");
        assertThat(cluster.get(app, LoadCluster.key(8))).isEqualTo("after");
        assertThat(cluster.get(app, "not in the set")).isEqualTo("stays");
        for (int row = 100; row < ROWS; row += 97) {
            assertThat(cluster.get(app, LoadCluster.key(row))).isEqualTo("loaded-" + row);
        }
        assertThat(cluster.rowsThatAllReplicasAgreeOn(app, PARTITIONS)).isEqualTo(ROWS + 1);
        assertThat(cluster.stagedOnDisk()).isEmpty();
    }

    /** B.3: writes during a load are neither lost nor refused. */
    @Test
    void b3NoWriteIsLostOrRefusedWhileALoadRuns() throws Exception {
        cluster.create(app, PARTITIONS);
        cluster.buildSet(app, PARTITIONS, ROWS, "loaded-");
        AtomicBoolean ended = new AtomicBoolean();
        AtomicInteger written = new AtomicInteger();
        // A primary refuses until it has heard of its whole group; that is not because of a load.
        for (int row = 0; row < 10 * PARTITIONS; row++) {
            cluster.put(app, "first-" + row, "value");
            cluster.delete(app, "first-" + row);
        }
        // A client that asks again would hide a refused write.
        Thread writer = new Thread(() -> {
            try (SluiceClient once = cluster.clientThatTriesOnce()) {
                while (!ended.get()) {
                    int row = written.get();
                    LoadCluster.put(once, app, "own-" + row, "value-" + row);
                    written.incrementAndGet();
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        Throwable[] failure = new Throwable[1];
        writer.setUncaughtExceptionHandler((thread, e) -> failure[0] = e);
        writer.start();
        cluster.limitBytesPerSecond(40_000);
        cluster.start(app);
        cluster.awaitEnd(app, BulkLoadStatus.BLS_SUCCEED);
        ended.set(true);
        writer.join();
        assertThat(failure[0]).isNull();
        assertThat(written.get()).isPositive();
        for (int row = 0; row < written.get(); row++) {
            assertThat(cluster.get(app, "own-" + row)).isEqualTo("value-" + row);
        }
        assertThat(cluster.rowsThatAllReplicasAgreeOn(app, PARTITIONS)).isEqualTo(ROWS + written.get());
    }

    /** B.21: what would be moved where is said, and nothing is started. */
    @Test
    void b21ADryRunSaysWhatWouldBeFetchedAndStartsNothing() throws Exception {
        cluster.create(app, PARTITIONS);
        cluster.buildSet(app, PARTITIONS, ROWS, "loaded-");

        String forecast = cluster.dryRun(app);

        assertThat(forecast).contains("the load can start: ", " in " + PARTITIONS + " partitions");
        for (HostPort server : cluster.servers()) {
            assertThat(forecast)
                    .containsPattern(server + ": \\d+ bytes for " + PARTITIONS + " replicas, \\d+ bytes are free");
        }
        assertThat(cluster.query(app).status()).isEqualTo(BulkLoadStatus.BLS_INVALID);
        assertThat(cluster.stagedOnDisk()).isEmpty();
        cluster.start(app);
        cluster.awaitEnd(app, BulkLoadStatus.BLS_SUCCEED);
    }

    /** B.4: the limit holds over all partitions of a node, and raising it starts waiting ones at once. */
    @Test
    void b4NoMoreThanTheLimitDownloadAtOnceAndRaisingItStartsTheNext() throws Exception {
        cluster.create(app, PARTITIONS);
        cluster.buildSet(app, PARTITIONS, ROWS, "loaded-");
        HostPort server = cluster.servers().get(0);
        cluster.servers().forEach(each -> cluster.command(each, LoadCluster.DOWNLOADING_COUNT, "0"));
        cluster.start(app);
        cluster.awaitStatus(app, status -> waiting(status) == 3 * PARTITIONS);
        assertThat(cluster.command(server, "replica.query-bulk-load-slots")).startsWith("in use 0 of 0");

        cluster.limitBytesPerSecond(4_000);
        cluster.command(server, LoadCluster.DOWNLOADING_COUNT, "1");
        await().atMost(2, TimeUnit.SECONDS)
                .until(() ->
                        cluster.command(server, "replica.query-bulk-load-slots").startsWith("in use 1 of 1"));
        cluster.command(server, LoadCluster.DOWNLOADING_COUNT, "3");
        await().atMost(2, TimeUnit.SECONDS)
                .until(() ->
                        cluster.command(server, "replica.query-bulk-load-slots").startsWith("in use 3 of 3"));
        cluster.limitBytesPerSecond(0);
        cluster.servers().forEach(each -> cluster.command(each, LoadCluster.DOWNLOADING_COUNT, "2"));
        cluster.awaitEnd(app, BulkLoadStatus.BLS_SUCCEED);
        assertThat(cluster.rowsThatAllReplicasAgreeOn(app, PARTITIONS)).isEqualTo(ROWS);
    }

    /** B.4: the limit is one for all apps of a node, and the waiting ones of both get their turn. */
    @Test
    void b4TheLimitIsSharedByAllAppsOfANode() throws Exception {
        String other = app + "_other";
        for (String each : List.of(app, other)) {
            cluster.create(each, PARTITIONS);
            cluster.buildSet(each, PARTITIONS, ROWS, each);
        }
        cluster.servers().forEach(server -> cluster.command(server, LoadCluster.DOWNLOADING_COUNT, "0"));
        for (String each : List.of(app, other)) {
            cluster.start(each);
            cluster.awaitStatus(each, status -> waiting(status) == 3 * PARTITIONS);
        }
        HostPort server = cluster.servers().get(0);
        cluster.limitBytesPerSecond(4_000);
        cluster.command(server, LoadCluster.DOWNLOADING_COUNT, "1");
        await().atMost(2, TimeUnit.SECONDS)
                .until(() ->
                        cluster.command(server, "replica.query-bulk-load-slots").startsWith("in use 1 of 1"));

        cluster.limitBytesPerSecond(0);
        cluster.servers().forEach(each -> cluster.command(each, LoadCluster.DOWNLOADING_COUNT, "1"));
        for (String each : List.of(app, other)) {
            cluster.awaitEnd(each, BulkLoadStatus.BLS_SUCCEED);
            assertThat(cluster.rowsThatAllReplicasAgreeOn(each, PARTITIONS)).isEqualTo(ROWS);
        }
    }

    /** B.13: a set that is built anew while a load of it waits fails the load by name, and nothing of either is visible. */
    @Test
    void b13ASetThatChangesUnderALoadIsRefused() throws Exception {
        cluster.create(app, PARTITIONS);
        cluster.buildSet(app, PARTITIONS, ROWS, "first-");
        cluster.servers().forEach(server -> cluster.command(server, LoadCluster.DOWNLOADING_COUNT, "0"));
        cluster.start(app);
        cluster.awaitStatus(app, status -> waiting(status) == 3 * PARTITIONS);

        cluster.buildSet(app, PARTITIONS, ROWS, "second-");
        cluster.servers().forEach(server -> cluster.command(server, LoadCluster.DOWNLOADING_COUNT, "DEFAULT"));

        LoadStatus end = cluster.awaitEnd(app, BulkLoadStatus.BLS_FAILED);
        assertThat(end.hint()).contains("bulk_load_metadata", "changed since the load started");
        assertThat(cluster.rowsThatAllReplicasAgreeOn(app, PARTITIONS)).isZero();
    }

    private static int waiting(LoadStatus status) {
        return status.hint().split("waits for a download slot", -1).length - 1;
    }

    private static int waiting(LoadStatus status, HostPort server) {
        return status.hint().split(server + " waits for a download slot", -1).length - 1;
    }

    /** B.5: every replica's progress is seen, and only grows. */
    @Test
    void b5ProgressOfEveryReplicaIsSeenAndOnlyGrows() throws Exception {
        cluster.create(app, PARTITIONS);
        // Many files, so that each is a step; and slow until one was seen, however busy the machine is.
        cluster.buildSet(app, PARTITIONS, ROWS, "loaded-", new SstOptions(2_000, SstOptions.Compression.NONE));
        cluster.limitBytesPerSecond(2_000);
        cluster.start(app);
        Map<String, Integer> highest = new TreeMap<>();
        cluster.awaitStatus(app, status -> noteProgress(status, highest) > 0);
        cluster.limitBytesPerSecond(0);
        cluster.awaitStatus(app, status -> noteProgress(status, highest) >= 0 && status.isEnded());

        assertThat(highest).hasSize(3 * PARTITIONS);
    }

    /** Holds that no replica's progress is less than before; returns how many are on their way. */
    private static int noteProgress(LoadStatus status, Map<String, Integer> highest) {
        int between = 0;
        if (status.status() == BulkLoadStatus.BLS_DOWNLOADING) {
            for (int index = 0; index < status.partitions().size(); index++) {
                for (Map.Entry<HostPort, PartitionBulkLoadState> replica :
                        status.partitions().get(index).replicas().entrySet()) {
                    int now = replica.getValue().getDownloadProgress();
                    String name = index + "@" + replica.getKey();
                    assertThat(now).as(name).isGreaterThanOrEqualTo(highest.getOrDefault(name, 0));
                    highest.put(name, now);
                    between += now > 0 && now < 100 ? 1 : 0;
                }
            }
        }
        return between;
    }

    /** B.5: what happens on a replica is in the answer to a query within 200 ms, through its primary and the meta server. */
    @Test
    void b5AChangeOnAReplicaIsSeenByAQueryWithin200Ms() throws Exception {
        cluster.create(app, PARTITIONS);
        cluster.buildSet(app, PARTITIONS, ROWS, "loaded-");
        cluster.servers().forEach(each -> cluster.command(each, LoadCluster.DOWNLOADING_COUNT, "0"));
        cluster.limitBytesPerSecond(1_000);
        cluster.start(app);
        cluster.awaitStatus(app, status -> waiting(status) == 3 * PARTITIONS);

        int changes = 0;
        for (int slots = 1; slots < PARTITIONS; slots++) {
            for (HostPort server : cluster.servers()) {
                int waitingBefore = waiting(cluster.query(app), server);
                if (waitingBefore == 0) {
                    continue;
                }
                try (Stopwatch watch = Stopwatch.start()) {
                    cluster.command(server, LoadCluster.DOWNLOADING_COUNT, Integer.toString(slots));
                    await().atMost(10, TimeUnit.SECONDS)
                            .pollDelay(Duration.ZERO)
                            .pollInterval(2, TimeUnit.MILLISECONDS)
                            .until(() -> waiting(cluster.query(app), server) < waitingBefore);
                    watch.requireWithinMs(200);
                }
                changes++;
            }
        }
        assertThat(changes).isGreaterThanOrEqualTo(2 * cluster.servers().size());
        cluster.control(app, BulkLoadControlType.BLC_CANCEL);
        cluster.limitBytesPerSecond(0);
        cluster.awaitEnd(app, BulkLoadStatus.BLS_CANCELED);
    }

    /** B.6: a pause stops the work and keeps what there is; a restart goes on from there. */
    @Test
    void b6APauseStopsWorkAndARestartGoesOnFromThere() throws Exception {
        cluster.create(app, PARTITIONS);
        cluster.buildSet(app, PARTITIONS, ROWS, "loaded-");
        cluster.limitBytesPerSecond(2_000);
        cluster.start(app);
        await().atMost(20, TimeUnit.SECONDS).until(() -> cluster.stagedBytes() > 2_000);
        long kept = 0;
        for (int round = 0; round < 3; round++) {
            try (Stopwatch watch = Stopwatch.start()) {
                cluster.control(app, BulkLoadControlType.BLC_PAUSE);
                cluster.awaitStatus(app, status -> status.status() == BulkLoadStatus.BLS_PAUSED);
                watch.requireWithinMs(1_000);
            }
            long paused = cluster.stagedBytes();
            assertThat(paused).isGreaterThanOrEqualTo(kept).isPositive();
            // Whatever still ran would be seen now.
            cluster.limitBytesPerSecond(0);
            await().during(500, TimeUnit.MILLISECONDS)
                    .atMost(5, TimeUnit.SECONDS)
                    .until(() -> cluster.stagedBytes() == paused);
            kept = paused;
            if (round < 2) {
                cluster.limitBytesPerSecond(2_000);
                cluster.control(app, BulkLoadControlType.BLC_RESTART);
                await().atMost(20, TimeUnit.SECONDS).until(() -> cluster.stagedBytes() > paused);
            }
        }
        // B.1: nothing of what is staged is visible.
        assertThat(cluster.rowsThatAllReplicasAgreeOn(app, PARTITIONS)).isZero();
        cluster.control(app, BulkLoadControlType.BLC_RESTART);
        cluster.awaitEnd(app, BulkLoadStatus.BLS_SUCCEED);
        assertThat(cluster.rowsThatAllReplicasAgreeOn(app, PARTITIONS)).isEqualTo(ROWS);
    }

    /** B.18, B.7: an app that is dropped before publish takes its load along, from every disk. */
    @Test
    void b18B7ADropBeforePublishLeavesNothingOnAnyDisk() throws Exception {
        cluster.create(app, PARTITIONS);
        cluster.buildSet(app, PARTITIONS, ROWS, "loaded-");
        cluster.limitBytesPerSecond(8_000);
        cluster.start(app);
        await().atMost(20, TimeUnit.SECONDS).until(() -> cluster.stagedBytes() > 10_000);
        cluster.client().admin().dropApp(app, 1_000);
        await().atMost(20, TimeUnit.SECONDS)
                .untilAsserted(() -> assertThat(cluster.stagedOnDisk()).isEmpty());
    }

    /** B.7, B.1: a cancel leaves nothing on any disk and nothing visible. */
    @Test
    void b7B1ACancelLeavesNothingBehind() throws Exception {
        cluster.create(app, PARTITIONS);
        cluster.buildSet(app, PARTITIONS, ROWS, "loaded-");
        cluster.put(app, LoadCluster.key(1), "own");
        cluster.limitBytesPerSecond(8_000);
        cluster.start(app);
        await().atMost(20, TimeUnit.SECONDS).until(() -> cluster.stagedBytes() > 10_000);
        cluster.control(app, BulkLoadControlType.BLC_PAUSE);
        cluster.control(app, BulkLoadControlType.BLC_CANCEL);
        cluster.awaitEnd(app, BulkLoadStatus.BLS_CANCELED);
        assertThat(cluster.stagedOnDisk()).isEmpty();
        assertThat(cluster.get(app, LoadCluster.key(1))).isEqualTo("own");
        assertThat(cluster.rowsThatAllReplicasAgreeOn(app, PARTITIONS)).isEqualTo(1);

        cluster.limitBytesPerSecond(0);
        cluster.start(app);
        cluster.awaitEnd(app, BulkLoadStatus.BLS_SUCCEED);
        assertThat(cluster.get(app, LoadCluster.key(1))).isEqualTo("loaded-1");
        assertThatThrownBy(() -> cluster.control(app, BulkLoadControlType.BLC_FORCE_CANCEL))
                .isInstanceOf(ClientException.class);
    }

    /** B.7, B.1: also when partitions and most replicas are staged already; a second cancel is refused. */
    @Test
    void b7B1ACancelLeavesNothingOfWhatIsStaged() throws Exception {
        cluster.create(app, PARTITIONS);
        cluster.buildSet(app, PARTITIONS, ROWS, "loaded-");
        HostPort last = cluster.servers().get(2);
        // Two of three members of each partition are staged; then, one after the other, the third.
        cluster.command(last, LoadCluster.DOWNLOADING_COUNT, "0");
        cluster.start(app);
        cluster.awaitStatus(
                app, status -> replicasWithAllBytes(status) == 2 * PARTITIONS && waiting(status) == PARTITIONS);
        cluster.command(last, LoadCluster.BYTES_PER_SECOND, "4000");
        cluster.command(last, LoadCluster.DOWNLOADING_COUNT, "1");
        cluster.awaitStatus(
                app,
                status -> status.partitions().stream()
                        .anyMatch(partition -> partition.status() == BulkLoadStatus.BLS_DOWNLOADED));
        cluster.control(app, BulkLoadControlType.BLC_CANCEL);
        cluster.awaitEnd(app, BulkLoadStatus.BLS_CANCELED);
        assertThat(cluster.stagedOnDisk()).isEmpty();
        assertThat(cluster.rowsThatAllReplicasAgreeOn(app, PARTITIONS)).isZero();
        assertThatThrownBy(() -> cluster.control(app, BulkLoadControlType.BLC_CANCEL))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("app(" + app + ") is not executing bulk load");
    }

    /** B.7, B.1: also when every replica is staged and the publish is all that is missing. */
    @Test
    void b7B1ACancelInDownloadedLeavesNothingBehind() throws Exception {
        cluster.create(app, PARTITIONS);
        cluster.buildSet(app, PARTITIONS, ROWS, "loaded-");
        cluster.put(app, LoadCluster.key(1), "own");
        cluster.hold(LoadCluster.BEFORE_PUBLISH);
        cluster.start(app);
        LoadStatus held = cluster.awaitStatus(app, status -> status.status() == BulkLoadStatus.BLS_DOWNLOADED);
        assertThat(replicasWithAllBytes(held)).isEqualTo(3 * PARTITIONS);
        assertThat(cluster.stagedOnDisk()).isNotEmpty();
        assertThat(cluster.get(app, LoadCluster.key(2))).isNull();

        cluster.control(app, BulkLoadControlType.BLC_CANCEL);
        cluster.awaitEnd(app, BulkLoadStatus.BLS_CANCELED);
        assertThat(cluster.stagedOnDisk()).isEmpty();
        cluster.release(LoadCluster.BEFORE_PUBLISH);
        assertThat(cluster.query(app).status()).isEqualTo(BulkLoadStatus.BLS_CANCELED);
        assertThat(cluster.get(app, LoadCluster.key(1))).isEqualTo("own");
        assertThat(cluster.rowsThatAllReplicasAgreeOn(app, PARTITIONS)).isEqualTo(1);
    }

    /** B.7: from publish on a cancel is refused with the reason, force or not, and the load goes on to its end. */
    @Test
    void b7ACancelInIngestingIsRefusedWithTheReason() throws Exception {
        cluster.create(app, PARTITIONS);
        cluster.buildSet(app, PARTITIONS, ROWS, "loaded-");
        cluster.hold(LoadCluster.BEFORE_RESULT);
        cluster.start(app);
        cluster.awaitStatus(app, status -> status.status() == BulkLoadStatus.BLS_INGESTING);
        for (BulkLoadControlType cancel :
                List.of(BulkLoadControlType.BLC_CANCEL, BulkLoadControlType.BLC_FORCE_CANCEL)) {
            assertThatThrownBy(() -> cluster.control(app, cancel))
                    .isInstanceOf(ClientException.class)
                    .hasMessageContaining("BLS_INGESTING")
                    .hasMessageContaining("published");
        }
        assertThat(cluster.query(app).status()).isEqualTo(BulkLoadStatus.BLS_INGESTING);
        cluster.release(LoadCluster.BEFORE_RESULT);
        cluster.awaitEnd(app, BulkLoadStatus.BLS_SUCCEED);
        assertThat(cluster.rowsThatAllReplicasAgreeOn(app, PARTITIONS)).isEqualTo(ROWS);
    }

    private static long replicasWithAllBytes(LoadStatus status) {
        return status.partitions().stream()
                .flatMap(partition -> partition.replicas().values().stream())
                .filter(replica -> replica.getDownloadProgress() == 100)
                .count();
    }

    /** B.13: a flipped byte is found before anything is visible, and named. */
    @Test
    void b13AFlippedByteFailsTheLoadByName() throws Exception {
        cluster.create(app, PARTITIONS);
        cluster.buildSet(app, PARTITIONS, ROWS, "loaded-");
        Path sst = anySst();
        byte[] content = Files.readAllBytes(sst);
        content[content.length / 2] ^= 1;
        Files.write(sst, content);
        cluster.start(app);
        LoadStatus end = cluster.awaitEnd(app, BulkLoadStatus.BLS_FAILED);
        assertThat(end.hint()).contains(sst.getFileName().toString());
        assertThat(end.error()).isEqualTo(ErrorCode.ERR_CORRUPTION);
        assertThat(cluster.stagedOnDisk()).isEmpty();
        assertThat(cluster.rowsThatAllReplicasAgreeOn(app, PARTITIONS)).isZero();
    }

    /** B.13: keys of another partition are found. */
    @Test
    void b13KeysOfAnotherPartitionFailTheLoad() throws Exception {
        cluster.create(app, PARTITIONS);
        cluster.buildSet(app, PARTITIONS, ROWS, "loaded-");
        Path zero = cluster.fileSet(app).resolve("0");
        Path one = cluster.fileSet(app).resolve("1");
        Path aside = cluster.fileSet(app).resolve("aside");
        Files.move(zero, aside);
        Files.move(one, zero);
        Files.move(aside, one);
        Path info = cluster.fileSet(app).resolve("bulk_load_info");
        Files.write(info, new BulkLoadInfo(0, app, PARTITIONS).toJson());
        cluster.start(app);
        LoadStatus end = cluster.awaitEnd(app, BulkLoadStatus.BLS_FAILED);
        assertThat(end.hint()).contains("belongs to partition");
        assertThat(cluster.rowsThatAllReplicasAgreeOn(app, PARTITIONS)).isZero();
    }

    /** B.13: a truncated file is found, and a missing manifest. */
    @Test
    void b13ATruncatedFileFailsTheLoad() throws Exception {
        cluster.create(app, PARTITIONS);
        cluster.buildSet(app, PARTITIONS, ROWS, "loaded-");
        Path sst = anySst();
        byte[] content = Files.readAllBytes(sst);
        Files.write(sst, Arrays.copyOf(content, content.length - 10));
        cluster.start(app);
        LoadStatus end = cluster.awaitEnd(app, BulkLoadStatus.BLS_FAILED);
        assertThat(end.hint()).contains(sst.getFileName().toString()).contains("expected " + content.length);
    }

    /** B.14: partitions without a file are parts of a load like others. */
    @Test
    void b14EmptyPartitionsAreLoaded() throws Exception {
        cluster.create(app, PARTITIONS);
        cluster.buildSet(app, PARTITIONS, 1, "loaded-");
        cluster.start(app);
        cluster.awaitEnd(app, BulkLoadStatus.BLS_SUCCEED);
        assertThat(cluster.rowsThatAllReplicasAgreeOn(app, PARTITIONS)).isEqualTo(1);
    }

    /** The env is for what clients write; in a file each row says for itself when it expires. */
    @Test
    void whatIsLoadedHasNoDefaultTtlThoughTheAppHasOne() throws Exception {
        cluster.create(app, PARTITIONS, Map.of("default_ttl", "1000"));
        cluster.buildSet(app, PARTITIONS, ROWS, "loaded-");
        cluster.start(app);
        cluster.awaitEnd(app, BulkLoadStatus.BLS_SUCCEED);
        cluster.put(app, LoadCluster.key(1), "written");

        assertThat(cluster.ttl(app, LoadCluster.key(0)).isForever()).isTrue();
        assertThat(cluster.ttl(app, LoadCluster.key(1)).seconds()).isBetween(900, 1000);
    }

    /** B.17: a second load of the app is refused; another app loads beside it. */
    @Test
    void b17TwoAppsLoadAtOnceAndOneAppOnlyOnce() throws Exception {
        String other = app + "b";
        cluster.create(app, PARTITIONS);
        cluster.create(other, 2);
        cluster.buildSet(app, PARTITIONS, ROWS, "loaded-");
        cluster.buildSet(other, 2, ROWS, "loaded-");
        cluster.limitBytesPerSecond(20_000);
        cluster.start(app);
        cluster.start(other);
        assertThatThrownBy(() -> cluster.start(app)).hasMessageContaining("is already executing bulk load");
        cluster.limitBytesPerSecond(0);
        cluster.awaitEnd(app, BulkLoadStatus.BLS_SUCCEED);
        cluster.awaitEnd(other, BulkLoadStatus.BLS_SUCCEED);
        assertThat(cluster.rowsThatAllReplicasAgreeOn(other, 2)).isEqualTo(ROWS);
    }

    private Path anySst() throws IOException {
        try (Stream<Path> all = Files.walk(cluster.fileSet(app))) {
            List<Path> found = all.filter(path -> Files.isRegularFile(path)
                            && !path.getFileName().toString().startsWith("bulk_load"))
                    .sorted()
                    .toList();
            return found.get(0);
        }
    }
}
