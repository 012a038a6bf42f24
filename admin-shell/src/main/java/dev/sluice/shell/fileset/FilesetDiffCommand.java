package dev.sluice.shell.fileset;

import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SourceException;
import dev.sluice.bulkload.rows.KeyText;
import dev.sluice.bulkload.sst.SstException;
import dev.sluice.bulkload.sst.SstMerge;
import dev.sluice.bulkload.store.FileSetSource;
import dev.sluice.bulkload.transfer.PartitionCopies;
import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.bulkload.work.StoppedException;
import dev.sluice.common.file.FileSystem;
import dev.sluice.common.file.LocalFileSystem;
import dev.sluice.common.time.SystemClock;
import dev.sluice.common.view.TextTable;
import dev.sluice.shell.Figures;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice fileset diff}: what a load of the new set would change, before it. */
@Command(
        name = "diff",
        description =
                "Compares two file sets: rows and bytes of each partition, and the keys and values of a sample. Exit"
                        + " code 3 if the new set is much smaller than the old one.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class FilesetDiffCommand implements Callable<Integer> {
    private static final int MUCH_SMALLER = 3;
    private static final int KEYS_SHOWN_MAX = 3;

    private final FileSystem files = new LocalFileSystem();

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "OLD", description = OpenSet.SET)
    private String old;

    @Parameters(index = "1", paramLabel = "NEW", description = "The set that may take its place.")
    private String next;

    @Option(names = "--store-args", split = " ", paramLabel = "<args>", description = OpenSet.STORE_ARGS)
    private @Nullable List<String> storeArgs;

    @Option(
            names = "--sample-partitions",
            defaultValue = "4",
            description =
                    "Partitions whose rows are compared, spread over the set; 0 is none (default: ${DEFAULT-VALUE}).")
    private int samplePartitions;

    @Option(
            names = "--sample-rows",
            defaultValue = "100000",
            description = "Rows of each of them that are compared, in the order of keys (default: ${DEFAULT-VALUE}).")
    private long sampleRows;

    @Option(
            names = "--warn-below",
            defaultValue = "80",
            paramLabel = "<percent>",
            description =
                    "Warn if the new set has less of the old one's rows, or bytes where rows are not known (default:"
                            + " ${DEFAULT-VALUE}).")
    private int warnBelowPercent;

    @Option(
            names = "--temp",
            paramLabel = "<dir>",
            description = "Where files of stores that are not on this machine are copied to (default: Java's).")
    private @Nullable Path temporary;

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        StopSignal stop = new StopSignal();
        List<String> args = storeArgs == null ? List.of() : storeArgs;
        try (StopOnExit ignored = new StopOnExit(stop);
                OpenSet one = OpenSet.of(old, args);
                OpenSet other = OpenSet.of(next, args)) {
            return compare(one, other, stop);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
        } catch (SstException e) {
            err.println("ERROR: " + e.fault().getMessage());
            return 1;
        } catch (SourceException | IOException e) {
            err.println("ERROR: " + e.getMessage());
            return 1;
        } catch (StoppedException e) {
            err.println("stopped");
            return 1;
        }
    }

    private int compare(OpenSet one, OpenSet other, StopSignal stop)
            throws SourceException, IOException, StoppedException {
        PrintWriter out = spec.commandLine().getOut();
        Side before = Side.of(one);
        Side after = Side.of(other);
        boolean isAlike = before.info().partitionCount() == after.info().partitionCount();
        out.println(totals(before, after));
        if (isAlike) {
            out.println(partitions(before, after));
            if (samplePartitions > 0) {
                sample(before, after, stop);
            }
        } else {
            out.println(
                    "The numbers of partitions differ: rows are not compared (sluice fileset reshard makes them equal).");
        }
        int percent = percentLeft(before, after);
        if (percent < warnBelowPercent) {
            out.flush();
            spec.commandLine()
                    .getErr()
                    .println("WARNING: the new set has only " + percent + " % of the old one's "
                            + (before.rows().isPresent() && after.rows().isPresent() ? "rows" : "bytes")
                            + " (--warn-below=" + warnBelowPercent + ")");
            return MUCH_SMALLER;
        }
        out.flush();
        return 0;
    }

    /** One of the two. */
    private record Side(OpenSet set, BulkLoadInfo info, List<Manifest> manifests) {
        static Side of(OpenSet set) throws SourceException {
            FileSetSource.Description read = set.readAll();
            return new Side(set, read.info(), read.manifests());
        }

        OptionalLong rows() {
            return manifests.stream().allMatch(manifest -> manifest.rows().isPresent())
                    ? OptionalLong.of(manifests.stream()
                            .mapToLong(manifest -> manifest.rows().orElseThrow())
                            .sum())
                    : OptionalLong.empty();
        }

        long bytes() {
            return manifests.stream().mapToLong(Manifest::totalBytes).sum();
        }

        int files() {
            return manifests.stream()
                    .mapToInt(manifest -> manifest.files().size())
                    .sum();
        }
    }

    private static TextTable totals(Side before, Side after) {
        return TextTable.columns("sets", "", "old", "new", "change")
                .add("path", before.set().text(), after.set().text(), "")
                .add("partitions", before.info().partitionCount(), after.info().partitionCount(), "")
                .add("files", before.files(), after.files(), "")
                .add("rows", text(before.rows()), text(after.rows()), change(before.rows(), after.rows()))
                .add(
                        "size",
                        Figures.bytes(before.bytes()),
                        Figures.bytes(after.bytes()),
                        change(OptionalLong.of(before.bytes()), OptionalLong.of(after.bytes())));
    }

    private static TextTable partitions(Side before, Side after) {
        TextTable table = TextTable.columns(
                "partitions", "pidx", "old rows", "new rows", "change", "old size", "new size", "change");
        for (int i = 0; i < before.manifests().size(); i++) {
            Manifest one = before.manifests().get(i);
            Manifest other = after.manifests().get(i);
            table.add(
                    i,
                    text(one.rows()),
                    text(other.rows()),
                    change(one.rows(), other.rows()),
                    Figures.bytes(one.totalBytes()),
                    Figures.bytes(other.totalBytes()),
                    change(OptionalLong.of(one.totalBytes()), OptionalLong.of(other.totalBytes())));
        }
        return table;
    }

    private void sample(Side before, Side after, StopSignal stop)
            throws SourceException, IOException, StoppedException {
        PrintWriter out = spec.commandLine().getOut();
        Path base = temporary == null ? OpenSet.temporaryDirectory() : Files.createDirectories(temporary);
        Path directory = Files.createTempDirectory(base, "sluice-diff-");
        int count = before.manifests().size();
        int sampled = Math.min(samplePartitions, count);
        TextTable table =
                TextTable.columns("sample", "pidx", "same", "other value", "only in old", "only in new", "such as");
        try (PartitionCopies olds =
                        new PartitionCopies(before.set().source(), files, directory.resolve("old"), new SystemClock());
                PartitionCopies news =
                        new PartitionCopies(after.set().source(), files, directory.resolve("new"), new SystemClock())) {
            for (int i = 0; i < sampled; i++) {
                int partition = (int) ((long) i * count / sampled);
                List<Path> oldFiles = olds.fetch(partition, before.manifests().get(partition), stop);
                List<Path> newFiles = news.fetch(partition, after.manifests().get(partition), stop);
                Counts counts = walk(oldFiles, newFiles, stop);
                table.add(
                        partition,
                        counts.same,
                        counts.changed,
                        counts.onlyOld,
                        counts.onlyNew,
                        String.join(", ", counts.examples));
                olds.release(partition);
                news.release(partition);
            }
        } finally {
            files.deleteTree(directory);
        }
        out.println(table);
    }

    private static final class Counts {
        private long same;
        private long changed;
        private long onlyOld;
        private long onlyNew;
        private final List<String> examples = new ArrayList<>();

        private void example(String what, byte[] key) {
            if (examples.size() < KEYS_SHOWN_MAX) {
                examples.add(what + " " + KeyText.of(key, key.length));
            }
        }
    }

    /** Both in step, as far as the sample goes. */
    private Counts walk(List<Path> oldFiles, List<Path> newFiles, StopSignal stop)
            throws IOException, StoppedException {
        Counts counts = new Counts();
        try (SstMerge one = new SstMerge(oldFiles);
                SstMerge other = new SstMerge(newFiles)) {
            boolean hasOld = one.next();
            boolean hasNew = other.next();
            for (long looked = 0; (hasOld || hasNew) && looked < sampleRows; looked++) {
                stop.throwIfStopped();
                int order = !hasOld ? 1 : !hasNew ? -1 : Arrays.compareUnsigned(one.key(), other.key());
                if (order < 0) {
                    counts.onlyOld++;
                    counts.example("gone:", one.key());
                } else if (order > 0) {
                    counts.onlyNew++;
                    counts.example("new:", other.key());
                } else if (Arrays.equals(one.value(), other.value())) {
                    counts.same++;
                } else {
                    counts.changed++;
                    counts.example("changed:", one.key());
                }
                hasOld = order <= 0 ? one.next() : hasOld;
                hasNew = order >= 0 ? other.next() : hasNew;
            }
        }
        return counts;
    }

    private static int percentLeft(Side before, Side after) {
        boolean byRows = before.rows().isPresent() && after.rows().isPresent();
        long was = byRows ? before.rows().getAsLong() : before.bytes();
        long is = byRows ? after.rows().getAsLong() : after.bytes();
        return was == 0 ? 100 : (int) Math.min(Integer.MAX_VALUE, is * 100.0 / was);
    }

    private static String text(OptionalLong number) {
        return number.isPresent() ? String.format(Locale.ROOT, "%,d", number.getAsLong()) : "?";
    }

    private static String change(OptionalLong before, OptionalLong after) {
        if (before.isEmpty() || after.isEmpty() || before.getAsLong() == 0) {
            return "";
        }
        return String.format(
                Locale.ROOT, "%+.1f %%", (after.getAsLong() - before.getAsLong()) * 100.0 / before.getAsLong());
    }
}
