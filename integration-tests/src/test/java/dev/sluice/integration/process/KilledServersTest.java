package dev.sluice.integration.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.bulkload.build.BuildOptions;
import dev.sluice.bulkload.build.FileSetBuilder;
import dev.sluice.bulkload.build.Row;
import dev.sluice.bulkload.build.RowSource;
import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.FileSetLocation;
import dev.sluice.bulkload.store.LocalBlockStore;
import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.client.AdminClient;
import dev.sluice.client.ClientException;
import dev.sluice.client.ClientOptions;
import dev.sluice.client.LoadSource;
import dev.sluice.client.LoadStatus;
import dev.sluice.client.SluiceClient;
import dev.sluice.client.Table;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.Wire;
import dev.sluice.dist.demo.ReplicaDigests;
import dev.sluice.dist.onebox.OneboxLayout;
import dev.sluice.dist.onebox.OneboxProcesses;
import dev.sluice.dist.onebox.Readiness;
import dev.sluice.wire.admin.PartitionConfiguration;
import dev.sluice.wire.bulkload.BulkLoadStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** B.2, B.9: servers are killed in the middle of a load, and it goes on by itself to the same end. */
final class KilledServersTest {
    private static final String APP = "orders";
    private static final int PARTITIONS = 4;
    private static final int REPLICAS = 3;
    private static final int ROWS = 24_000;
    private static final int VALUE_BYTES = 500;
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String BYTES_PER_SECOND = "replica.bulk-load-bytes-per-second-max";
    private static final String FAULT_POINT = "meta.fault-point";
    /** While it is held, a load stays in BLS_DOWNLOADED. */
    private static final String BEFORE_PUBLISH = "load.before-publish";
    /** While it is held, a load stays in BLS_INGESTING. */
    private static final String BEFORE_RESULT = "load.before-decide-result";

    @TempDir
    private Path directory;

    private OneboxLayout layout;
    private OneboxProcesses processes;
    private SluiceClient client;
    private AdminClient admin;

    @BeforeEach
    void startProcesses() throws Exception {
        layout = OneboxLayout.onFreePorts(directory.resolve("cluster"), 1, REPLICAS)
                .with(Map.of("meta_server.allow_fault_points", "true"));
        processes = OneboxProcesses.start(layout);
        client = SluiceClient.connect(
                layout.metaServers(),
                ClientOptions.DEFAULTS.withTimeoutMs(20_000).withAdminTimeoutMs(20_000));
        admin = client.admin();
        Readiness.await(client, REPLICAS, (int) PATIENCE.toMillis());
    }

    @AfterEach
    void endProcesses() {
        client.close();
        processes.close();
    }

