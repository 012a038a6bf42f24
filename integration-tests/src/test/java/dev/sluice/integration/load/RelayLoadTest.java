package dev.sluice.integration.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.common.HostPort;
import dev.sluice.wire.bulkload.BulkLoadControlType;
import dev.sluice.wire.bulkload.BulkLoadStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Loads whose members read from each other, so that the store is read once. */
class RelayLoadTest {
    private static final int PARTITIONS = 4;
    private static final int ROWS = 20_000;
    private static final String APP = "relayed";
    private static final Map<String, String> RELAY = Map.of("replication.bulk_load_transfer", "relay");

    @TempDir
    Path directory;

    @Test
    void theStoreIsReadOnceAndEveryReplicaHasEveryRow() throws Exception {
        try (LoadCluster cluster = new LoadCluster(directory, RELAY)) {
            cluster.create(APP, PARTITIONS);
            cluster.buildSet(APP, PARTITIONS, ROWS, "loaded-");
            cluster.start(APP);
            cluster.awaitEnd(APP, BulkLoadStatus.BLS_SUCCEED);
            assertThat(cluster.rowsThatAllReplicasAgreeOn(APP, PARTITIONS)).isEqualTo(ROWS);

            long bytes = bytesOf(cluster.fileSet(APP));
            assertThat(sum(cluster, "bulk_load_download_file_bytes_total")).isEqualTo(1.0 * bytes);
            assertThat(sum(cluster, "bulk_load_download_file_relayed_bytes_total"))
                    .isEqualTo(2.0 * bytes);
        }
    }

    /** B.6, B.7: the order of the relay is made anew, and what is on the disks is not fetched again. */
    @Test
    void aPauseAndTheLossOfAMemberEndWithEveryRowOnEveryReplica() throws Exception {
        try (LoadCluster cluster = new LoadCluster(directory, RELAY)) {
            cluster.create(APP, PARTITIONS);
            cluster.buildSet(APP, PARTITIONS, ROWS, "loaded-");
            long bytes = bytesOf(cluster.fileSet(APP));
            cluster.limitBytesPerSecond(bytes / 10);
            cluster.start(APP);
            awaitStaged(cluster, bytes / 20);
            cluster.control(APP, BulkLoadControlType.BLC_PAUSE);
            cluster.awaitStatus(APP, load -> load.status() == BulkLoadStatus.BLS_PAUSED);
            long paused = cluster.stagedBytes();
            cluster.control(APP, BulkLoadControlType.BLC_RESTART);
            awaitStaged(cluster, paused);

            cluster.onebox().stopReplicaServer(0);
            cluster.onebox().startReplicaServer(0);
            await().atMost(20, TimeUnit.SECONDS).ignoreExceptions().untilAsserted(() -> cluster.limitBytesPerSecond(0));
            cluster.awaitEnd(APP, BulkLoadStatus.BLS_SUCCEED);
            cluster.client().admin().awaitHealthy(APP, 60_000);
            assertThat(cluster.rowsThatAllReplicasAgreeOn(APP, PARTITIONS)).isEqualTo(ROWS);
        }
    }

    private static void awaitStaged(LoadCluster cluster, long bytes) {
        await().atMost(20, TimeUnit.SECONDS).until(() -> cluster.stagedBytes() > bytes);
    }

    private static double sum(LoadCluster cluster, String meter) throws Exception {
        double sum = 0;
        for (HostPort server : cluster.servers()) {
            sum += cluster.meter(server, meter);
        }
        return sum;
    }

    private static long bytesOf(Path set) throws IOException {
        try (Stream<Path> files = Files.walk(set)) {
            long bytes = 0;
            for (Path file : files.toList()) {
                bytes += file.toString().endsWith(".sst") ? Files.size(file) : 0;
            }
            return bytes;
        }
    }
}
