package dev.sluice.bulkload.repack;

import dev.sluice.bulkload.fileset.SourceException;
import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.bulkload.work.StoppedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongConsumer;

/** Rewrites the files of one partition as fewer and larger ones with the same rows. */
@FunctionalInterface
public interface Repacker {
    /** Name of a new file, counted from 0. */
    static String fileName(int number) {
        return number + ".sst";
    }

    /**
     * Returns the new files in order, named by {@link #fileName}, once they are durable; none if too many of the files overlap to be
     * merged. Throws {@link SourceException} if a file does not hold rows only;
     * after a failure or a stop some of the new files may be there.
     *
     * @param sources in the order of the manifest: of rows with the same key the one in the last file stays
     * @param directory empty
     * @param targetBytes size at which a new file ends
     * @param onWritten hears of the bytes of each new file
     */
    List<Path> repack(List<Path> sources, Path directory, long targetBytes, LongConsumer onWritten, StopSignal stop)
            throws SourceException, StoppedException, IOException;
}