    @Test
    void killingASecondaryInADownloadAndAPrimaryInIngestionLeavesEveryReplicaWithTheSameData() throws Exception {
        int appId = admin.createApp(APP, PARTITIONS, REPLICAS, Map.of(), false);
        admin.awaitHealthy(APP, (int) PATIENCE.toMillis());
        Table table = client.table(APP);
        table.put(bytes("written"), bytes("before"), bytes("1")).join();
        table.put(key(0), bytes(""), bytes("older than the load")).join();
        buildFileSet(appId);

        throttleTo(1_500_000);
        faultPoint(BEFORE_PUBLISH, "hold");
        faultPoint(BEFORE_RESULT, "hold");
        admin.startBulkLoad(LoadSource.merge(APP, "here", OneboxLayout.PROVIDER, store().toString()));
        HostPort secondary = Wire.hostPort(configuration(0).getSecondaries().get(0));
        awaitStatus(status -> isDownloading(status, secondary));
        int killedSecondary = layout.replicaServers().indexOf(secondary);
        processes.killReplicaServer(killedSecondary);
        table.put(bytes("written"), bytes("during"), bytes("2")).join();
        processes.startReplicaServer(killedSecondary);
        awaitRegistered(secondary);
        throttleTo(0);
        awaitStatus(status -> status.status() == BulkLoadStatus.BLS_DOWNLOADED
                && status.partitions().stream()
                        .allMatch(partition -> partition.replicas().size() == REPLICAS));

        faultPoint(BEFORE_PUBLISH, "release");
        awaitStatus(status -> status.status() == BulkLoadStatus.BLS_INGESTING);
        HostPort primary = Wire.hostPort(configuration(0).getPrimary());
        int killedPrimary = layout.replicaServers().indexOf(primary);
        processes.killReplicaServer(killedPrimary);
        processes.startReplicaServer(killedPrimary);
        faultPoint(BEFORE_RESULT, "release");

        LoadStatus ended = awaitStatus(LoadStatus::isEnded);
        assertThat(ended.status()).as(ended.hint()).isEqualTo(BulkLoadStatus.BLS_SUCCEED);
        table.put(bytes("written"), bytes("after"), bytes("3")).join();
        ReplicaDigests digests = awaitEqualReplicas(appId);
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
        int appId = admin.createApp(APP, PARTITIONS, REPLICAS, Map.of(), false);
        admin.awaitHealthy(APP, (int) PATIENCE.toMillis());
        Table table = client.table(APP);
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

        ReplicaDigests digests = awaitEqualReplicas(appId);
        assertThat(digests.rows()).isEqualTo(500);
        for (int i = 0; i < 500; i++) {
            int row = i;
            assertThat(table.get(key(i), bytes("s")).join())
                    .hasValueSatisfying(found -> assertThat(found).isEqualTo(value(row)));
        }
    }

    private void buildFileSet(int appId) throws Exception {
        FileSetLocation location = new FileSetLocation(store().toString(), "here", APP);
        BuildOptions options = BuildOptions.of(
                new BulkLoadInfo(appId, APP, PARTITIONS), directory.resolve("build"), System.currentTimeMillis());
        new FileSetBuilder(LocalBlockStore.ofAbsolutePaths(), location, options)
                .build(new GeneratedRows(), new StopSignal(), progress -> {});
    }

    private Path store() {
        return directory.resolve("store");
    }

    private void throttleTo(long bytesPerSecond) {
        for (HostPort server : layout.replicaServers()) {
            assertThat(admin.remoteCommand(server, BYTES_PER_SECOND, List.of(Long.toString(bytesPerSecond))))
                    .contains("ok");
        }
    }

    private void faultPoint(String point, String action) {
        HostPort meta = layout.metaServers().get(0);
        assertThat(admin.remoteCommand(meta, FAULT_POINT, List.of(point, action)))
                .contains("ok");
    }

    private LoadStatus awaitStatus(Predicate<LoadStatus> wanted) {
        return await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(5))
                .ignoreException(ClientException.class)
                .until(() -> admin.queryBulkLoad(APP), wanted);
    }

    private static boolean isDownloading(LoadStatus status, HostPort server) {
        return status.partitions().stream()
                .flatMap(partition -> Optional.ofNullable(partition.replicas().get(server)).stream())
                .anyMatch(state -> state.getDownloadProgress() > 0 && state.getDownloadProgress() < 100);
    }

    private void awaitRegistered(HostPort server) {
        await().atMost(PATIENCE).ignoreExceptions().until(() -> {
            admin.remoteCommand(server, "server-info", List.of());
            return true;
        });
    }

    private PartitionConfiguration configuration(int index) {
        return admin.queryConfig(APP).getPartitions().get(index);
    }

    private ReplicaDigests awaitEqualReplicas(int appId) {
        return await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(200))
                .ignoreException(ClientException.class)
                .until(
                        () -> ReplicaDigests.of(admin, layout.replicaServers(), appId, PARTITIONS),
                        digests -> digests.faults(REPLICAS).isEmpty());
    }

    private static byte[] key(int row) {
        return bytes("order-" + row);
    }

    private static byte[] value(int row) {
        byte[] value = new byte[VALUE_BYTES];
        new Random(row).nextBytes(value);
        return value;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
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
