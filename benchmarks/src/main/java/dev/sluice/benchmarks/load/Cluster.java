package dev.sluice.benchmarks.load;

import dev.sluice.client.AdminClient;
import dev.sluice.client.ClientOptions;
import dev.sluice.client.SluiceClient;
import dev.sluice.client.Table;
import dev.sluice.common.HostPort;
import dev.sluice.common.file.LocalFileSystem;
import dev.sluice.dist.onebox.Onebox;
import dev.sluice.dist.onebox.OneboxLayout;
import dev.sluice.dist.onebox.Readiness;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** A fresh cluster for one case: a meta server and three replica servers in this process, gone with its data at the end. */
final class Cluster implements AutoCloseable {
    static final int REPLICAS = 3;

    private static final int TIMEOUT_MS = 60_000;
    private static final String BYTES_FROM_STORE = "bulk_load_download_file_bytes_total";

    private final Path directory;
    private final Onebox onebox;
    private final SluiceClient client;

    private Cluster(Path directory, Onebox onebox, SluiceClient client) {
        this.directory = directory;
        this.onebox = onebox;
        this.client = client;
    }

    /** Starts it and returns when it serves. */
    static Cluster start(Path directory, Map<String, String> settings) throws IOException {
        OneboxLayout layout = OneboxLayout.onFreePorts(directory, 1, REPLICAS).with(settings);
        Onebox onebox = Onebox.start(layout);
        SluiceClient client = SluiceClient.connect(
                layout.metaServers(),
                ClientOptions.DEFAULTS.withTimeoutMs(TIMEOUT_MS).withAdminTimeoutMs(TIMEOUT_MS));
        Cluster cluster = new Cluster(directory, onebox, client);
        try {
            Readiness.await(client, REPLICAS, TIMEOUT_MS);
            return cluster;
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    AdminClient admin() {
        return client.admin();
    }

    List<HostPort> replicaServers() {
        return onebox.layout().replicaServers();
    }

    Table table(String app) {
        return client.table(app);
    }

    /** Makes an app that serves, and returns its id. */
    int createApp(String app, int partitions) {
        int id = admin().createApp(app, partitions, REPLICAS, Map.of(), true);
        admin().awaitHealthy(app, TIMEOUT_MS);
        return id;
    }

    /** A client whose operations are tried once: what is rejected fails. To be closed by the caller. */
    SluiceClient clientThatTriesOnce() {
        int attemptMs = 10_000;
        int pauseMs = 2 * attemptMs;
        return SluiceClient.connect(
                onebox.layout().metaServers(),
                new ClientOptions(attemptMs, attemptMs, attemptMs, TIMEOUT_MS, pauseMs, pauseMs, false));
    }

    /** Bytes that all replica servers have read from block stores so far, by their own meters. */
    long bytesFromStore() throws IOException {
        HttpClient http = HttpClient.newHttpClient();
        long bytes = 0;
        for (HostPort server : replicaServers()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + server + "/metrics"))
                    .build();
            try {
                String metrics =
                        http.send(request, HttpResponse.BodyHandlers.ofString()).body();
                bytes += Meters.value(metrics, BYTES_FROM_STORE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while " + server + " was asked for its metrics", e);
            }
        }
        return bytes;
    }

    /** Bytes of all files of all replica servers, each counted once under however many names. */
    long bytesOnDisk() throws IOException {
        Map<Object, Long> files = new HashMap<>();
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.toList()) {
                try {
                    BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class);
                    if (found.isRegularFile()) {
                        files.put(Objects.requireNonNullElse(found.fileKey(), path), found.size());
                    }
                } catch (NoSuchFileException e) {
                    files.remove(path); // deleted since it was listed
                }
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return files.values().stream().mapToLong(Long::longValue).sum();
    }

    @Override
    public void close() throws IOException {
        client.close();
        onebox.close();
        new LocalFileSystem().deleteTree(directory);
    }
}
