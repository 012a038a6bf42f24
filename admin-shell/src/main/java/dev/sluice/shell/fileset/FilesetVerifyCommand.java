package dev.sluice.shell.fileset;

import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.FileSetLocation;
import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SourceException;
import dev.sluice.bulkload.fileset.SstFile;
import dev.sluice.bulkload.store.FileSetSource;
import dev.sluice.bulkload.store.PartitionSource;
import dev.sluice.bulkload.verify.Md5;
import dev.sluice.bulkload.verify.PartitionVerifier;
import dev.sluice.bulkload.verify.VerifyMode;
import dev.sluice.bulkload.verify.VerifyProgress;
import dev.sluice.bulkload.verify.VerifyRequest;
import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.bulkload.work.StoppedException;
import dev.sluice.common.file.FileSystem;
import dev.sluice.common.file.LocalFileSystem;
import dev.sluice.common.time.SystemClock;
import dev.sluice.shell.ConsoleCheck;
import dev.sluice.shell.Figures;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice fileset verify}: all that a load would find, before a load. */
@Command(
        name = "verify",
        description = "Checks a file set as a load would: sizes, MD5, block checksums, keys and values.",
        mixinStandardHelpOptions = true)
final class FilesetVerifyCommand implements Callable<Integer> {
    private final FileSystem files = new LocalFileSystem();

    @Spec
    private CommandSpec spec;

    @Mixin
    private SetPlace place;

    @Option(names = "--behind", description = "Also refuse files that overlap, as a load behind existing data does.")
    private boolean isForBehind;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        StopSignal stop = new StopSignal();
        LiveLine line = new LiveLine(err, ConsoleCheck.isTerminal());
        try (StopOnExit ignored = new StopOnExit(stop)) {
            FileSetSource source = place.source();
            BulkLoadInfo info = source.readInfo();
            info.requireFits(source.location().infoPath(), info.appId(), info.partitionCount());
            long rows = 0;
            long bytes = 0;
            int faults = 0;
            for (int i = 0; i < info.partitionCount(); i++) {
                line.show("partition " + i + " of " + info.partitionCount(), 0);
                try {
                    VerifyProgress result = verify(source, i, info.partitionCount(), stop);
                    rows += result.rows();
                    bytes += result.bytesDone();
                } catch (SourceException e) {
                    line.clear();
                    err.println("ERROR: partition " + i + ": " + e.getMessage());
                    faults++;
                }
            }
            line.clear();
            out.printf(
                    Locale.ROOT,
                    "%s: %d partitions, %,d rows, %s, %s%n",
                    source.location().directory(),
                    info.partitionCount(),
                    rows,
                    Figures.bytes(bytes),
                    faults == 0 ? "all right" : faults + " partitions are wrong");
            out.flush();
            return faults == 0 ? 0 : 1;
        } catch (SourceException e) {
            line.clear();
            err.println("ERROR: " + e.getMessage());
            return 1;
        } catch (StoppedException e) {
            line.clear();
            err.println("stopped");
            return 1;
        }
    }

    private VerifyProgress verify(FileSetSource source, int partition, int partitionCount, StopSignal stop)
            throws SourceException, StoppedException {
        PartitionSource directory = source.partition(partition);
        Manifest manifest = directory.readManifest();
        directory.checkSizes(manifest);
        FileSetLocation location = source.location();
        for (SstFile file : manifest.files()) {
            requireMd5(file, Path.of(location.filePath(partition, file.name())), stop);
        }
        VerifyRequest request = new VerifyRequest(
                manifest,
                file -> Path.of(location.filePath(partition, file.name())),
                partition,
                partitionCount,
                VerifyMode.FULL,
                isForBehind,
                new SystemClock().wallMs());
        return new PartitionVerifier(files).verify(request, stop, progress -> {});
    }

    private void requireMd5(SstFile file, Path path, StopSignal stop) throws SourceException, StoppedException {
        if (!file.hasMd5()) {
            return;
        }
        try {
            String found = Md5.of(files, path, stop);
            if (!found.equals(file.md5())) {
                throw SourceException.damaged(path.toString(), "expected md5 " + file.md5() + ", found " + found);
            }
        } catch (IOException e) {
            throw SourceException.ofNode(path.toString(), e);
        }
    }
}
