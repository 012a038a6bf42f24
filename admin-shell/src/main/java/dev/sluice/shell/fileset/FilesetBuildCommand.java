package dev.sluice.shell.fileset;

import dev.sluice.bulkload.build.BadRow;
import dev.sluice.bulkload.build.BuildException;
import dev.sluice.bulkload.build.BuildOptions;
import dev.sluice.bulkload.build.BuildProgress;
import dev.sluice.bulkload.build.BuildResult;
import dev.sluice.bulkload.build.Columns;
import dev.sluice.bulkload.build.FileSetBuilder;
import dev.sluice.bulkload.build.RowFormat;
import dev.sluice.bulkload.build.RowSource;
import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.SourceException;
import dev.sluice.bulkload.sst.SstOptions;
import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.bulkload.work.StoppedException;
import dev.sluice.common.time.SystemClock;
import dev.sluice.shell.ConsoleCheck;
import dev.sluice.shell.Figures;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice fileset build}. */
@Command(
        name = "build",
        description = "Makes a file set out of CSV, TSV or JSON lines.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Example: sluice fileset build orders.csv --hash-key=customer --sort-key=id --value='*' \\",
            "           --root=/data/sets --app=orders --partitions=8"
        })
final class FilesetBuildCommand implements Callable<Integer> {
    private static final int BAD_ROWS_SHOWN_MAX = 10;

    @Spec
    private CommandSpec spec;

    @Parameters(
            arity = "1..*",
            paramLabel = "<file>",
            description = "Input files in UTF-8, also packed as .gz or .zst; - is the standard input, with --format.")
    private List<Path> inputs;

    @Mixin
    private SetPlace place;

    @Option(
            names = {"-p", "--partitions"},
            required = true,
            description = "Number of partitions of the app.")
    private int partitions;

    @Option(
            names = "--app-id",
            defaultValue = "0",
            description = "Bind the set to the app with this id; 0 is any app (default).")
    private int appId;

    @Option(names = "--format", description = "csv, tsv or jsonl; else the files' names tell.")
    private @Nullable String format;

    @Option(names = "--no-header", description = "The first row of CSV and TSV is a row: it does not name the columns.")
    private boolean hasNoHeader;

    @Option(names = "--hash-key", paramLabel = "<column>", description = "Column by name or number (hash_key).")
    private @Nullable String hashKey;

    @Option(names = "--sort-key", paramLabel = "<column>", description = "Column of sort keys (sort_key, if there).")
    private @Nullable String sortKey;

    @Option(names = "--value", paramLabel = "<column>", description = "Column of values, * is the whole row (value).")
    private @Nullable String value;

    @Option(names = "--ttl", paramLabel = "<column>", description = "Column of seconds to live (ttl, if there).")
    private @Nullable String ttl;

    @Option(
            names = "--max-errors",
            defaultValue = "0",
            paramLabel = "<rows>",
            description = "Bad rows to leave out; one more ends the build (default: ${DEFAULT-VALUE}).")
    private long badRowsMax;

    @Option(
            names = "--memory",
            defaultValue = "256M",
            converter = ByteSize.Converter.class,
            paramLabel = "<bytes>",
            description = "Memory of the whole process, 160M or more, with the options that bin/sluice gives to Java"
                    + " and up to 2 threads of 64M files; a row may take a sixteenth of what is above 144M"
                    + " (default: ${DEFAULT-VALUE}).")
    private ByteSize memory;

    @Option(
            names = "--file-size",
            defaultValue = "64M",
            converter = ByteSize.Converter.class,
            paramLabel = "<bytes>",
            description = "Size at which an SST file ends (default: ${DEFAULT-VALUE}).")
    private ByteSize fileSize;

    @Option(
            names = "--compression",
            defaultValue = "lz4",
            description = "none, lz4 or zstd (default: ${DEFAULT-VALUE}).")
    private String compression;

    @Option(
            names = "--threads",
            defaultValue = "2",
            description = "Partitions written at the same time (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Option(
            names = "--temp",
            paramLabel = "<dir>",
            description = "Directory for sorted runs and files on their way (default: the root, or Java's for a URI).")
    private @Nullable Path temporary;

    @Option(names = "--sidecars", description = "Write .<name>.meta files, which Pegasus wants in local directories.")
    private boolean hasSidecars;

