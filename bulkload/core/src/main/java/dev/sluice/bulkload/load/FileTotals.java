package dev.sluice.bulkload.load;

/**
 * How much a replica's part of a load is, as its manifest says.
 *
 * @param digest of the manifest
 */
public record FileTotals(String digest, int files, long bytes) {
    /** Before the manifest was read. */
    public static final FileTotals UNKNOWN = new FileTotals("", 0, 0);
}
