package dev.sluice.integration.load;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.bulkload.build.BuildOptions;
import dev.sluice.bulkload.build.FileSetBuilder;
import dev.sluice.bulkload.build.Row;
import dev.sluice.bulkload.build.RowSource;
import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.FileSetLocation;
import dev.sluice.bulkload.sst.SstOptions;
import dev.sluice.bulkload.store.BlockService;
import dev.sluice.bulkload.store.BlockStore;
import dev.sluice.bulkload.store.BlockStores;
import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.client.ClientException;
import dev.sluice.client.ClientOptions;
import dev.sluice.client.LoadSource;
import dev.sluice.client.LoadStatus;
import dev.sluice.client.SluiceClient;
import dev.sluice.client.Ttl;
import dev.sluice.common.HostPort;
import dev.sluice.dist.onebox.Onebox;
import dev.sluice.dist.onebox.OneboxLayout;
import dev.sluice.wire.admin.AppStatus;
import dev.sluice.wire.bulkload.BulkLoadControlType;
import dev.sluice.wire.bulkload.BulkLoadStatus;
import dev.sluice.wire.bulkload.LoadMode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/** One meta server and three replica servers, with the verbs that the tests speak in. */
final class LoadCluster implements AutoCloseable {
    static final String DOWNLOADING_COUNT = "replica.max-concurrent-bulk-load-downloading-count";
    static final String BYTES_PER_SECOND = "replica.bulk-load-bytes-per-second-max";
    static final String BEFORE_PUBLISH = "load.before-publish";
    static final String BEFORE_RESULT = "load.before-decide-result";
    private static final String FAULT_POINT = "meta.fault-point";
    private static final ObjectMapper JSON = new ObjectMapper();
    static final int REPLICA_SERVERS = 3;

    private final Path directory;
    private final Onebox onebox;
    private final SluiceClient client;

    LoadCluster(Path directory) throws IOException {
        this(directory, Map.of("meta_server.allow_fault_points", "true"));
    }

    LoadCluster(Path directory, Map<String, String> options) throws IOException {
        this.directory = directory;
        OneboxLayout layout = OneboxLayout.onFreePorts(directory.resolve("cluster"), 1, REPLICA_SERVERS)
                .with(options);
        onebox = Onebox.start(layout);
        client = SluiceClient.connect(layout.metaServers(), ClientOptions.DEFAULTS);
        await().atMost(30, TimeUnit.SECONDS).until(() -> {
            try {
                return client.admin().listNodes().size() == REPLICA_SERVERS;
            } catch (ClientException e) {
                return false;
            }
        });
    }

    SluiceClient client() {
        return client;
    }

    Onebox onebox() {
        return onebox;
    }

    void create(String app, int partitions) {
        create(app, partitions, Map.of());
    }

    void create(String app, int partitions, Map<String, String> envs) {
        client.admin().createApp(app, partitions, REPLICA_SERVERS, envs, true);
        client.admin().awaitHealthy(app, 60_000);
    }

    /** Ballot and members of each partition. */
    List<String> configurations(String app) {
        return client.admin().queryConfig(app).getPartitions().stream()
                .map(each -> each.getBallot() + ": " + each.getPrimary() + " " + each.getSecondaries())
                .toList();
    }

    List<HostPort> servers() {
        return onebox.layout().replicaServers();
    }

    String command(HostPort server, String name, String... arguments) {
        return client.admin().remoteCommand(server, name, List.of(arguments));
    }

    /** Holds what comes to that fault point of the meta server. */
    void hold(String point) {
        assertThat(command(metaServer(), FAULT_POINT, point, "hold")).contains("\"ok\"");
    }

    /** Lets go what is held there; nothing happens if nothing is. */
    void release(String point) {
        assertThat(command(metaServer(), FAULT_POINT, point, "release")).contains("\"ok\"");
    }

    private HostPort metaServer() {
        return onebox.layout().metaServers().get(0);
    }

