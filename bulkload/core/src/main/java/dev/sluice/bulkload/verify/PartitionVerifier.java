package dev.sluice.bulkload.verify;

import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.Remedy;
import dev.sluice.bulkload.fileset.SourceException;
import dev.sluice.bulkload.fileset.SstFile;
import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.bulkload.work.StoppedException;
import dev.sluice.common.file.FileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Verifies the files of one partition that lie on this machine. Blocks its thread; ends within a second of a stop, unless
 * it computes the block checksums of a single file, which takes less than a second for each gigabyte.
 */
public final class PartitionVerifier {
    private final FileSystem files;

    public PartitionVerifier(FileSystem files) {
        this.files = files;
    }

    /**
     * Returns how much was looked at if everything is right. Throws {@link SourceException} with the first fault: the file,
     * the key where there is one, and the reason; its remedy is NODE if this machine could not read its disk.
     */
    public VerifyProgress verify(VerifyRequest request, StopSignal stop, Consumer<VerifyProgress> listener)
            throws SourceException, StoppedException {
        List<SstKeyRange> ranges = new ArrayList<>();
        int filesDone = 0;
        long bytesDone = 0;
        long rowsDone = 0;
        Manifest manifest = request.manifest();
        for (SstFile file : manifest.files()) {
            stop.throwIfStopped();
            Path path = request.paths().apply(file);
            requireSize(file, path);
            if (request.mode() != VerifyMode.SIZE) {
                int filesSoFar = filesDone;
                long bytesSoFar = bytesDone;
                long rowsSoFar = rowsDone;
                SstInspector.Result result;
                try {
                    result = SstInspector.inspect(
                            file,
                            path,
                            request,
                            stop,
                            rows -> listener.accept(new VerifyProgress(filesSoFar, bytesSoFar, rowsSoFar + rows)));
                } catch (SourceException e) {
                    throw blame(e, file, path, stop);
                }
                rowsDone += result.rows();
                result.range().ifPresent(ranges::add);
            }
            filesDone++;
            bytesDone += file.size();
            listener.accept(new VerifyProgress(filesDone, bytesDone, rowsDone));
        }
        if (request.isForBehind()) {
            SstKeyRange.requireDisjoint(ranges);
        }
        return new VerifyProgress(filesDone, bytesDone, rowsDone);
    }

    private void requireSize(SstFile file, Path path) throws SourceException {
        long size;
        try {
            size = files.size(path);
        } catch (IOException e) {
            throw SourceException.ofNode(file.name().value(), e);
        }
        if (size != file.size()) {
            throw SourceException.ofNode(
                    file.name().value(), new IOException("expected " + file.size() + " bytes, found " + size));
        }
    }

    /**
     * Tells a wrong file from a wrong copy: it had the right MD5 when it was downloaded, so if it has another now, this
     * node's disk is at fault.
     */
    private SourceException blame(SourceException fault, SstFile file, Path path, StopSignal stop)
            throws StoppedException {
        if (!file.hasMd5() || fault.remedy() == Remedy.NODE) {
            return fault;
        }
        try {
            String found = Md5.of(files, path, stop);
            if (found.equals(file.md5())) {
                return fault;
            }
            return SourceException.ofNode(
                    file.name().value(),
                    new IOException("changed on this disk, its md5 was " + file.md5() + " and is " + found + ": "
                            + fault.reason()));
        } catch (IOException e) {
            return SourceException.ofNode(file.name().value(), e);
        }
    }
}
