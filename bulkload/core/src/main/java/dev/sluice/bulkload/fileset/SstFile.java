package dev.sluice.bulkload.fileset;

import java.util.Optional;

/**
 * What a manifest says of one file: its name, exact size in bytes, and MD5 in lower-case hex, empty if the set has none.
 *
 * @param facts empty in a set that others made
 */
public record SstFile(SstFileName name, long size, String md5, Optional<SstFacts> facts) {
    public SstFile {
        if (size < 0) {
            throw new IllegalArgumentException("size of " + name + ": " + size + ", expected 0 or more");
        }
        if (!md5.isEmpty() && !isMd5(md5)) {
            throw new IllegalArgumentException("md5 of " + name + ": '" + md5 + "', expected 32 lower-case hex digits");
        }
    }

    /** What every set says. */
    public SstFile(SstFileName name, long size, String md5) {
        this(name, size, md5, Optional.empty());
    }

    /** False if the set does not say what the file's content must be. */
    public boolean hasMd5() {
        return !md5.isEmpty();
    }

    static boolean isMd5(String text) {
        return text.length() == 32 && text.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
    }
}
