package dev.sluice.bulkload.verify;

import java.util.Locale;

/**
 * How much of a partition's files is looked at before they count as staged. Option {@code bulk_load_verify}. Their MD5 was
 * computed as they were downloaded.
 */
public enum VerifyMode {
    /** Everything: sizes, the checksum of every block, and every row. */
    FULL,
    /** Sizes, the checksum of every block, and what the files say of themselves; no row is looked at. */
    CHECKSUM,
    /** Sizes only. It keeps no promise. */
    SIZE;

    /** From the word in a configuration. Throws {@link IllegalArgumentException} if there is no such mode. */
    public static VerifyMode of(String word) {
        for (VerifyMode mode : values()) {
            if (mode.word().equals(word)) {
                return mode;
            }
        }
        throw new IllegalArgumentException("verify = " + word + ": expected full, checksum or size");
    }

    /** The word in a configuration. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
