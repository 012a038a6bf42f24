package dev.sluice.bulkload.rows;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** A stored key as a message shows it. */
public final class KeyText {
    private static final int BYTES_SHOWN_MAX = 64;

    private KeyText() {}

    /** The key in hex, cut short if it is long, and its readable characters. */
    public static String of(byte[] key, int length) {
        int shown = Math.min(length, BYTES_SHOWN_MAX);
        StringBuilder text = new StringBuilder("key ").append(HexFormat.of().formatHex(key, 0, shown));
        if (shown < length) {
            text.append("… (").append(length).append(" bytes)");
        }
        String readable = new String(key, 0, shown, StandardCharsets.ISO_8859_1).replaceAll("[^ -~]", ".");
        return text.append(" '").append(readable).append('\'').toString();
    }
}
