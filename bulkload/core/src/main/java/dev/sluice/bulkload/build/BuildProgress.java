package dev.sluice.bulkload.build;

/**
 * How far a build is.
 *
 * @param rowsRead rows of the input, without bad ones
 * @param inputBytesRead bytes of the input
 * @param inputBytesTotal 0 if it is not known
 * @param rowsWritten rows in SST files, and duplicates that were left out while these were written
 * @param sstBytesWritten bytes of SST files in the store
 */
public record BuildProgress(
        Phase phase, long rowsRead, long inputBytesRead, long inputBytesTotal, long rowsWritten, long sstBytesWritten) {
    /** The phases of a build, in their order. */
    public enum Phase {
        /** Rows are read and sorted in runs. */
        READING,
        /** There were so many runs that some are merged into larger ones. */
        MERGING,
        /** SST files are written. */
        WRITING,
        /** The set is complete. */
        DONE
    }

    /** Done part of the whole, 0 to 1, as far as it can be told. */
    public double fraction() {
        // Measured on text with short rows, reading takes about as long as writing.
        double read = inputBytesTotal == 0 ? 0 : Math.min(1.0, (double) inputBytesRead / inputBytesTotal);
        double written = rowsRead == 0 ? 0 : Math.min(1.0, (double) rowsWritten / rowsRead);
        return switch (phase) {
            case READING, MERGING -> read / 2;
            case WRITING -> (1 + written) / 2;
            case DONE -> 1;
        };
    }
}
