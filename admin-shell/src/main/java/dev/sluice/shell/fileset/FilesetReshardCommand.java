package dev.sluice.shell.fileset;

import dev.sluice.bulkload.build.BuildOptions;
import dev.sluice.bulkload.build.BuildProgress;
import dev.sluice.bulkload.build.BuildResult;
import dev.sluice.bulkload.build.FileSetResharder;
import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SourceException;
import dev.sluice.bulkload.sst.SstOptions;
import dev.sluice.bulkload.store.FileSetSource;
import dev.sluice.bulkload.transfer.PartitionCopies;
import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.bulkload.work.StoppedException;
import dev.sluice.common.file.FileSystem;
import dev.sluice.common.file.LocalFileSystem;
import dev.sluice.common.time.SystemClock;
import dev.sluice.shell.ConsoleCheck;
import dev.sluice.shell.Figures;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sluice fileset reshard}. */
@Command(
        name = "reshard",
        description = "Rewrites a file set for another number of partitions.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {"", "Example: sluice fileset reshard /data/sets/onebox/orders --partitions=16 --to=/data/sets-16"})
final class FilesetReshardCommand implements Callable<Integer> {
    private static final int PARTITIONS_MAX = 65_536;

    private final FileSystem files = new LocalFileSystem();

    @Spec
    private CommandSpec spec;

    @Mixin
    private SetArgument set;

    @Option(
            names = {"-p", "--partitions"},
            required = true,
            description = "Number of partitions of the new set.")
    private int partitions;

    @Option(
            names = "--to",
            required = true,
            paramLabel = "<dir|uri>",
            description = "Root of the new set, which gets the same cluster and app below it. Not that of the old one.")
    private String to;

    @Option(
            names = "--to-store-args",
            split = " ",
            paramLabel = "<args>",
            description = "Of the new set's store, as --store-args.")
    private @Nullable List<String> toStoreArgs;

    @Option(
            names = "--file-size",
            defaultValue = "64M",
            converter = ByteSize.Converter.class,
            paramLabel = "<bytes>",
            description = "Size at which an SST file ends (default: ${DEFAULT-VALUE}).")
    private ByteSize fileSize;

    @Option(names = "--sign-key", paramLabel = "<file>", description = SigningKey.DESCRIPTION)
    private @Nullable Path signKey;

    @Option(names = "--temp", paramLabel = "<dir>", description = "Where files lie on their way (default: Java's).")
    private @Nullable Path temporary;

    @Override
    public Integer call() {
        if (partitions < 1 || partitions > PARTITIONS_MAX) {
            throw new ParameterException(
                    spec.commandLine(), "--partitions=" + partitions + ": expected 1 to " + PARTITIONS_MAX);
        }
        PrintWriter err = spec.commandLine().getErr();
        StopSignal stop = new StopSignal();
        LiveLine line = new LiveLine(err, ConsoleCheck.isTerminal());
        try (StopOnExit ignored = new StopOnExit(stop);
                OpenSet old = set.open();
                OpenSet target = target(old)) {
            reshard(old, target, stop, line);
            return 0;
        } catch (SourceException | IOException e) {
            line.clear();
            err.println("ERROR: " + e.getMessage());
            return 1;
        } catch (StoppedException e) {
            line.clear();
            err.println("stopped, nothing of the new set is left");
            return 1;
        }
    }

    private OpenSet target(OpenSet old) throws SourceException {
        OpenSet target;
        try {
            target = OpenSet.below(
                    to, old.location().cluster(), old.location().app(), toStoreArgs == null ? List.of() : toStoreArgs);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--to=" + to + ": " + e.getMessage());
        }
        if (target.text().equals(old.text())) {
            target.close();
            throw new ParameterException(spec.commandLine(), "--to=" + to + ": is where the old set lies");
        }
        return target;
    }

    private void reshard(OpenSet old, OpenSet target, StopSignal stop, LiveLine line)
            throws SourceException, IOException, StoppedException {
        FileSetSource.Description described = old.readAll();
        BulkLoadInfo info = described.info();
        long rowsTotal = rows(described.manifests());
        Path base = temporary == null ? OpenSet.temporaryDirectory() : Files.createDirectories(temporary);
        Path directory = Files.createTempDirectory(base, "sluice-reshard-");
        BuildOptions unsigned = BuildOptions.of(
                        new BulkLoadInfo(info.appId(), info.appName(), partitions),
                        directory,
                        new SystemClock().wallMs())
                .withSst(new SstOptions(fileSize.bytes(), SstOptions.DEFAULTS.compression()));
        BuildOptions options =
                SigningKey.read(spec, signKey).map(unsigned::withSigningKey).orElse(unsigned);
        long startMs = new SystemClock().nowMs();
        try (PartitionCopies copies = new PartitionCopies(old.source(), files, directory, new SystemClock())) {
            BuildResult result = new FileSetResharder(old.source(), copies, target.store(), target.location(), options)
                    .reshard(stop, show(line, startMs, rowsTotal));
            line.clear();
            PrintWriter out = spec.commandLine().getOut();
            out.printf(
                    Locale.ROOT,
                    "%s: %,d rows in %d partitions and %d files, %s, %.1f s%n",
                    target.text(),
                    result.rows(),
                    partitions,
                    result.files(),
                    Figures.bytes(result.bytes()),
                    (new SystemClock().nowMs() - startMs) / 1000.0);
            out.flush();
        } finally {
            files.deleteTree(directory);
        }
    }

    /** 0 if the old set does not say. */
    private static long rows(List<Manifest> manifests) {
        return manifests.stream().map(Manifest::rows).allMatch(OptionalLong::isPresent)
                ? manifests.stream()
                        .mapToLong(manifest -> manifest.rows().orElseThrow())
                        .sum()
                : 0;
    }

    private static Consumer<BuildProgress> show(LiveLine line, long startMs, long rowsTotal) {
        SystemClock clock = new SystemClock();
        return progress -> {
            long elapsedMs = clock.nowMs() - startMs;
            long rows = progress.rowsWritten();
            if (line.isDue(elapsedMs) && rows > 0) {
                String eta = rowsTotal == 0
                        ? "?"
                        : Figures.duration(elapsedMs * Math.max(0, rowsTotal - rows) / rows / 1000);
                line.show(
                        String.format(
                                Locale.ROOT,
                                "%,d rows, %,d rows/s, %s written, ETA %s",
                                rows,
                                rows * 1000 / Math.max(1, elapsedMs),
                                Figures.bytes(progress.sstBytesWritten()),
                                eta),
                        elapsedMs);
            }
        };
    }
}
