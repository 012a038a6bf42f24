package dev.sluice.dist.demo;

import dev.sluice.bulkload.build.BadRowException;
import dev.sluice.bulkload.build.BuildException;
import dev.sluice.bulkload.build.BuildOptions;
import dev.sluice.bulkload.build.BuildResult;
import dev.sluice.bulkload.build.FileSetBuilder;
import dev.sluice.bulkload.build.Row;
import dev.sluice.bulkload.build.RowSource;
import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.FileSetLocation;
import dev.sluice.bulkload.store.LocalBlockStore;
import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.bulkload.work.StoppedException;
import dev.sluice.client.AdminClient;
import dev.sluice.client.ClientOptions;
import dev.sluice.client.LoadSource;
import dev.sluice.client.LoadStatus;
import dev.sluice.client.RowWriter;
import dev.sluice.client.SluiceClient;
import dev.sluice.client.Table;
import dev.sluice.dist.onebox.Onebox;
import dev.sluice.dist.onebox.OneboxLayout;
import dev.sluice.dist.onebox.Readiness;
import dev.sluice.shell.ConsoleCheck;
import dev.sluice.shell.ProgressLine;
import dev.sluice.wire.bulkload.BulkLoadStatus;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Runs the demo, and says what it does. */
final class Demo {
    private static final String APP = "demo";
    private static final String BY_CLIENT = "demo_by_client";
    private static final int REPLICAS = 3;
    private static final int SERVE_TIMEOUT_MS = 60_000;
    /** A load that has not moved for so long says why. */
    private static final int STANDSTILL_S = 10;

    private static final long POLL_MS = 20;
    private static final long SAMPLE_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final int WRITES_IN_FLIGHT_MAX = 64;

    private final PrintWriter out;
    private final PrintStream progress = System.err;
    private final boolean live = ConsoleCheck.isTerminal();
    private final OneboxLayout layout;
    private final DemoInput input;
    private final int partitions;

    Demo(PrintWriter out, OneboxLayout layout, DemoInput input, int partitions) {
        this.out = out;
        this.layout = layout;
        this.input = input;
        this.partitions = partitions;
    }

    /** Returns true if every row was right on every replica. */
    boolean run(DemoDirectory directory, boolean keep) throws Exception {
        say("Cluster: one meta server, three replica servers, in " + layout.directory());
        try (Onebox onebox = Onebox.start(layout);
                SluiceClient client = SluiceClient.connect(
                        layout.metaServers(),
                        ClientOptions.DEFAULTS.withTimeoutMs(20_000).withAdminTimeoutMs(60_000))) {
            directory.beforeDelete(onebox::close);
            Readiness.await(client, REPLICAS, SERVE_TIMEOUT_MS);
            AdminClient admin = client.admin();
            int appId = admin.createApp(APP, partitions, REPLICAS, Map.of(), false);
            admin.awaitHealthy(APP, SERVE_TIMEOUT_MS);
            say("App: " + APP + ", id " + appId + ", " + partitions + " partitions, " + REPLICAS + " replicas each");

            Path store = directory.path().resolve("file-sets");
            long buildStart = System.nanoTime();
            BuildResult built = build(store, directory.path().resolve("build"), appId);
            double buildSeconds = secondsSince(buildStart);
            say(
                    "File set: %,d rows in %,d files, %,d bytes, built in %.1f s (%,d rows with a key that came again)",
                    built.rows(), built.files(), built.bytes(), buildSeconds, built.duplicates());

            long loadStart = System.nanoTime();
            admin.startBulkLoad(LoadSource.merge(APP, "demo", OneboxLayout.PROVIDER, store.toString()));
            LoadStatus ended = watch(admin, built.bytes() * REPLICAS);
            double loadSeconds = secondsSince(loadStart);
            if (ended.status() != BulkLoadStatus.BLS_SUCCEED) {
                say("The load ended with %s, %s: %s", ended.status(), ended.error(), ended.hint());
                return false;
            }
            say("Load: staged, verified and published on %d replicas in %.2f s", REPLICAS, loadSeconds);

            boolean rowsRight = readBack(client.table(APP), built);
            boolean replicasRight = compareReplicas(admin, appId, built.rows());
            boolean right = rowsRight && replicasRight;
            double clientSeconds = writeSample(client, admin, built.rows());
            say("");
            say("rows                     %,d", built.rows());
            say("bytes in SST files       %,d (x %d replicas)", built.bytes(), REPLICAS);
            say("building the file set    %.2f s", buildSeconds);
            say("the load                 %.2f s", loadSeconds);
            say(
                    "the same rows by client  %.1f s, from a sample: %.0f x as long as the load, %.1f x with building",
                    clientSeconds, clientSeconds / loadSeconds, clientSeconds / (loadSeconds + buildSeconds));
            say(right ? "Every row is right on every replica." : "NOT every row is right, see above.");
            if (keep) {
                keepRunning();
            }
            return right;
        }
    }

