package dev.sluice.integration.process;

import static dev.sluice.integration.process.ProcessCluster.APP;
import static dev.sluice.integration.process.ProcessCluster.PATIENCE;
import static dev.sluice.integration.process.ProcessCluster.REPLICAS;
import static dev.sluice.integration.process.ProcessCluster.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.bulkload.build.Row;
import dev.sluice.bulkload.build.RowSource;
import dev.sluice.client.LoadSource;
import dev.sluice.client.LoadStatus;
import dev.sluice.client.Table;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.Wire;
import dev.sluice.dist.demo.ReplicaDigests;
import dev.sluice.dist.onebox.OneboxProcesses;
import dev.sluice.wire.admin.PartitionConfiguration;
import dev.sluice.wire.bulkload.BulkLoadStatus;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** B.2, B.9: servers are killed in the middle of a load, and it goes on by itself to the same end. */
final class KilledServersTest {
    private static final int PARTITIONS = 4;
    private static final int ROWS = 24_000;
    private static final int VALUE_BYTES = 500;
    private static final String BYTES_PER_SECOND = "replica.bulk-load-bytes-per-second-max";
    private static final String FAULT_POINT = "meta.fault-point";
    /** While it is held, a load stays in BLS_DOWNLOADED. */
    private static final String BEFORE_PUBLISH = "load.before-publish";
    /** While it is held, a load stays in BLS_INGESTING. */
    private static final String BEFORE_RESULT = "load.before-decide-result";

    @TempDir
    private Path directory;

    private ProcessCluster cluster;

    @BeforeEach
    void startProcesses() throws Exception {
        cluster = ProcessCluster.start(
                directory, PARTITIONS, Map.of("meta_server.allow_fault_points", "true"), ProcessCluster.CLIENT);
    }

    @AfterEach
    void endProcesses() {
        cluster.close();
    }

    @Test
    void killingASecondaryInADownloadAndAPrimaryInIngestionLeavesEveryReplicaWithTheSameData() throws Exception {
        OneboxProcesses processes = cluster.processes();
        Table table = cluster.client().table(APP);
        table.put(bytes("written"), bytes("before"), bytes("1")).join();
        table.put(key(0), bytes(""), bytes("older than the load")).join();
        LoadSource source = cluster.buildFileSet("store", new GeneratedRows());

        throttleTo(1_500_000);
        faultPoint(BEFORE_PUBLISH, "hold");
        faultPoint(BEFORE_RESULT, "hold");
        cluster.admin().startBulkLoad(source);
        HostPort secondary = Wire.hostPort(configuration(0).getSecondaries().get(0));
        cluster.awaitStatus(status -> isDownloading(status, secondary));
        int killedSecondary = cluster.layout().replicaServers().indexOf(secondary);
        processes.killReplicaServer(killedSecondary);
        table.put(bytes("written"), bytes("during"), bytes("2")).join();
        processes.startReplicaServer(killedSecondary);
        awaitRegistered(secondary);
        throttleTo(0);
        cluster.awaitStatus(status -> status.status() == BulkLoadStatus.BLS_DOWNLOADED
                && status.partitions().stream()
                        .allMatch(partition -> partition.replicas().size() == REPLICAS));

        faultPoint(BEFORE_PUBLISH, "release");
        cluster.awaitStatus(status -> status.status() == BulkLoadStatus.BLS_INGESTING);
        HostPort primary = Wire.hostPort(configuration(0).getPrimary());
        int killedPrimary = cluster.layout().replicaServers().indexOf(primary);
        processes.killReplicaServer(killedPrimary);
        processes.startReplicaServer(killedPrimary);
        faultPoint(BEFORE_RESULT, "release");

        LoadStatus ended = cluster.awaitStatus(LoadStatus::isEnded);
        assertThat(ended.status()).as(ended.hint()).isEqualTo(BulkLoadStatus.BLS_SUCCEED);
        table.put(bytes("written"), bytes("after"), bytes("3")).join();
        ReplicaDigests digests = cluster.awaitEqualReplicas();
        assertThat(digests.rows()).isEqualTo(ROWS + 3);
        for (String when : List.of("before", "during", "after")) {
            assertThat(table.get(bytes("written"), bytes(when)).join()).as(when).isPresent();
        }
        Random random = new Random(7);
        for (int i = 0; i < 200; i++) {
            int row = random.nextInt(ROWS);
            assertThat(table.get(key(row), bytes("")).join())
                    .as("row %d", row)
                    .hasValueSatisfying(found -> assertThat(found).isEqualTo(value(row)));
        }
    }

    @Test
    void killingEveryProcessAtOnceLosesNoAcknowledgedWrite() throws Exception {
        OneboxProcesses processes = cluster.processes();
        Table table = cluster.client().table(APP);
        for (int i = 0; i < 500; i++) {
            table.put(key(i), bytes("s"), value(i)).join();
        }

        for (int i = 0; i < REPLICAS; i++) {
            processes.killReplicaServer(i);
        }
        processes.killMetaServer(0);
        processes.startMetaServer(0);
        for (int i = 0; i < REPLICAS; i++) {
            processes.startReplicaServer(i);
        }

        ReplicaDigests digests = cluster.awaitEqualReplicas();
        assertThat(digests.rows()).isEqualTo(500);
        for (int i = 0; i < 500; i++) {
            int row = i;
            assertThat(table.get(key(i), bytes("s")).join())
                    .hasValueSatisfying(found -> assertThat(found).isEqualTo(value(row)));
        }
    }

    private void throttleTo(long bytesPerSecond) {
        for (HostPort server : cluster.layout().replicaServers()) {
            cluster.command(server, BYTES_PER_SECOND, Long.toString(bytesPerSecond));
        }
    }

    private void faultPoint(String point, String action) {
        cluster.command(cluster.layout().metaServers().get(0), FAULT_POINT, point, action);
    }

    private static boolean isDownloading(LoadStatus status, HostPort server) {
        return status.partitions().stream()
                .flatMap(partition -> Optional.ofNullable(partition.replicas().get(server)).stream())
                .anyMatch(state -> state.getDownloadProgress() > 0 && state.getDownloadProgress() < 100);
    }

    private void awaitRegistered(HostPort server) {
        await().atMost(PATIENCE).ignoreExceptions().until(() -> {
            cluster.admin().remoteCommand(server, "server-info", List.of());
            return true;
        });
    }

    private PartitionConfiguration configuration(int index) {
        return cluster.admin().queryConfig(APP).getPartitions().get(index);
    }

    private static byte[] key(int row) {
        return bytes("order-" + row);
    }

    private static byte[] value(int row) {
        byte[] value = new byte[VALUE_BYTES];
        new Random(row).nextBytes(value);
        return value;
    }

    /** Rows with values that do not compress, so that a throttle can be felt. */
    private static final class GeneratedRows implements RowSource {
        private int row;

        @Override
        public @Nullable Row next() {
            if (row == ROWS) {
                return null;
            }
            int now = row++;
            return new Row(key(now), bytes(""), value(now), 0);
        }

        @Override
        public long line() {
            return row;
        }
    }
}
