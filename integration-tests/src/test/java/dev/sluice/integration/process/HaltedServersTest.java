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
import dev.sluice.common.HostPort;
import dev.sluice.dist.demo.ReplicaDigests;
import dev.sluice.dist.onebox.OneboxLayout;
import dev.sluice.dist.onebox.OneboxProcesses;
import dev.sluice.dist.onebox.Readiness;
import dev.sluice.wire.bulkload.BulkLoadStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** B.2, B.9: a server ends as by kill -9 before and after each thing that a load makes durable, and every load ends well. */
final class HaltedServersTest {
    private static final String APP = "orders";
    private static final int PARTITIONS = 2;
    private static final int REPLICAS = 3;
    private static final int ROWS = 1_000;
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String FAULT_POINT = "replica.fault-point";
    private static final List<String> POINTS = List.of(
            "load.before-staged",
            "load.staged",
            "engine.linked",
            "engine.before-ingest",
            "engine.ingested",
            "engine.token-written",
            "load.before-delete",
            "load.deleted");

    @TempDir
    private Path directory;

    private OneboxLayout layout;
    private OneboxProcesses processes;
    private SluiceClient client;
    private AdminClient admin;

    @BeforeEach
    void startProcesses() throws Exception {
        layout = OneboxLayout.onFreePorts(directory.resolve("cluster"), 1, REPLICAS)
                .with(Map.of("replication.allow_fault_points", "true"));
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
    void aServerThatHaltsAtAnyDurableStepOfALoadComesBackAndTheLoadGoesOn() throws Exception {
        int appId = admin.createApp(APP, PARTITIONS, REPLICAS, Map.of(), false);
        for (int i = 0; i < POINTS.size(); i++) {
            String point = POINTS.get(i);
            admin.awaitHealthy(APP, (int) PATIENCE.toMillis());
            buildFileSet(appId, i);
            int server = i % REPLICAS;
            long pid = processes.replicaServerPid(server);
            HostPort address = layout.replicaServers().get(server);
            assertThat(admin.remoteCommand(address, FAULT_POINT, List.of(point, "halt")))
                    .as(point)
                    .contains("ok");
            admin.startBulkLoad(LoadSource.merge(APP, "here", OneboxLayout.PROVIDER, store(i).toString()));
            await(point)
                    .atMost(PATIENCE)
                    .until(() ->
                            ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
            assertThat(Files.readString(layout.directory().resolve("replica-" + (server + 1) + ".log")))
                    .contains("Fault point " + point + ": the process halts");
            processes.killReplicaServer(server);
            processes.startReplicaServer(server);

            LoadStatus ended = await(point)
                    .atMost(PATIENCE)
                    .ignoreException(ClientException.class)
                    .until(() -> admin.queryBulkLoad(APP), LoadStatus::isEnded);
            assertThat(ended.status()).as("%s: %s", point, ended.hint()).isEqualTo(BulkLoadStatus.BLS_SUCCEED);
            assertThat(awaitEqualReplicas(point, appId).rows()).as(point).isEqualTo((i + 1L) * ROWS);
        }
    }

    private void buildFileSet(int appId, int number) throws Exception {
        FileSetLocation location = new FileSetLocation(store(number).toString(), "here", APP);
        BuildOptions options = BuildOptions.of(
                new BulkLoadInfo(appId, APP, PARTITIONS), directory.resolve("build"), System.currentTimeMillis());
        new FileSetBuilder(LocalBlockStore.ofAbsolutePaths(), location, options)
                .build(new RowsOfALoad(number), new StopSignal(), progress -> {});
    }

    private Path store(int number) {
        return directory.resolve("store-" + number);
    }

    private ReplicaDigests awaitEqualReplicas(String point, int appId) {
        return await(point)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .ignoreException(ClientException.class)
                .until(
                        () -> ReplicaDigests.of(admin, layout.replicaServers(), appId, PARTITIONS),
                        digests -> digests.faults(REPLICAS).isEmpty());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    /** Rows that no other load has. */
    private static final class RowsOfALoad implements RowSource {
        private final int number;
        private int row;

        RowsOfALoad(int number) {
            this.number = number;
        }

        @Override
        public @Nullable Row next() {
            return row == ROWS
                    ? null
                    : new Row(bytes("load-" + number + "-row-" + row++), bytes(""), bytes("loaded"), 0);
        }

        @Override
        public long line() {
            return row;
        }
    }
}
