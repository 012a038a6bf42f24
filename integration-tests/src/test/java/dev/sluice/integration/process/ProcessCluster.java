package dev.sluice.integration.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.bulkload.build.BuildOptions;
import dev.sluice.bulkload.build.FileSetBuilder;
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
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A cluster of real processes with one app, and its client. */
final class ProcessCluster implements AutoCloseable {
    static final String APP = "orders";
    static final int REPLICAS = 3;
    static final Duration PATIENCE = Duration.ofMinutes(2);
    static final ClientOptions CLIENT =
            ClientOptions.DEFAULTS.withTimeoutMs(20_000).withAdminTimeoutMs(20_000);

    /** A process that lives for seconds spends most of them in the second compiler. */
    private static final List<String> ONE_COMPILER = List.of("-XX:TieredStopAtLevel=1");

    private final Path directory;
    private final OneboxLayout layout;
    private final OneboxProcesses processes;
    private final SluiceClient client;
    private final int appId;
    private final int partitions;

    private ProcessCluster(
            Path directory, OneboxLayout layout, OneboxProcesses processes, SluiceClient client, int partitions) {
        this.directory = directory;
        this.layout = layout;
        this.processes = processes;
        this.client = client;
        this.partitions = partitions;
        Readiness.await(client, REPLICAS, (int) PATIENCE.toMillis());
        this.appId = admin().createApp(APP, partitions, REPLICAS, Map.of(), false);
        awaitHealthy();
    }

    /** Starts it and waits until the app is healthy. */
    static ProcessCluster start(Path directory, int partitions, Map<String, String> options, ClientOptions client)
            throws IOException {
        OneboxLayout layout = OneboxLayout.onFreePorts(directory.resolve("cluster"), 1, REPLICAS)
                .with(options);
        OneboxProcesses processes = OneboxProcesses.start(layout, ONE_COMPILER);
        try {
            SluiceClient connected = SluiceClient.connect(layout.metaServers(), client);
            try {
                return new ProcessCluster(directory, layout, processes, connected, partitions);
            } catch (RuntimeException | Error e) {
                connected.close();
                throw e;
            }
        } catch (RuntimeException | Error e) {
            processes.close();
            throw e;
        }
    }

    OneboxLayout layout() {
        return layout;
    }

    OneboxProcesses processes() {
        return processes;
    }

    SluiceClient client() {
        return client;
    }

    AdminClient admin() {
        return client.admin();
    }

    void awaitHealthy() {
        admin().awaitHealthy(APP, (int) PATIENCE.toMillis());
    }

    /** Builds a file set of those rows in a store of that name, ready to be loaded. */
    LoadSource buildFileSet(String store, RowSource rows) throws Exception {
        Path root = directory.resolve(store);
        FileSetLocation location = new FileSetLocation(root.toString(), "here", APP);
        BuildOptions options = BuildOptions.of(
                new BulkLoadInfo(appId, APP, partitions), directory.resolve("build"), System.currentTimeMillis());
        new FileSetBuilder(LocalBlockStore.ofAbsolutePaths(), location, options)
                .build(rows, new StopSignal(), progress -> {});
        return LoadSource.merge(APP, "here", OneboxLayout.PROVIDER, root.toString());
    }

    /** Runs a remote command that answers "ok". */
    void command(HostPort server, String command, String... arguments) {
        assertThat(admin().remoteCommand(server, command, List.of(arguments)))
                .as("%s %s", command, List.of(arguments))
                .contains("\"ok\"");
    }

    LoadStatus awaitStatus(Predicate<LoadStatus> wanted) {
        return await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(5))
                .ignoreException(ClientException.class)
                .until(() -> admin().queryBulkLoad(APP), wanted);
    }

    /** Waits until every partition has all its replicas, and they have the same data. */
    ReplicaDigests awaitEqualReplicas() {
        return await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .ignoreException(ClientException.class)
                .until(
                        () -> ReplicaDigests.of(admin(), layout.replicaServers(), appId, partitions),
                        digests -> digests.faults(REPLICAS).isEmpty());
    }

    /** Waits until no replica keeps files that were fetched for a load. */
    void awaitNothingStaged() {
        for (int i = 0; i < REPLICAS; i++) {
            int server = i;
            await().atMost(PATIENCE)
                    .ignoreException(UncheckedIOException.class)
                    .untilAsserted(() -> assertThat(staged(server)).isEmpty());
        }
    }

    /** What the replicas of a server keep that was fetched for a load. */
    List<String> staged(int server) throws IOException {
        try (Stream<Path> paths = Files.walk(processes.replicaDirectory(server))) {
            return paths.map(Path::toString)
                    .filter(path -> path.matches(".*/load/[^/]+"))
                    .toList();
        }
    }

    @Override
    public void close() {
        try {
            client.close();
        } finally {
            processes.close();
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
