package dev.sluice.bulkload.sst;

import dev.sluice.bulkload.fileset.SourceException;
import java.io.IOException;

/** An SST file that cannot be read row by row. */
public final class SstException extends IOException {
    private final transient SourceException fault;
    private final boolean isOfOverlap;

    SstException(SourceException fault) {
        this(fault, false);
    }

    SstException(SourceException fault, boolean isOfOverlap) {
        super(fault.getMessage(), fault);
        this.fault = fault;
        this.isOfOverlap = isOfOverlap;
    }

    /** True if nothing is wrong with the files but that too many of them overlap. */
    public boolean isOfOverlap() {
        return isOfOverlap;
    }

    /** Which file, why, and who can mend it. */
    public SourceException fault() {
        return fault;
    }
}
