package dev.sluice.benchmarks.data;

import dev.sluice.benchmarks.measure.OpenLoop;
import dev.sluice.benchmarks.measure.Target;
import dev.sluice.bulkload.build.BuildException;
import dev.sluice.bulkload.build.BuildOptions;
import dev.sluice.bulkload.build.FileSetBuilder;
import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.FileSetLocation;
import dev.sluice.bulkload.store.LocalBlockStore;
import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.bulkload.work.StoppedException;
import dev.sluice.client.AdminClient;
import dev.sluice.client.ClientOptions;
import dev.sluice.client.LoadSource;
import dev.sluice.client.LoadStatus;
import dev.sluice.client.SluiceClient;
import dev.sluice.common.command.JsonText;
import dev.sluice.common.file.LocalFileSystem;
import dev.sluice.dist.logging.Logging;
import dev.sluice.dist.onebox.Onebox;
import dev.sluice.dist.onebox.OneboxLayout;
import dev.sluice.dist.onebox.Readiness;
import dev.sluice.wire.bulkload.BulkLoadStatus;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The data path under load: a cluster in this process and its client; beside it the engine alone with the same rows, and
 * sockets alone with requests and replies of the same sizes. They take turns in every round.
 */
@Command(
        name = "data",
        description = {
            "Measures reads, writes and scans through the client, beside the same operations on the engine itself, and beside"
                    + " sockets that carry as many bytes from as many threads to as many, with no store behind them:"
                    + " what those come to, nothing behind a socket can go below on this machine.",
            "",
            "Each case (a workload over a distribution of keys, with a size of values) has rounds in which the sides take"
                    + " turns: first as many operations as each can (closed loop, many requests on the way), then at a"
                    + " part of the client's highest rate (open loop), with latencies from when each operation was to"
                    + " begin. Medians of the rounds are printed with the least and the most."
        },
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        sortOptions = false)
public final class DataBenchmark implements Callable<Integer> {
    private static final int SERVERS_MAX = 9;
    private static final int REPLICAS_MAX = 3;
    private static final int SETTLE_SECONDS_MAX = 3600;
    private static final int TIMEOUT_MS = 60_000;
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--workloads",
            split = ",",
            defaultValue = "C,B,A,E,W",
            paramLabel = "W",
            description = "A: half reads, half updates; B: 95 %% reads; C: reads; E: 95 %% scans of 1 to 100 rows, 5 %%"
                    + " inserts; W: updates.")
    private List<Workload> workloads;

    @Option(
            names = "--keys",
            split = ",",
            defaultValue = "ZIPFIAN",
            paramLabel = "K",
            description = "Which rows are chosen: UNIFORM, ZIPFIAN, LATEST.")
    private List<KeyDistribution> keys;

    @Option(
            names = "--value-bytes",
            split = ",",
            defaultValue = "100",
            paramLabel = "N",
            description = "Sizes of values, 1 to 409600; 100 and 1024 are usual.")
    private List<Integer> valueBytes;

    @Option(
            names = "--rows",
            defaultValue = "200000",
            paramLabel = "N",
            description = "Rows that are there at the start, 100 of each hash key.")
    private long rows;

    @Option(names = "--rounds", defaultValue = "3", paramLabel = "N", description = "Rounds of each case.")
    private int rounds;

    @Option(
            names = "--seconds",
            defaultValue = "1.5",
            paramLabel = "S",
            description = "Length of each turn of a side in a round.")
    private double seconds;

    @Option(
            names = "--settle",
            defaultValue = "2",
            paramLabel = "S",
            description = "Seconds of the open loop before each turn, 0 to " + SETTLE_SECONDS_MAX
                    + ", whose latencies are not counted: another kind"
                    + " of load makes the JVM compile some methods anew, which a server that has run for a while does not"
                    + " do. Failures count, and so do these seconds in the rate that is printed.")
    private double settleSeconds;

    @Option(
            names = "--servers",
            defaultValue = "3",
            paramLabel = "N",
            description = "Replica servers, 1 to 9; all run in this process.")
    private int servers;

    @Option(
            names = "--in-flight",
            defaultValue = "256",
            paramLabel = "N",
            description = "Requests of the client that are on the way in the closed loop.")
    private int inFlight;

    @Option(
            names = "--rate",
            defaultValue = "0.5",
            paramLabel = "R",
            description =
                    "Rate of the open loop: up to 1 a part of the client's highest rate, above it operations per second.")
    private double rate;

    @Option(names = "--partitions", defaultValue = "8", paramLabel = "N", description = "Partitions of the app.")
    private int partitions;

    @Option(
            names = "--replicas",
            defaultValue = "3",
            paramLabel = "N",
            description = "Replicas of each partition, 1 to 3, and no more than there are servers.")
    private int replicas;

    @Option(
            names = "--set",
            paramLabel = "SECTION.NAME=VALUE",
            description = "An option of the servers; may be repeated.",
            showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER)
    private Map<String, String> overrides = Map.of();

    @Option(
            names = "--json",
            paramLabel = "FILE",
            defaultValue = "${sys:sluice.home:-.}/benchmarks/target/data-benchmark.json",
            description = "Where the figures go as JSON.")
    private Path json;

    @Option(names = "--seed", defaultValue = "1", paramLabel = "N", description = "Of what is drawn.")
    private long seed;

    private Path directory = Path.of("");

    @Override
    public Integer call() throws Exception {
        requireInRange();
        PrintWriter out = spec.commandLine().getOut();
        directory = Files.createTempDirectory("sluice-benchmark-");
        Logging.toFile(directory.resolve("benchmark.log"));
        List<Case> cases = new ArrayList<>();
        OneboxLayout layout = OneboxLayout.onFreePorts(directory.resolve("onebox"), 1, servers)
                .with(overrides);
        try (Onebox onebox = Onebox.start(layout);
                SluiceClient client = SluiceClient.connect(layout.metaServers(), ClientOptions.DEFAULTS)) {
            Readiness.await(client, onebox.layout().replicaServers().size(), TIMEOUT_MS);
            for (int bytes : valueBytes) {
                measure(client, bytes, cases);
            }
        } finally {
            new LocalFileSystem().deleteTree(directory);
        }
        Targets targets = Targets.of(cases, replicas);
        print(out, cases, targets);
        write(cases, targets);
        boolean failed = cases.stream()
                .anyMatch(each -> Arrays.stream(Case.Side.values())
                        .anyMatch(side -> each.of(side).failed() > 0));
        return failed ? 1 : 0;
    }

    private void requireInRange() {
        if (servers < 1 || servers > SERVERS_MAX || replicas < 1 || replicas > Math.min(servers, REPLICAS_MAX)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--servers " + servers + ", --replicas " + replicas + ": expected 1 to " + SERVERS_MAX
                            + " servers, and 1 to " + REPLICAS_MAX + " replicas, no more than there are servers");
        }
        if (!(settleSeconds >= 0 && settleSeconds <= SETTLE_SECONDS_MAX)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--settle " + settleSeconds + ": expected 0 to " + SETTLE_SECONDS_MAX + " seconds");
        }
        if (rows < DataSet.ROWS_PER_HASH_KEY || rounds < 1 || seconds <= 0 || inFlight < 2 || rate <= 0) {
            throw new ParameterException(
                    spec.commandLine(),
                    "expected at least " + DataSet.ROWS_PER_HASH_KEY
                            + " rows, 1 round, 2 requests in flight, and seconds and a rate above 0");
        }
    }

    private void measure(SluiceClient client, int bytes, List<Case> cases) throws Exception {
        String app = "data_" + bytes;
        DataSet data = new DataSet(rows, bytes, seed);
        say("loading %,d rows of %,d bytes", rows, bytes);
        FileSetLocation fileSet = load(client.admin(), app, data);
        try (EngineContestant engine =
                        EngineContestant.open(directory.resolve("engine-" + bytes), fileSet, partitions);
                SocketsContestant sockets = SocketsContestant.open(servers, bytes, inFlight)) {
            Sides sides = new Sides(engine, sockets, new ClientContestant(client.table(app), inFlight), data);
            for (Workload workload : workloads) {
                for (KeyDistribution distribution : keys) {
                    Case next = new Case(workload, distribution, bytes);
                    cases.add(next);
                    run(next, sides);
                }
            }
        }
        client.admin().dropApp(app, 0);
    }

    private FileSetLocation load(AdminClient admin, String app, DataSet data)
            throws IOException, BuildException, StoppedException {
        int appId = admin.createApp(app, partitions, replicas, Map.of(), false);
        admin.awaitHealthy(app, TIMEOUT_MS);
        Path store = directory.resolve("store");
        FileSetLocation location = new FileSetLocation(store.toString(), "benchmark", app);
        BuildOptions options = BuildOptions.of(
                new BulkLoadInfo(appId, app, partitions), directory.resolve("build"), System.currentTimeMillis());
        new FileSetBuilder(LocalBlockStore.ofAbsolutePaths(), location, options)
                .build(data.source(), new StopSignal(), progress -> {});
        admin.startBulkLoad(LoadSource.merge(app, "benchmark", OneboxLayout.PROVIDER, store.toString()));
        LoadStatus status = admin.queryBulkLoad(app);
        while (!status.isEnded()) {
            LockSupport.parkNanos(POLL_NANOS);
            status = admin.queryBulkLoad(app);
        }
        if (status.status() != BulkLoadStatus.BLS_SUCCEED) {
            throw new IllegalStateException(app + ": the load ended with " + status.status() + ": " + status.hint());
        }
        return location;
    }

    /** The contestants, each with its own number of rows: all begin with the same. */
    private record Sides(Map<Case.Side, Contestant> contestants, Map<Case.Side, AtomicLong> rows, DataSet data) {
        Sides(EngineContestant engine, SocketsContestant sockets, ClientContestant client, DataSet data) {
            this(
                    Map.of(Case.Side.ENGINE, engine, Case.Side.SOCKETS, sockets, Case.Side.CLIENT, client),
                    Arrays.stream(Case.Side.values())
                            .collect(Collectors.toMap(side -> side, side -> new AtomicLong(data.rows()))),
                    data);
        }

        Contestant of(Case.Side side) {
            return Objects.requireNonNull(contestants.get(side));
        }

        AtomicLong rowsOf(Case.Side side) {
            return Objects.requireNonNull(rows.get(side));
        }
    }

    private void run(Case next, Sides sides) throws InterruptedException {
        KeyDistribution.Chooser chooser = next.keys().chooser(rows);
        SplittableRandom random = new SplittableRandom(seed);
        // The first turns only warm up.
        for (Case.Side side : Case.Side.values()) {
            peak(next, sides, side, chooser, random);
        }
        for (int round = 1; round <= rounds; round++) {
            for (Case.Side side : Case.Side.values()) {
                say(
                        "workload %s, %s keys, %,d bytes: round %d of %d, closed loop, %s",
                        next.workload(), next.keys(), next.valueBytes(), round, rounds, side.title());
                next.of(side).addPeak(peak(next, sides, side, chooser, random));
            }
        }
        double perSecond =
                rate > 1 ? rate : rate * next.of(Case.Side.CLIENT).peak().median();
        // Few requests at a time take other ways through the code than many do: they are compiled anew.
        for (Case.Side side : Case.Side.values()) {
            paced(next, sides, side, chooser, random, perSecond);
        }
        for (int round = 1; round <= rounds; round++) {
            for (Case.Side side : Case.Side.values()) {
                say(
                        "workload %s, %s keys, %,d bytes: round %d of %d, open loop, %s, %,.0f/s",
                        next.workload(), next.keys(), next.valueBytes(), round, rounds, side.title(), perSecond);
                next.of(side).addPaced(paced(next, sides, side, chooser, random, perSecond));
            }
        }
    }

    private ClosedLoop.Result peak(
            Case next, Sides sides, Case.Side side, KeyDistribution.Chooser chooser, SplittableRandom random)
            throws InterruptedException {
        Supplier<Operations> operations = () -> operations(next, sides, side, chooser, random.split());
        return new ClosedLoop().run(operations, sides.of(side).inFlightMax(), (long) (seconds * NANOS_PER_SECOND));
    }

    /** A turn of the open loop; latencies in nanoseconds. */
    record Paced(double perSecond, Histogram latencies, long failed) {}

    private Paced paced(
            Case next,
            Sides sides,
            Case.Side side,
            KeyDistribution.Chooser chooser,
            SplittableRandom random,
            double perSecond) {
        Operations operations = operations(next, sides, side, chooser, random.split());
        long start = System.nanoTime() + (long) (settleSeconds * NANOS_PER_SECOND);
        long end = start + (long) (seconds * NANOS_PER_SECOND);
        Latencies latencies = new Latencies(start);
        OpenLoop.Result result =
                new OpenLoop().run(done -> operations.begin(done::done), perSecond, due -> due - end < 0, latencies);
        if (latencies.nanos().getTotalCount() == 0) {
            throw new IllegalStateException(side.title()
                    + ": no operation of the turn was counted; the rate is too low for its length, or nothing"
                    + " was answered");
        }
        return new Paced(result.perSecond(), latencies.nanos(), latencies.failed() + result.unended());
    }

    private Operations operations(
            Case next, Sides sides, Case.Side side, KeyDistribution.Chooser chooser, SplittableRandom random) {
        return new Operations(next.workload(), chooser, sides.data(), sides.of(side), random, sides.rowsOf(side));
    }

    private void print(PrintWriter out, List<Case> cases, Targets targets) {
        out.printf(
                Locale.ROOT,
                "%n%,d rows, %d partitions, %d replicas on %d servers in this process; log not fsynced; %d rounds of %.1f s,"
                        + " open loops after %.1f s to settle, median (least-most)%n%n",
                rows,
                partitions,
                replicas,
                servers,
                rounds,
                seconds,
                settleSeconds);
        String line = "%-9s %-8s %6s  %-19s %30s %7s %20s %26s %26s %28s %28s %7s%n";
        out.printf(
                line,
                "workload",
                "keys",
                "bytes",
                "",
                "highest rate /s",
                "ratio",
                "CPU µs each",
                "open loop /s",
                "p50 µs",
                "p99 µs",
                "p99.9 µs",
                "failed");
        for (Case each : cases) {
            for (Case.Side side : Case.Side.values()) {
                Case.Figures own = each.of(side);
                out.printf(
                        line,
                        each.workload(),
                        each.keys().name().toLowerCase(Locale.ROOT),
                        each.valueBytes(),
                        side.title(),
                        own.peak(),
                        side == Case.Side.CLIENT ? String.format(Locale.ROOT, "%.1f %%", 100 * each.ratio()) : "",
                        own.cpuMicros(),
                        own.rate(),
                        own.micros(50),
                        own.micros(99),
                        own.micros(99.9),
                        own.failed());
            }
        }
        out.println();
        targets.targets().forEach(out::println);
        out.println("figures as JSON: " + json);
        out.flush();
    }

    private void write(List<Case> cases, Targets targets) throws IOException {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("rows", rows);
        all.put("partitions", partitions);
        all.put("replicas", replicas);
        all.put("servers", servers);
        all.put("settle_seconds", settleSeconds);
        all.put("rounds", rounds);
        all.put("seconds", seconds);
        all.put("in_flight", inFlight);
        all.put("processors", Runtime.getRuntime().availableProcessors());
        all.put("cases", cases.stream().map(Case::json).toList());
        all.put("targets", Target.json(targets.targets()));
        Path parent = json.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        Files.writeString(json, JsonText.indented(all) + "\n");
    }

    private void say(String format, @Nullable Object... arguments) {
        PrintWriter err = spec.commandLine().getErr();
        err.println(String.format(Locale.ROOT, format, arguments));
        err.flush();
    }
}
