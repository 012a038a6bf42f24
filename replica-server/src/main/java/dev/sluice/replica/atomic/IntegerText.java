package dev.sluice.replica.atomic;

import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;

/** Integers as clients store them: text as C's {@code strtoll} reads it with base 0, and nothing behind it. */
final class IntegerText {
    private static final int DECIMAL = 10;
    private static final int OCTAL = 8;
    private static final int HEXADECIMAL = 16;

    private IntegerText() {}

    /**
     * The integer; nothing if the text is none or it does not fit into 64 bits. Allowed are white space in front, a sign, and
     * {@code 0x} or {@code 0} for hexadecimal or octal digits.
     */
    static OptionalLong parse(byte[] text) {
        int at = 0;
        while (at < text.length && isSpace(text[at])) {
            at++;
        }
        boolean negative = at < text.length && text[at] == '-';
        if (negative || (at < text.length && text[at] == '+')) {
            at++;
        }
        int base = baseAt(text, at);
        int first = base == HEXADECIMAL ? at + 2 : at;
        if (first >= text.length) {
            return OptionalLong.empty();
        }
        // Counted downwards: the smallest number has no positive twin.
        long value = 0;
        for (int i = first; i < text.length; i++) {
            int digit = Character.digit(text[i] & 0xff, base);
            if (text[i] < 0 || digit < 0 || value < (Long.MIN_VALUE + digit) / base) {
                return OptionalLong.empty();
            }
            value = value * base - digit;
        }
        if (negative) {
            return OptionalLong.of(value);
        }
        return value == Long.MIN_VALUE ? OptionalLong.empty() : OptionalLong.of(-value);
    }

    static byte[] of(long value) {
        return Long.toString(value).getBytes(StandardCharsets.US_ASCII);
    }

    private static int baseAt(byte[] text, int at) {
        if (at >= text.length || text[at] != '0') {
            return DECIMAL;
        }
        boolean marked = at + 1 < text.length && (text[at + 1] == 'x' || text[at + 1] == 'X');
        return marked ? HEXADECIMAL : OCTAL;
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || (b >= '\t' && b <= '\r');
    }
}
