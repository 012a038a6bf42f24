package dev.sluice.bulkload.fileset;

import java.util.HexFormat;
import java.util.Optional;

/**
 * What a manifest of ours says of a file beyond what Pegasus reads. No load needs it; it lets people see what a set holds
 * without reading it.
 *
 * @param rows in the file, 1 or more
 * @param crc32c of all bytes of the file
 * @param firstKey stored key of the first row in lower-case hex; empty if it is longer than {@link #KEY_BYTES_MAX}
 * @param lastKey of the last row, likewise
 * @param rowsThatExpire those that do not last for ever
 * @param firstExpiry when the first of them expires, in seconds since 2016; 0 if none does
 * @param lastExpiry when the last of them does
 */
public record SstFacts(
        long rows,
        int crc32c,
        String firstKey,
        String lastKey,
        long rowsThatExpire,
        long firstExpiry,
        long lastExpiry) {
    /** Longer keys are left out. */
    public static final int KEY_BYTES_MAX = 1024;

    private static final long EXPIRY_MAX = 0xffff_ffffL;

    private static final HexFormat HEX = HexFormat.of();

    public SstFacts {
        if (rows < 1) {
            throw new IllegalArgumentException("rows: " + rows + ", expected 1 or more");
        }
    }

    /** As it stands in a manifest; empty if the key is too long for one. */
    public static String text(byte[] key) {
        return key.length > KEY_BYTES_MAX ? "" : HEX.formatHex(key);
    }

    public SstFacts withCrc32c(int crc) {
        return new SstFacts(rows, crc, firstKey, lastKey, rowsThatExpire, firstExpiry, lastExpiry);
    }

    /** Reads the members of a manifest's entry; empty if they are not all there as they should be: others may have such names. */
    static Optional<SstFacts> parse(SetJson entry) {
        try {
            long rows = entry.requireLong("rows");
            return rows < 1
                    ? Optional.empty()
                    : Optional.of(new SstFacts(
                            rows,
                            crc(entry),
                            key(entry, "first_key"),
                            key(entry, "last_key"),
                            entry.requireLong("rows_that_expire"),
                            expiry(entry, "first_expiry"),
                            expiry(entry, "last_expiry")));
        } catch (SourceException e) {
            return Optional.empty();
        }
    }

    private static long expiry(SetJson entry, String member) throws SourceException {
        long seconds = entry.requireLong(member);
        if (seconds > EXPIRY_MAX) {
            throw entry.fault(member, "expected at most " + EXPIRY_MAX);
        }
        return seconds;
    }

    /** As it stands in a manifest. */
    String crc32cText() {
        return HEX.toHexDigits(crc32c);
    }

    private static int crc(SetJson entry) throws SourceException {
        String text = entry.requireText("crc32c");
        if (text.length() != 8 || !isHex(text)) {
            throw entry.fault("crc32c", "expected 8 lower-case hex digits");
        }
        return HexFormat.fromHexDigits(text);
    }

    private static String key(SetJson entry, String member) throws SourceException {
        String text = entry.requireText(member);
        if (text.length() > 2 * KEY_BYTES_MAX || text.length() % 2 != 0 || !isHex(text)) {
            throw entry.fault(member, "expected up to " + KEY_BYTES_MAX + " bytes in lower-case hex");
        }
        return text;
    }

    private static boolean isHex(String text) {
        return text.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
    }
}