    /** All servers end and start again; returns when the apps are served. */
    void restartAll() throws IOException {
        for (int i = 0; i < REPLICA_SERVERS; i++) {
            onebox.stopReplicaServer(i);
        }
        restartMeta();
        for (int i = 0; i < REPLICA_SERVERS; i++) {
            onebox.startReplicaServer(i);
        }
        await().atMost(60, TimeUnit.SECONDS)
                .ignoreExceptions()
                .untilAsserted(() -> client.admin()
                        .listApps(AppStatus.AS_AVAILABLE)
                        .forEach(app -> client.admin().awaitHealthy(app.getAppName(), 30_000)));
    }

    void restartMeta() throws IOException {
        onebox.stopMetaServer(0);
        onebox.startMetaServer(0);
        await().atMost(30, TimeUnit.SECONDS)
                .ignoreExceptions()
                .until(() -> !client.admin().listApps(AppStatus.AS_AVAILABLE).isEmpty());
    }

    /** A meter of a server, as its page of metrics has it. */
    double meter(HostPort server, String name) throws Exception {
        String all = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://" + server + "/metrics"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
        return all.lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no meter " + name + " in\n" + all));
    }

    void limitBytesPerSecond(long bytes) {
        servers().forEach(server -> command(server, BYTES_PER_SECOND, Long.toString(bytes)));
    }

    // ---- File sets

    Path fileSet(String app) {
        return directory.resolve("sets/c/" + app);
    }

    static String key(int row) {
        return String.format(Locale.ROOT, "key-%06d", row);
    }

    /** A set of that many rows, keys from {@link #key}, each value the prefix and the number of its row. */
    void buildSet(String app, int partitions, int rows, String prefix) throws Exception {
        buildSet(app, partitions, rows, prefix, SstOptions.DEFAULTS);
    }

    void buildSet(String app, int partitions, int rows, String prefix, SstOptions sst) throws Exception {
        BuildOptions options = BuildOptions.of(
                        new BulkLoadInfo(0, app, partitions), directory.resolve("tmp"), 1_700_000_000_000L)
                .withSst(sst);
        Files.createDirectories(directory.resolve("tmp"));
        try (BlockStores stores = new BlockStores(List.of(BlockService.of("local", "local_service", "")))) {
            FileSetLocation location =
                    new FileSetLocation(directory.resolve("sets").toString(), "c", app);
            buildSet(stores.require("local"), location, options, rows, prefix);
        }
    }

    /** The rows of {@link #key}, in any store. */
    static void buildSet(BlockStore store, FileSetLocation location, BuildOptions options, int rows, String prefix)
            throws Exception {
        new FileSetBuilder(store, location, options).build(new Numbers(rows, prefix), new StopSignal(), progress -> {});
    }

    private static final class Numbers implements RowSource {
        private final int rows;
        private final String prefix;
        private int next;

        Numbers(int rows, String prefix) {
            this.rows = rows;
            this.prefix = prefix;
        }

        @Override
        public @Nullable Row next() {
            if (next >= rows) {
                return null;
            }
            int row = next++;
            return new Row(key(row).getBytes(UTF_8), new byte[0], (prefix + row).getBytes(UTF_8), 0);
        }

        @Override
        public long line() {
            return next;
        }
    }

    // ---- Loads

    void start(String app) {
        start(app, LoadMode.MERGE);
    }

    void start(String app, LoadMode mode) {
        client.admin().startBulkLoad(source(app, mode));
    }

    String dryRun(String app) {
        return client.admin().forecastBulkLoad(source(app, LoadMode.MERGE));
    }

    private LoadSource source(String app, LoadMode mode) {
        return source(app, OneboxLayout.PROVIDER, directory.resolve("sets").toString(), mode);
    }

    /** A set that lies elsewhere. */
    static LoadSource source(String app, String provider, String root, LoadMode mode) {
        return new LoadSource(app, "c", provider, root, mode);
    }

    void control(String app, BulkLoadControlType type) {
        client.admin().controlBulkLoad(app, type);
    }

    LoadStatus query(String app) {
        return client.admin().queryBulkLoad(app);
    }

    LoadStatus awaitStatus(String app, Predicate<LoadStatus> wanted) {
        LoadStatus[] last = new LoadStatus[1];
        try {
            await().atMost(60, TimeUnit.SECONDS)
                    .pollInterval(20, TimeUnit.MILLISECONDS)
                    .until(() -> {
                        try {
                            last[0] = query(app);
                        } catch (ClientException e) {
                            return false;
                        }
                        return wanted.test(last[0]);
                    });
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("the load of '" + app + "' stands at " + last[0], e);
        }
        return last[0];
    }

