package dev.sluice.shell.fileset;

import dev.sluice.bulkload.build.FileSetCopier;
import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SourceException;
import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.bulkload.work.StoppedException;
import dev.sluice.common.time.SystemClock;
import dev.sluice.shell.ConsoleCheck;
import dev.sluice.shell.Figures;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sluice fileset copy}. */
@Command(
        name = "copy",
        description =
                "Copies a file set to another root of the same store; S3 does it by itself. To copy to another store use"
                        + " reshard with the same number of partitions.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class FilesetCopyCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private SetArgument set;

    @Option(
            names = "--to",
            required = true,
            paramLabel = "<path>",
            description =
                    "Root of the copy, which gets the same cluster and app below it: a path in the store of the set.")
    private String to;

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        StopSignal stop = new StopSignal();
        LiveLine line = new LiveLine(err, ConsoleCheck.isTerminal());
        if (to.contains("://")) {
            throw new ParameterException(
                    spec.commandLine(), "--to=" + to + ": expected a path in the store of the set, without a scheme");
        }
        try (StopOnExit ignored = new StopOnExit(stop);
                OpenSet old = set.open()) {
            OpenSet copy = old.below(to);
            if (copy.location().equals(old.location())) {
                throw new ParameterException(spec.commandLine(), "--to=" + to + ": is where the set lies");
            }
            old.readInfo();
            long startMs = new SystemClock().nowMs();
            List<Manifest> manifests = new FileSetCopier(old.source(), copy.location()).copy(stop, show(line, startMs));
            line.clear();
            PrintWriter out = spec.commandLine().getOut();
            out.printf(
                    Locale.ROOT,
                    "%s: %d files, %s, %.1f s%n",
                    copy.text(),
                    manifests.stream()
                            .mapToInt(manifest -> manifest.files().size())
                            .sum(),
                    Figures.bytes(
                            manifests.stream().mapToLong(Manifest::totalBytes).sum()),
                    (new SystemClock().nowMs() - startMs) / 1000.0);
            out.flush();
            return 0;
        } catch (SourceException | IOException e) {
            line.clear();
            err.println("ERROR: " + e.getMessage());
            return 1;
        } catch (StoppedException e) {
            line.clear();
            err.println("stopped, nothing of the copy is left");
            return 1;
        }
    }

    private static LongConsumer show(LiveLine line, long startMs) {
        AtomicLong copied = new AtomicLong();
        return bytes -> {
            long elapsedMs = new SystemClock().nowMs() - startMs;
            long all = copied.addAndGet(bytes);
            if (line.isDue(elapsedMs)) {
                line.show(
                        Figures.bytes(all) + " copied, " + Figures.bytes(all * 1000 / Math.max(1, elapsedMs)) + "/s",
                        elapsedMs);
            }
        };
    }
}