    @Option(names = "--sign-key", paramLabel = "<file>", description = SigningKey.DESCRIPTION)
    private @Nullable Path signKey;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        StopSignal stop = new StopSignal();
        LiveLine line = new LiveLine(err, ConsoleCheck.isTerminal());
        long startMs = new SystemClock().nowMs();
        try (OpenSet set = open()) {
            return build(set, out, err, stop, line, startMs);
        }
    }

    private int build(OpenSet set, PrintWriter out, PrintWriter err, StopSignal stop, LiveLine line, long startMs) {
        FileSetBuilder builder = builder(set);
        try (StopOnExit ignored = new StopOnExit(stop);
                RowSource rows = new InputFiles(inputs, format(), columns(), !hasNoHeader)) {
            BuildResult result = builder.build(rows, stop, show(line, startMs));
            line.clear();
            long elapsedMs = Math.max(1, new SystemClock().nowMs() - startMs);
            report(out, set, result, elapsedMs);
            return 0;
        } catch (BuildException e) {
            line.clear();
            err.println("ERROR: too many bad rows (--max-errors=" + badRowsMax + "):");
            print(err, e.firstBadRows());
            return 1;
        } catch (StoppedException e) {
            line.clear();
            err.println("stopped, nothing of the set is left");
            return 1;
        } catch (IOException e) {
            line.clear();
            err.println("ERROR: " + e.getMessage());
            return 1;
        }
    }

    private OpenSet open() {
        try {
            return place.open();
        } catch (SourceException | IllegalArgumentException e) {
            throw wrongUse(e.getMessage());
        }
    }

    private FileSetBuilder builder(OpenSet set) {
        try {
            BuildOptions options = new BuildOptions(
                    new BulkLoadInfo(appId, place.app(), partitions),
                    new SstOptions(fileSize.bytes(), SstOptions.Compression.of(compression)),
                    BuildMemory.of(memory, Runtime.getRuntime().maxMemory()),
                    threads,
                    temporary == null ? place.temporaryDirectory() : temporary,
                    badRowsMax,
                    hasSidecars,
                    SigningKey.read(spec, signKey),
                    new SystemClock().wallMs());
            return new FileSetBuilder(set.store(), set.location(), options);
        } catch (IllegalArgumentException e) {
            throw wrongUse(e.getMessage());
        }
    }

    private Optional<RowFormat> format() {
        try {
            if (format == null) {
                inputs.forEach(RowFormat::ofName);
                return Optional.empty();
            }
            return Optional.of(RowFormat.ofWord(format));
        } catch (IllegalArgumentException e) {
            throw wrongUse(e.getMessage());
        }
    }

    private Columns columns() {
        try {
            return Columns.chosen(hashKey, sortKey, value, ttl);
        } catch (IllegalArgumentException e) {
            throw wrongUse(e.getMessage());
        }
    }

    private static Consumer<BuildProgress> show(LiveLine line, long startMs) {
        SystemClock clock = new SystemClock();
        BuildText text = new BuildText();
        return progress -> {
            long elapsedMs = clock.nowMs() - startMs;
            text.note(progress, elapsedMs);
            if (line.isDue(elapsedMs)) {
                line.show(text.line(progress, elapsedMs), elapsedMs);
            }
        };
    }

    private static void report(PrintWriter out, OpenSet set, BuildResult result, long elapsedMs) {
        out.printf(
                Locale.ROOT,
                "%s: %,d rows in %d files, %s, %.1f s (%,d rows/s)%n",
                set.text(),
                result.rows(),
                result.files(),
                Figures.bytes(result.bytes()),
                elapsedMs / 1000.0,
                result.rows() * 1000 / elapsedMs);
        if (result.duplicates() > 0) {
            out.printf(Locale.ROOT, "%,d rows left out because a later one has the same key%n", result.duplicates());
        }
        if (result.badRows() > 0) {
            out.printf(Locale.ROOT, "%,d bad rows left out, the first of them:%n", result.badRows());
            print(out, result.firstBadRows());
        }
        out.flush();
    }

    private static void print(PrintWriter out, List<BadRow> badRows) {
        badRows.stream().limit(BAD_ROWS_SHOWN_MAX).forEach(row -> out.println("  " + row));
        out.flush();
    }

    private ParameterException wrongUse(@Nullable String message) {
        return new ParameterException(spec.commandLine(), String.valueOf(message));
    }
}
