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

/** Repacks SST files by one merge. Keeps a block of each overlapping file and one block to be written in memory. */
public final class SstRepacker implements Repacker {
    private static final int ROWS_BETWEEN_STOP_CHECKS = 4096;

    private final FileSystem files;

    public SstRepacker(FileSystem files) {
        this.files = files;
    }

    @Override
    public List<Path> repack(List<Path> sources, Path directory, long targetBytes, StopSignal stop)
            throws SourceException, StoppedException, IOException {
        List<Path> written;
        SstOptions options = new SstOptions(targetBytes, SstOptions.DEFAULTS.compression());
        try (SstMerge rows = new SstMerge(sources);
                SstWriter writer = new SstWriter(number -> directory.resolve(Repacker.fileName(number)), options)) {
            for (long count = 1; rows.next(); count++) {
                writer.add(rows.key(), rows.value());
                if (count % ROWS_BETWEEN_STOP_CHECKS == 0) {
                    stop.throwIfStopped();
                }
            }
            written = writer.finish();
        } catch (SstException e) {
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
