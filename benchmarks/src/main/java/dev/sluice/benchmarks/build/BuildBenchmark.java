package dev.sluice.benchmarks.build;

import dev.sluice.benchmarks.measure.Target;
import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.bulkload.work.StoppedException;
import dev.sluice.common.command.JsonText;
import dev.sluice.common.file.LocalFileSystem;
import dev.sluice.shell.Figures;
import dev.sluice.shell.fileset.StopOnExit;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sluice benchmark build}. */
@Command(
        name = "build",
        description = {
            "Times building file sets out of CSV beside sorting and writing the same rows plainly.",
            "",
            "Writes a CSV file. Then, --rounds times and in turns, each side makes its files out of it, in a process of"
                    + " its own: plain reads all into memory, sorts it and writes it with fsync; fileset is \"sluice fileset"
                    + " build\" as the launcher starts it; spark is the Spark sink with local[2] and a heap of 1 GiB. At"
                    + " last fileset and spark once with 4 times the rows. Peak memory is what is resident, of the whole"
                    + " process.",
            "",
            "Needs Linux. Ends with 1 if a side did not write all rows."
        },
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        sortOptions = false)
public final class BuildBenchmark implements Callable<Integer> {
    private static final String HEAP_VARIABLE = "SLUICE_TIGHT_HEAP";
    private static final int LARGER_TIMES = 4;

    @Spec
    private CommandSpec spec;

    @Option(names = "--rows", defaultValue = "2000000", paramLabel = "N", description = "Of the input.")
    private long rows;

    @Option(names = "--value-bytes", defaultValue = "100", paramLabel = "N", description = "Of each value.")
    private int valueBytes;

    @Option(names = "--partitions", defaultValue = "8", paramLabel = "N", description = "Partitions of the app.")
    private int partitions;

    @Option(names = "--rounds", defaultValue = "3", paramLabel = "N", description = "Of all sides, in turns.")
    private int rounds;

    @Option(
            names = "--sides",
            split = ",",
            defaultValue = "plain,fileset,spark",
            converter = Side.Converter.class,
            paramLabel = "SIDE",
            description = "Which sides take part.")
    private List<Side> sides;

