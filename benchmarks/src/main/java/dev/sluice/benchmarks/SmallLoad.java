package dev.sluice.benchmarks;

import dev.sluice.bulkload.build.BuildOptions;
import dev.sluice.bulkload.build.FileSetBuilder;
import dev.sluice.bulkload.build.Row;
import dev.sluice.bulkload.build.RowSource;
import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.FileSetLocation;
import dev.sluice.bulkload.store.LocalBlockStore;
import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.client.AdminClient;
import dev.sluice.client.ClientOptions;
import dev.sluice.client.LoadSource;
import dev.sluice.client.LoadStatus;
import dev.sluice.client.RowWriter;
import dev.sluice.client.SluiceClient;
import dev.sluice.client.Table;
import dev.sluice.common.file.LocalFileSystem;
import dev.sluice.dist.logging.Logging;
import dev.sluice.dist.onebox.Onebox;
import dev.sluice.dist.onebox.OneboxLayout;
import dev.sluice.dist.onebox.Readiness;
import dev.sluice.wire.bulkload.BulkLoadStatus;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * What a load costs that moves next to nothing: three replicas of every partition, from the start request to the query that
 * says SUCCEED, and until nothing of it is left on any replica. Beside it, in turns, the same rows through the client.
 */
@Command(
        name = "small-load",
        description = "Times small loads, start to SUCCEED, beside writing the same rows through the client.",
        mixinStandardHelpOptions = true)
final class SmallLoad implements Callable<Integer> {
    private static final int REPLICAS = 3;
    private static final int TIMEOUT_MS = 60_000;
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final int WRITES_IN_FLIGHT_MAX = 64;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--rounds",
            defaultValue = "9",
            paramLabel = "N",
            description = "Loads that are timed, after one that is not (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--partitions",
            defaultValue = "8",
            paramLabel = "N",
            description = "Partitions of each app (default: ${DEFAULT-VALUE}).")
    private int partitions;

    @Option(
            names = "--rows",
            defaultValue = "8000",
            paramLabel = "N",
            description = "Rows of each load (default: ${DEFAULT-VALUE}).")
    private int rows;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        Path directory = Files.createTempDirectory("sluice-benchmark-");
        Logging.toFile(directory.resolve("benchmark.log"));
        Histogram toSucceed = new Histogram(3);
        Histogram toCleanedUp = new Histogram(3);
        Histogram byClient = new Histogram(3);
        OneboxLayout layout = OneboxLayout.onFreePorts(directory.resolve("onebox"), 1, REPLICAS);
        try (Onebox onebox = Onebox.start(layout);
                SluiceClient client = SluiceClient.connect(layout.metaServers(), ClientOptions.DEFAULTS)) {
            Readiness.await(client, onebox.layout().replicaServers().size(), TIMEOUT_MS);
            for (int round = 0; round <= rounds; round++) {
                long[] load = timeLoad(client.admin(), directory, "load_" + round);
                long written = timeClient(client, "client_" + round);
                if (round > 0) {
                    toSucceed.recordValue(load[0]);
                    toCleanedUp.recordValue(load[1]);
                    byClient.recordValue(written);
                }
            }
        } finally {
            new LocalFileSystem().deleteTree(directory);
        }
        out.printf(
                Locale.ROOT,
                "%d rounds after one that is not timed; %,d rows, %d partitions, %d replicas, one JVM, nothing else%n",
                rounds,
                rows,
                partitions,
                REPLICAS);
        out.printf("%-34s %10s %10s %10s%n", "", "median ms", "least", "most");
        print(out, "load: start to SUCCEED", toSucceed);
        print(out, "load: start to cleaned up", toCleanedUp);
        print(out, "the same rows through the client", byClient);
        out.flush();
        return 0;
    }

    private static void print(PrintWriter out, String name, Histogram micros) {
        out.printf(
                Locale.ROOT,
                "%-34s %10.0f %10.0f %10.0f%n",
                name,
                micros.getValueAtPercentile(50) / 1000.0,
                micros.getMinValue() / 1000.0,
                micros.getMaxValue() / 1000.0);
    }

    /** Microseconds from the start request to SUCCEED, and to the end. */
    private long[] timeLoad(AdminClient admin, Path directory, String app) throws Exception {
        int appId = admin.createApp(app, partitions, REPLICAS, Map.of(), false);
        admin.awaitHealthy(app, TIMEOUT_MS);
        Path store = directory.resolve("store");
        BuildOptions options = BuildOptions.of(
                new BulkLoadInfo(appId, app, partitions), directory.resolve("build"), System.currentTimeMillis());
        new FileSetBuilder(
                        LocalBlockStore.ofAbsolutePaths(),
                        new FileSetLocation(store.toString(), "benchmark", app),
                        options)
                .build(new NumberedRows(rows), new StopSignal(), progress -> {});

        long start = System.nanoTime();
        admin.startBulkLoad(LoadSource.merge(app, "benchmark", OneboxLayout.PROVIDER, store.toString()));
        long succeeded = 0;
        LoadStatus status = admin.queryBulkLoad(app);
        while (!status.isEnded()) {
            if (succeeded == 0 && status.status() == BulkLoadStatus.BLS_SUCCEED) {
                succeeded = System.nanoTime();
            }
            LockSupport.parkNanos(POLL_NANOS);
            status = admin.queryBulkLoad(app);
        }
        long ended = System.nanoTime();
        if (status.status() != BulkLoadStatus.BLS_SUCCEED) {
            throw new IllegalStateException(app + ": the load ended with " + status.status() + ": " + status.hint());
        }
        admin.dropApp(app, 0);
        return new long[] {micros(start, succeeded == 0 ? ended : succeeded), micros(start, ended)};
    }

    private long timeClient(SluiceClient client, String app) {
        AdminClient admin = client.admin();
        admin.createApp(app, partitions, REPLICAS, Map.of(), false);
        admin.awaitHealthy(app, TIMEOUT_MS);
        Table table = client.table(app);
        NumberedRows source = new NumberedRows(rows);
        long start = System.nanoTime();
        try (RowWriter writer = new RowWriter(table, WRITES_IN_FLIGHT_MAX)) {
            Row row = source.next();
            while (row != null) {
                writer.put(row.hashKey(), row.sortKey(), row.value());
                row = source.next();
            }
        }
        long ended = System.nanoTime();
        admin.dropApp(app, 0);
        return micros(start, ended);
    }

    private static long micros(long fromNanos, long toNanos) {
        return TimeUnit.NANOSECONDS.toMicros(toNanos - fromNanos);
    }

    /** Rows of 100 bytes, each with a hash key of its own. */
    private static final class NumberedRows implements RowSource {
        private final int count;
        private int row;

        NumberedRows(int count) {
            this.count = count;
        }

        @Override
        public @Nullable Row next() {
            if (row == count) {
                return null;
            }
            byte[] key = ("user-" + row++).getBytes(StandardCharsets.US_ASCII);
            byte[] value = ("value of row " + row + " " + "x".repeat(80)).getBytes(StandardCharsets.US_ASCII);
            return new Row(key, new byte[0], value, 0);
        }

        @Override
        public long line() {
            return row;
        }
    }
}