    private BuildResult build(Path store, Path temporary, int appId)
            throws IOException, BuildException, StoppedException {
        FileSetLocation location = new FileSetLocation(store.toString(), "demo", APP);
        BuildOptions options =
                BuildOptions.of(new BulkLoadInfo(appId, APP, partitions), temporary, System.currentTimeMillis());
        AtomicLong shown = new AtomicLong();
        try (RowSource rows = input.open();
                ProgressLine line = new ProgressLine("Building from " + input.name(), 100, "%", progress, live)) {
            return new FileSetBuilder(LocalBlockStore.ofAbsolutePaths(), location, options)
                    .build(rows, new StopSignal(), now -> {
                        long done = (long) (now.fraction() * 100);
                        line.add(Math.max(0, done - shown.getAndSet(Math.max(done, shown.get()))));
                    });
        }
    }

    private LoadStatus watch(AdminClient admin, long bytes) {
        long shown = 0;
        long quietSinceNanos = System.nanoTime();
        String lastSaid = "";
        try (ProgressLine line = new ProgressLine("Loading", bytes, "bytes", progress, live)) {
            LoadStatus status = admin.queryBulkLoad(APP);
            while (!status.isEnded()) {
                long done = bytes * status.downloadPercent() / 100;
                String said = status.status() + " " + status.hint();
                line.add(Math.max(0, done - shown));
                shown = Math.max(done, shown);
                if (!said.equals(lastSaid)) {
                    lastSaid = said;
                    quietSinceNanos = System.nanoTime();
                } else if (secondsSince(quietSinceNanos) > STANDSTILL_S) {
                    quietSinceNanos = System.nanoTime();
                    say("The load has not moved for %d s: %s", STANDSTILL_S, said);
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(POLL_MS));
                status = admin.queryBulkLoad(APP);
            }
            line.add(bytes - shown);
            return status;
        }
    }

    private boolean readBack(Table table, BuildResult built) throws IOException {
        long wrong = 0;
        long start = System.nanoTime();
        try (ProgressLine line = new ProgressLine("Reading back", built.rows(), "rows", progress, live)) {
            for (ReadBack pass : ReadBack.passes(table, built.duplicates())) {
                readBack(pass, line);
                long wrongInPass = pass.finish();
                if (wrong == 0 && wrongInPass > 0) {
                    say("Rows that are wrong, among them:%n%s", pass.examples());
                }
                wrong += wrongInPass;
            }
        }
        if (wrong > 0) {
            say("%,d rows are wrong", wrong);
        } else {
            say("Read back: every row of the input through the client, in %.1f s", secondsSince(start));
        }
        return wrong == 0;
    }

    private void readBack(ReadBack pass, ProgressLine line) throws IOException {
        try (RowSource rows = input.open()) {
            Row row = nextGood(rows);
            while (row != null) {
                if (pass.isFor(row.hashKey(), row.sortKey())) {
                    pass.expect(row.hashKey(), row.sortKey(), row.value());
                    line.add(1);
                }
                row = nextGood(rows);
            }
        }
    }

    private boolean compareReplicas(AdminClient admin, int appId, long rows) {
        ReplicaDigests digests = ReplicaDigests.of(admin, layout.replicaServers(), appId, partitions);
        List<String> faults = digests.faults(REPLICAS);
        faults.forEach(fault -> say("%s", fault));
        if (digests.rows() != rows) {
            say("The replicas hold %,d rows, expected %,d", digests.rows(), rows);
            return false;
        }
        if (faults.isEmpty()) {
            say("Replicas: all %d of every partition hold the same %,d rows, by digest", REPLICAS, rows);
        }
        return faults.isEmpty();
    }

    /** Writes rows through the client for a few seconds; returns how long all of them would take. */
    private double writeSample(SluiceClient client, AdminClient admin, long rowCount) throws IOException {
        admin.createApp(BY_CLIENT, partitions, REPLICAS, Map.of(), false);
        admin.awaitHealthy(BY_CLIENT, SERVE_TIMEOUT_MS);
        long written = 0;
        long start = System.nanoTime();
        try (RowSource rows = input.open();
                RowWriter writer = new RowWriter(client.table(BY_CLIENT), WRITES_IN_FLIGHT_MAX)) {
            Row row = nextGood(rows);
            while (row != null && System.nanoTime() - start < SAMPLE_NANOS) {
                writer.put(row.hashKey(), row.sortKey(), row.value());
                written++;
                row = nextGood(rows);
            }
        }
        double seconds = secondsSince(start);
        say("Sample: %,d rows written through the client in %.1f s", written, seconds);
        return written == 0 ? 0 : seconds * rowCount / written;
    }

    private static @Nullable Row nextGood(RowSource rows) throws IOException {
        try {
            return rows.next();
        } catch (BadRowException e) {
            throw new IOException("line " + rows.line() + ": " + e.getMessage(), e);
        }
    }

    private void keepRunning() throws InterruptedException {
        say("");
        say("ready meta=%s replica-servers=%s", layout.metaServers(), layout.replicaServers());
        say("The cluster runs on until Ctrl-C. In another terminal:");
        say("  bin/sluice shell -m %s", layout.metaServers().get(0));
        new CountDownLatch(1).await();
    }

    private static double secondsSince(long startNanos) {
        return (System.nanoTime() - startNanos) / 1e9;
    }

    private void say(String format, Object... arguments) {
        out.println(arguments.length == 0 ? format : String.format(Locale.ROOT, format, arguments));
        out.flush();
    }
}