    LoadStatus awaitEnd(String app, BulkLoadStatus result) {
        LoadStatus end = awaitStatus(app, LoadStatus::isEnded);
        assertThat(end.status()).as("%s", end).isEqualTo(result);
        return end;
    }

    // ---- Rows

    /** A client of its own, whose pause before a second attempt is longer than its deadline: what is refused fails. */
    SluiceClient clientThatTriesOnce() {
        int timeoutMs = 5_000;
        return SluiceClient.connect(
                onebox.layout().metaServers(),
                new ClientOptions(timeoutMs, timeoutMs, timeoutMs, 10_000, 2 * timeoutMs, 2 * timeoutMs, false));
    }

    void put(String app, String key, String value) throws Exception {
        put(client, app, key, value);
    }

    static void put(SluiceClient client, String app, String key, String value) throws Exception {
        client.table(app)
                .put(key.getBytes(UTF_8), new byte[0], value.getBytes(UTF_8))
                .get(20, TimeUnit.SECONDS);
    }

    void putFor(String app, String key, String value, int ttlSeconds) throws Exception {
        client.table(app)
                .put(key.getBytes(UTF_8), new byte[0], value.getBytes(UTF_8), ttlSeconds)
                .get(20, TimeUnit.SECONDS);
    }

    void delete(String app, String key) throws Exception {
        client.table(app).remove(key.getBytes(UTF_8), new byte[0]).get(20, TimeUnit.SECONDS);
    }

    @Nullable
    String get(String app, String key) throws Exception {
        return client.table(app)
                .get(key.getBytes(UTF_8), new byte[0])
                .get(20, TimeUnit.SECONDS)
                .map(value -> new String(value, UTF_8))
                .orElse(null);
    }

    /** How long a row that is there will exist. */
    Ttl ttl(String app, String key) throws Exception {
        return client.table(app)
                .ttl(key.getBytes(UTF_8), new byte[0])
                .get(20, TimeUnit.SECONDS)
                .orElseThrow();
    }

    /** B.2: every replica of a partition has the same digest; returns the rows of the app. */
    long rowsThatAllReplicasAgreeOn(String app, int partitions) {
        int appId = client.admin().app(app).getAppId();
        Map<String, Set<String>> digests = new TreeMap<>();
        Map<String, Long> rows = new TreeMap<>();
        await().atMost(30, TimeUnit.SECONDS).ignoreExceptions().untilAsserted(() -> {
            digests.clear();
            rows.clear();
            int replicas = 0;
            for (HostPort server : servers()) {
                for (JsonNode replica : JSON.readTree(command(server, "replica.digest", Integer.toString(appId)))) {
                    String gpid = replica.get("gpid").asText();
                    digests.computeIfAbsent(gpid, any -> new TreeSet<>())
                            .add(replica.get("digest").asText());
                    rows.put(gpid, replica.get("rows").asLong());
                    replicas++;
                }
            }
            assertThat(replicas).isEqualTo(partitions * REPLICA_SERVERS);
            assertThat(digests.values()).allMatch(different -> different.size() == 1);
        });
        return rows.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Names of what lies in the load directories of all replicas. */
    List<String> stagedOnDisk() throws IOException {
        // What a load leaves is right below the directory "load" of a replica.
        return onDisk().stream()
                .map(Path::toString)
                .filter(path -> path.matches(".*/load/[^/]+"))
                .toList();
    }

    /** Bytes of partly or wholly downloaded files on all disks. */
    long stagedBytes() throws IOException {
        return onDisk().stream()
                .filter(path -> path.toString().contains("/load/") && Files.isRegularFile(path))
                .mapToLong(path -> path.toFile().length())
                .sum();
    }

    /** All files and directories of the servers, which go on working meanwhile: what disappears is left out. */
    private List<Path> onDisk() throws IOException {
        List<Path> found = new ArrayList<>();
        Files.walkFileTree(onebox.layout().directory(), new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
                found.add(path);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
                found.add(path);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path path, IOException failure) throws IOException {
                if (failure instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw failure;
            }
        });
        return found;
    }

    @Override
    public void close() {
        client.close();
        onebox.close();
    }
}
