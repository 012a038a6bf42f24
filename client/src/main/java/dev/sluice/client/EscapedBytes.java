package dev.sluice.client;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Bytes as a person reads and writes them: UTF-8 text, and {@code \xNN} for what is not text; {@code \\} is a
 * backslash.
 */
public final class EscapedBytes {
    private EscapedBytes() {}

    /** Bytes that {@link #parse} turns back into the same bytes. */
    public static String print(byte[] bytes) {
        String text = decode(bytes);
        StringBuilder escaped = new StringBuilder();
        if (text == null) {
            for (byte b : bytes) {
                if (b >= ' ' && b < 0x7f) {
                    appendCharacter(escaped, b);
                } else {
                    appendHex(escaped, b);
                }
            }
            return escaped.toString();
        }
        text.codePoints().forEach(c -> {
            if (isPrintable(c)) {
                appendCharacter(escaped, c);
            } else {
                for (byte b : Character.toString(c).getBytes(StandardCharsets.UTF_8)) {
                    appendHex(escaped, b);
                }
            }
        });
        return escaped.toString();
    }

    /** Throws {@link IllegalArgumentException} for a backslash that begins no known escape. */
    public static byte[] parse(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (c != '\\') {
                int codePoint = text.codePointAt(i);
                bytes.writeBytes(Character.toString(codePoint).getBytes(StandardCharsets.UTF_8));
                i += Character.charCount(codePoint);
                continue;
            }
            char kind = i + 1 < text.length() ? text.charAt(i + 1) : ' ';
            switch (kind) {
                case '\\' -> bytes.write('\\');
                case 'n' -> bytes.write('\n');
                case 't' -> bytes.write('\t');
                case 'r' -> bytes.write('\r');
                case 'x' -> bytes.write(hex(text, i + 2));
                default ->
                    throw new IllegalArgumentException(
                            "'" + text + "': expected \\xNN, \\\\, \\n, \\r or \\t at character " + (i + 1));
            }
            i += kind == 'x' ? 4 : 2;
        }
        return bytes.toByteArray();
    }

    private static int hex(String text, int at) {
        if (at + 2 <= text.length()) {
            int high = Character.digit(text.charAt(at), 16);
            int low = Character.digit(text.charAt(at + 1), 16);
            if (high >= 0 && low >= 0) {
                return high << 4 | low;
            }
        }
        throw new IllegalArgumentException("'" + text + "': expected two hexadecimal digits after \\x");
    }

    private static @Nullable String decode(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    private static boolean isPrintable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    private static void appendCharacter(StringBuilder text, int c) {
        if (c == '\\') {
            text.append("\\\\");
        } else {
            text.appendCodePoint(c);
        }
    }

    private static void appendHex(StringBuilder text, byte b) {
        text.append(String.format("\\x%02X", b & 0xff));
    }
}
