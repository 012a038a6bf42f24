package dev.sluice.bulkload.sst;

import dev.sluice.bulkload.fileset.SourceException;
import java.io.IOException;

/** An SST file that cannot be read row by row. */
public final class SstException extends IOException {
    private final transient SourceException fault;

    SstException(SourceException fault) {
        super(fault.getMessage(), fault);
        this.fault = fault;
    }

    /** Which file, why, and who can mend it. */
    public SourceException fault() {
        return fault;
    }
}
