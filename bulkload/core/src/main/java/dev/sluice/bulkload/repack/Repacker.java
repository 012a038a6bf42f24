package dev.sluice.bulkload.repack;

import dev.sluice.bulkload.fileset.SourceException;
import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.bulkload.work.StoppedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Rewrites the files of one partition as fewer and larger ones with the same rows. */
@FunctionalInterface
public interface Repacker {
    /** Name of a new file, counted from 0. */
    static String fileName(int number) {
        return number + ".sst";
    }

    /**
     * Returns the new files in order, named by {@link #fileName}, once they are durable. Throws {@link SourceException} if a file does not hold rows only;
     * after a failure or a stop some of the new files may be there.
     *
     * @param sources in the order of the manifest: of rows with the same key the one in the last file stays
     * @param directory empty
     * @param targetBytes size at which a new file ends
     */
    List<Path> repack(List<Path> sources, Path directory, long targetBytes, StopSignal stop)
            throws SourceException, StoppedException, IOException;
}
