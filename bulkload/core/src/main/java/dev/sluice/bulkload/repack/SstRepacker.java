package dev.sluice.bulkload.repack;

import dev.sluice.bulkload.fileset.SourceException;
import dev.sluice.bulkload.sst.SstException;
import dev.sluice.bulkload.sst.SstMerge;
import dev.sluice.bulkload.sst.SstOptions;
import dev.sluice.bulkload.sst.SstWriter;
import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.bulkload.work.StoppedException;
import dev.sluice.common.file.FileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongConsumer;

/** Repacks SST files by one merge. Keeps a block and the index of each overlapping file in memory, at most 500 of them. */
public final class SstRepacker implements Repacker {
    private static final int ROWS_BETWEEN_STOP_CHECKS = 4096;

    private final FileSystem files;

    public SstRepacker(FileSystem files) {
        this.files = files;
    }

    @Override
    public List<Path> repack(
            List<Path> sources, Path directory, long targetBytes, LongConsumer onWritten, StopSignal stop)
            throws SourceException, StoppedException, IOException {
        List<Path> written;
        int told = 0;
        SstOptions options = new SstOptions(targetBytes, SstOptions.DEFAULTS.compression());
        try (SstMerge rows = new SstMerge(sources);
                SstWriter writer = new SstWriter(number -> directory.resolve(Repacker.fileName(number)), options)) {
            for (long count = 1; rows.next(); count++) {
                writer.add(rows.key(), rows.value());
                for (; told < writer.finishedCount(); told++) {
                    onWritten.accept(files.size(writer.finished(told)));
                }
                if (count % ROWS_BETWEEN_STOP_CHECKS == 0) {
                    stop.throwIfStopped();
                }
            }
            written = writer.finish();
        } catch (SstException e) {
            if (e.isOfOverlap()) {
                return List.of();
            }
            throw e.fault();
        }
        for (Path path : written) {
            stop.throwIfStopped();
            try (FileSystem.File file = files.open(path)) {
                file.sync();
            }
        }
        files.syncDirectory(directory);
        return written;
    }
}