    @Option(
            names = "--directory",
            paramLabel = "DIR",
            description = "Where a directory for everything is made, and deleted at the end; on the disk to measure.",
            defaultValue = "${sys:java.io.tmpdir}")
    private Path parent;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            defaultValue = "${sys:sluice.home:-.}/benchmarks/target/build-benchmark.json",
            description = "Where the figures go as JSON.")
    private Path json;

    private final StopSignal stop = new StopSignal();

    @Override
    public Integer call() throws IOException {
        requireSensible();
        SparkProcess spark = new SparkProcess(Path.of(System.getProperty("sluice.home", ".")));
        List<String> missing = sides.contains(Side.SPARK) ? spark.missing() : List.of();
        if (!missing.isEmpty()) {
            missing.forEach(line -> say("%s", line));
            return 1;
        }
        List<String> filesetHeap = filesetHeap();
        Files.createDirectories(parent);
        Path directory = Files.createTempDirectory(parent.toAbsolutePath(), "sluice-benchmark-");
        try (StopOnExit ignored = new StopOnExit(stop)) {
            try {
                return measure(directory, new SideRunner(directory, filesetHeap, spark, partitions, stop));
            } finally {
                new LocalFileSystem().deleteTree(directory);
            }
        } catch (StoppedException e) {
            say("stopped; nothing is left in %s", parent);
            return 1;
        }
    }

    private int measure(Path directory, SideRunner runner) throws IOException, StoppedException {
        Map<Side, SideResult> results = new LinkedHashMap<>();
        List.of(Side.values()).stream()
                .filter(sides::contains)
                .forEach(side -> results.put(side, new SideResult(side)));
        CsvInput input = write(directory, rows);
        for (int round = 1; round <= rounds; round++) {
            for (SideResult result : results.values()) {
                say("round %d of %d: %s", round, rounds, result.side().title());
                result.add(run(runner, result.side(), input));
            }
        }
        Files.delete(input.file());
        if (sides.contains(Side.FILESET) || sides.contains(Side.SPARK)) {
            CsvInput larger = write(directory, rows * LARGER_TIMES);
            for (SideResult result : results.values()) {
                if (result.side() != Side.PLAIN) {
                    say("%d × the rows: %s", LARGER_TIMES, result.side().title());
                    result.setLarger(run(runner, result.side(), larger));
                }
            }
        }
        return report(input, List.copyOf(results.values()));
    }

    private CsvInput write(Path directory, long count) throws IOException, StoppedException {
        say("writing %,d rows of input", count);
        return CsvInput.write(directory.resolve(count + ".csv"), count, valueBytes, stop);
    }

    private SideRun run(SideRunner runner, Side side, CsvInput input) throws IOException, StoppedException {
        SideRun run = runner.run(side, input);
        if (!run.hasAllRows()) {
            say("WRONG: %s wrote %,d rows of %,d", side.title(), run.rows(), input.rows());
        }
        return run;
    }

    private int report(CsvInput input, List<SideResult> results) throws IOException {
        List<Target> targets = BuildReport.targets(results, LARGER_TIMES);
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                Locale.ROOT,
                "%n%,d rows with values of %,d bytes: %s of CSV, %d partitions, each run a process of its own;"
                        + " %d rounds, median (least-most)%n%s%n%n",
                input.rows(),
                valueBytes,
                Figures.bytes(input.bytes()),
                partitions,
                rounds,
                BuildReport.written(results));
        out.println(BuildReport.builds(results));
        if (results.stream().anyMatch(result -> result.larger() != null)) {
            out.println(BuildReport.memory(results, LARGER_TIMES));
        }
        targets.forEach(out::println);
        write(input, results, targets);
        out.println("figures as JSON: " + json);
        out.flush();
        return results.stream().allMatch(SideResult::hasAllRows) ? 0 : 1;
    }

    private void write(CsvInput input, List<SideResult> results, List<Target> targets) throws IOException {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("rows", input.rows());
        all.put("value_bytes", valueBytes);
        all.put("input_bytes", input.bytes());
        all.put("partitions", partitions);
        all.put("rounds", rounds);
        all.put("processors", Runtime.getRuntime().availableProcessors());
        all.put("sides", results.stream().map(SideResult::json).toList());
        all.put("targets", Target.json(targets));
        Path directory = json.toAbsolutePath().getParent();
        if (directory != null) {
            Files.createDirectories(directory);
        }
        Files.writeString(json, JsonText.indented(all) + "\n");
    }

    /** The launcher passes what it gives to {@code fileset}. */
    private List<String> filesetHeap() {
        String options = System.getenv(HEAP_VARIABLE);
        if (options == null && sides.contains(Side.FILESET)) {
            throw wrongUse(
                    HEAP_VARIABLE + " is not set: run this with bin/sluice, which says how Java is started there");
        }
        return options == null ? List.of() : List.of(options.split(" ", -1));
    }

    private void requireSensible() {
        requireAtLeast("--rows", rows, 1);
        requireAtLeast("--value-bytes", valueBytes, 1);
        requireAtLeast("--partitions", partitions, 1);
        requireAtLeast("--rounds", rounds, 1);
        if (!Files.exists(Path.of("/proc/self/stat"))) {
            throw wrongUse("processes can be measured on Linux only");
        }
    }

    private void requireAtLeast(String option, long value, long least) {
        if (value < least) {
            throw wrongUse(String.format(Locale.ROOT, "%s: %d, expected %d or more", option, value, least));
        }
    }

    private ParameterException wrongUse(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private void say(String format, @Nullable Object... arguments) {
        PrintWriter err = spec.commandLine().getErr();
        err.println(String.format(Locale.ROOT, format, arguments));
        err.flush();
    }
}
