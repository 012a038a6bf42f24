package dev.sluice.bulkload.spark;

import dev.sluice.bulkload.fileset.SourceException;
import java.io.IOException;

/** A file of a set was read, and its content is wrong: to read it again would not help. */
final class DamagedSetException extends IOException {
    private static final long serialVersionUID = 1;

    DamagedSetException(SourceException cause) {
        super(cause.getMessage(), cause);
    }
}
