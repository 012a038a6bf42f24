package dev.sluice.bulkload.sst;

import java.util.Locale;

/**
 * How SST files are written.
 *
 * @param targetBytes size at which a file ends and the next begins; a file is at most a row longer
 * @param compression of the blocks
 */
public record SstOptions(long targetBytes, Compression compression) {
    public static final SstOptions DEFAULTS = new SstOptions(64L * 1024 * 1024, Compression.LZ4);

    public SstOptions {
        if (targetBytes < 1) {
            throw new IllegalArgumentException("target size of SST files: " + targetBytes + ", expected 1 or more");
        }
    }

    /** Compressions that every engine reads. */
    public enum Compression {
        NONE,
        LZ4,
        ZSTD;

        /** From the word on a command line. */
        public static Compression of(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }
    }
}
