package dev.sluice.benchmarks.load;

import dev.sluice.benchmarks.measure.Summary;
import dev.sluice.benchmarks.measure.Target;
import dev.sluice.bulkload.build.BuildException;
import dev.sluice.bulkload.sst.SstOptions;
import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.bulkload.work.StoppedException;
import dev.sluice.common.command.JsonText;
import dev.sluice.common.file.LocalFileSystem;
import dev.sluice.dist.logging.Logging;
import dev.sluice.shell.Figures;
import dev.sluice.shell.ProgressLine;
import dev.sluice.shell.fileset.ByteSize;
import dev.sluice.shell.fileset.StopOnExit;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sluice benchmark load}. */
@Command(
        name = "load",
        description = {
            "Times large loads beside copying the same bytes, and beside writing the same rows through the client.",
            "",
            "Makes a file set, and another one of the same keys with other values. Then, in turns: the files copied three"
                    + " times with fsync, and each way to load without anybody else, --rounds times; after that each way"
                    + " to load once while others read and write at a fixed rate (open loop); at last a sample of the"
                    + " rows through the client. Every load has a fresh cluster of three replica servers in this process,"
                    + " whose rows are compared at the end. A small load before all others is not timed.",
            "",
            "Ends with 1 if an operation failed or was rejected, or a row is wrong."
        },
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        sortOptions = false)
public final class LoadBenchmark implements Callable<Integer> {
    private static final String APP = "load";
    private static final String BY_CLIENT = "by_client";
    private static final long WARM_UP_BYTES_MAX = 16L << 20;
    private static final int WARM_UP_SECONDS = 1;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--size",
            defaultValue = "256MiB",
            converter = ByteSize.Converter.class,
            paramLabel = "BYTES",
            description = "Of all rows, keys and values.")
    private ByteSize size;

    @Option(names = "--value-bytes", defaultValue = "100", paramLabel = "N", description = "Of each value.")
    private int valueBytes;

    @Option(
            names = "--file-size",
            defaultValue = "64MiB",
            converter = ByteSize.Converter.class,
            paramLabel = "BYTES",
            description = "At which an SST file ends.")
    private ByteSize fileSize;

    @Option(names = "--partitions", defaultValue = "8", paramLabel = "N", description = "Partitions of the app.")
    private int partitions;

    @Option(
            names = "--cases",
            split = ",",
            paramLabel = "CASE",
            description = "Ways to load, by name; all if not given. An unknown one prints the names.",
            showDefaultValue = Visibility.NEVER)
    private List<String> caseNames = List.of();

    @Option(
            names = "--rounds",
            defaultValue = "3",
            paramLabel = "N",
            description = "Of the cases without foreground, each with a copy.")
    private int rounds;

    @Option(names = "--reads-per-second", defaultValue = "1000", paramLabel = "R", description = "Of the foreground.")
    private double readsPerSecond;

    @Option(names = "--writes-per-second", defaultValue = "500", paramLabel = "R", description = "Of the foreground.")
    private double writesPerSecond;

    @Option(
            names = "--quiet-seconds",
            defaultValue = "5",
            paramLabel = "S",
            description = "Foreground alone before a load.")
    private double quietSeconds;

    @Option(
            names = "--after-seconds",
            defaultValue = "10",
            paramLabel = "S",
            description = "Foreground alone after a load.")
    private double afterSeconds;

    @Option(
            names = "--sample-seconds",
            defaultValue = "10",
            paramLabel = "S",
            description = "Rows are written through the client for so long.")
    private double sampleSeconds;

    @Option(
            names = "--set",
            paramLabel = "SECTION.NAME=VALUE",
            description = "An option of the servers; may be repeated.",
            showDefaultValue = Visibility.NEVER)
    private Map<String, String> overrides = Map.of();

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Where a directory for everything is made, and deleted at the end; on the disk to measure.",
            defaultValue = "${sys:java.io.tmpdir}")
    private Path parent;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            defaultValue = "${sys:sluice.home:-.}/benchmarks/target/load-benchmark.json",
            description = "Where the figures go as JSON.")
    private Path json;

    @Option(names = "--seed", defaultValue = "1", paramLabel = "N", description = "Of what is drawn.")
    private long seed;

    private final StopSignal stop = new StopSignal();

    @Override
    public Integer call() throws Exception {
        requireSensible();
        List<LoadCase> cases = cases();
        Files.createDirectories(parent);
        Path directory = Files.createTempDirectory(parent.toAbsolutePath(), "sluice-benchmark-");
        try (StopOnExit ignored = new StopOnExit(stop)) {
            try {
                return measure(directory, cases);
            } finally {
                new LocalFileSystem().deleteTree(directory);
            }
        } catch (StoppedException e) {
            say("stopped; nothing is left in %s", parent);
            return 1;
        }
    }

    private int measure(Path directory, List<LoadCase> cases) throws IOException, BuildException, StoppedException {
        Logging.toFile(directory.resolve("benchmark.log"));
        LoadRows rows = LoadRows.ofSize(size.bytes(), valueBytes, seed);
        BuiltSet set = build(directory, "set", rows);
        BuiltSet older = build(directory, "older-set", rows.withSeed(seed + 1));
        LoadRun.Settings settings = new LoadRun.Settings(
                directory,
                partitions,
                overrides,
                new Foreground.Rates(readsPerSecond, writesPerSecond),
                millis(quietSeconds),
                millis(afterSeconds),
                seed);
        warmUp(directory, settings);

        LoadRun run = new LoadRun(settings, set, older, wrong -> say("WRONG: %s", wrong), stop);
        Map<LoadCase, LoadResult> results = new LinkedHashMap<>();
        cases.forEach(each -> results.put(each, new LoadResult(each)));
        List<Double> copies = new ArrayList<>();
        for (int round = 1; round <= rounds; round++) {
            for (Map.Entry<LoadCase, LoadResult> each : results.entrySet()) {
                if (!each.getKey().hasForeground()) {
                    say("round %d of %d", round, rounds);
                    copies.add(copy(directory, set));
                    each.getValue().add(run.run(each.getKey(), copies.get(copies.size() - 1)));
                }
            }
        }
        if (copies.isEmpty()) {
            copies.add(copy(directory, set));
        }
        double copySeconds = Summary.of(copies).median();
        for (Map.Entry<LoadCase, LoadResult> each : results.entrySet()) {
            if (each.getKey().hasForeground()) {
                each.getValue().add(run.run(each.getKey(), copySeconds));
            }
        }
        ClientSample client = sample(directory, rows, sampleSeconds);
        return report(set, List.copyOf(results.values()), Summary.of(copies), client);
    }

    private BuiltSet build(Path directory, String name, LoadRows rows)
            throws IOException, BuildException, StoppedException {
        return BuiltSet.build(
                rows,
                directory.resolve(name),
                directory.resolve("build"),
                APP,
                partitions,
                new SstOptions(fileSize.bytes(), SstOptions.DEFAULTS.compression()),
                stop);
    }

    /** The first load of a process runs code that is not compiled yet; servers run for longer. */
    private void warmUp(Path directory, LoadRun.Settings settings)
            throws IOException, BuildException, StoppedException {
        LoadRows rows = LoadRows.ofSize(Math.min(WARM_UP_BYTES_MAX, size.bytes()), valueBytes, seed);
        BuiltSet small = build(directory, "warm-up-set", rows);
        LoadRun run = new LoadRun(settings, small, small, wrong -> say("WRONG: %s", wrong), stop);
        run.run(new LoadCase(LoadCase.Mode.MERGE, LoadCase.Transfer.EACH, LoadCase.Into.EMPTY, false), 1);
        sample(directory, rows, WARM_UP_SECONDS);
        new LocalFileSystem().deleteTree(small.root());
    }

    private double copy(Path directory, BuiltSet set) throws IOException, StoppedException {
        long bytes = set.bytes() * Cluster.REPLICAS;
        try (ProgressLine line = Progress.of("Copying with fsync", bytes, "bytes")) {
            return new CopyLimit(set.sst(), Cluster.REPLICAS, stop).run(directory.resolve("copies"), line::add) / 1e9;
        }
    }

    private ClientSample sample(Path directory, LoadRows rows, double seconds) throws IOException, StoppedException {
        try (Cluster cluster = Cluster.start(directory.resolve("cluster"), overrides)) {
            cluster.createApp(BY_CLIENT, partitions);
            return ClientSample.write(cluster.table(BY_CLIENT), rows, seconds, stop);
        }
    }

    private int report(BuiltSet set, List<LoadResult> results, Summary copySeconds, ClientSample client)
            throws IOException {
        List<Target> targets = LoadTargets.of(results, client.secondsOfAll());
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                Locale.ROOT,
                "%n%,d rows with values of %,d bytes: %s in %d files, %d partitions, %d replicas, all servers in this"
                        + " process; log not fsynced; %d rounds, median (least-most)%n%n",
                set.rows().rows(),
                valueBytes,
                Figures.bytes(set.bytes()),
                set.sst().size(),
                partitions,
                Cluster.REPLICAS,
                rounds);
        out.println(LoadReport.loads(results, client.secondsOfAll()));
        out.println(LoadReport.limits(copySeconds, client));
        if (results.stream().anyMatch(result -> result.loadCase().hasForeground())) {
            out.println(LoadReport.foreground(results));
        }
        targets.forEach(out::println);
        write(set, results, copySeconds, client, targets);
        out.println("figures as JSON: " + json);
        out.flush();
        return results.stream().anyMatch(result -> result.notRight() > 0) ? 1 : 0;
    }

    private void write(
            BuiltSet set, List<LoadResult> results, Summary copySeconds, ClientSample client, List<Target> targets)
            throws IOException {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("rows", set.rows().rows());
        all.put("value_bytes", valueBytes);
        all.put("set_bytes", set.bytes());
        all.put("files", set.sst().size());
        all.put("partitions", partitions);
        all.put("replicas", Cluster.REPLICAS);
        all.put("rounds", rounds);
        all.put("reads_per_second", readsPerSecond);
        all.put("writes_per_second", writesPerSecond);
        all.put("options", overrides);
        all.put("processors", Runtime.getRuntime().availableProcessors());
        all.put("copy_seconds", copySeconds.json());
        all.put("client", client.json());
        all.put("cases", results.stream().map(LoadResult::json).toList());
        all.put("targets", Target.json(targets));
        Path directory = json.toAbsolutePath().getParent();
        if (directory != null) {
            Files.createDirectories(directory);
        }
        Files.writeString(json, JsonText.indented(all) + "\n");
    }

    private List<LoadCase> cases() {
        List<String> known = LoadCase.ALL.stream().map(LoadCase::name).toList();
        for (String name : caseNames) {
            if (!known.contains(name)) {
                throw wrongUse("--cases: unknown case " + name + ", expected some of " + String.join(", ", known));
            }
        }
        return LoadCase.ALL.stream()
                .filter(each -> caseNames.isEmpty() || caseNames.contains(each.name()))
                .toList();
    }

    private void requireSensible() {
        requireAtLeast("--size", (double) size.bytes(), 1);
        requireAtLeast("--value-bytes", valueBytes, 1);
        requireAtLeast("--file-size", (double) fileSize.bytes(), 1);
        requireAtLeast("--partitions", partitions, 1);
        requireAtLeast("--rounds", rounds, 1);
        requireAtLeast("--reads-per-second", readsPerSecond, 1);
        requireAtLeast("--writes-per-second", writesPerSecond, 1);
        requireAtLeast("--quiet-seconds", quietSeconds, 1);
        requireAtLeast("--after-seconds", afterSeconds, 1);
        requireAtLeast("--sample-seconds", sampleSeconds, 1);
    }

    private void requireAtLeast(String option, double value, double least) {
        if (!(value >= least)) {
            throw wrongUse(
                    String.format(Locale.ROOT, "%s: %s, expected %s or more", option, plain(value), plain(least)));
        }
    }

    private static String plain(double value) {
        return String.format(Locale.ROOT, value == Math.rint(value) ? "%.0f" : "%f", value);
    }

    private ParameterException wrongUse(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private static long millis(double seconds) {
        return (long) (seconds * TimeUnit.SECONDS.toMillis(1));
    }

    private void say(String format, @Nullable Object... arguments) {
        PrintWriter err = spec.commandLine().getErr();
        err.println(String.format(Locale.ROOT, format, arguments));
        err.flush();
    }
}
