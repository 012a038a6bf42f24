package dev.sluice.integration.conformance;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/** The words of a line of a table, and the bytes that they stand for. */
final class Words {
    private Words() {}

    /** Splits at blanks, not inside of brackets. */
    static List<String> of(String line) {
        return split(line.trim(), ' ');
    }

    /** The elements of {@code [a,b]}. */
    static List<String> elements(String list) {
        if (!list.startsWith("[") || !list.endsWith("]")) {
            throw new IllegalArgumentException("'" + list + "' is no list");
        }
        return split(list.substring(1, list.length() - 1), ',');
    }

    /** Before and behind the first colon; empty if there is none. */
    static String[] pair(String text) {
        int colon = text.indexOf(':');
        return colon < 0 ? new String[] {text, ""} : new String[] {text.substring(0, colon), text.substring(colon + 1)};
    }

    /** {@code ''} is nothing, {@code \x0a} a byte, {@code a*1000} a thousand of them, {@code \s} a blank; all else stands for itself. */
    static byte[] bytes(String text) {
        if (text.equals("''")) {
            return new byte[0];
        }
        int star = text.lastIndexOf('*');
        if (star > 0) {
            byte[] one = bytes(text.substring(0, star));
            ByteArrayOutputStream many = new ByteArrayOutputStream();
            for (int i = Integer.parseInt(text.substring(star + 1)); i > 0; i--) {
                many.writeBytes(one);
            }
            return many.toByteArray();
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && text.charAt(i + 1) == 'x') {
                bytes.write(Integer.parseInt(text.substring(i + 2, i + 4), 16));
                i += 3;
            } else if (c == '\\' && text.charAt(i + 1) == 's') {
                bytes.write(' ');
                i++;
            } else {
                bytes.write(c);
            }
        }
        return bytes.toByteArray();
    }

    /** Bytes as a table writes them. */
    static String text(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (byte b : bytes) {
            boolean plain = b > ' ' && b < 0x7f && b != '\\' && b != ':' && b != ',' && b != '*';
            text.append(plain ? String.valueOf((char) b) : b == ' ' ? "\\s" : String.format("\\x%02x", b & 0xff));
        }
        return bytes.length > 40 ? bytes.length + "-bytes" : text.toString();
    }

    private static List<String> split(String text, char separator) {
        List<String> words = new ArrayList<>();
        int depth = 0;
        StringBuilder word = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            depth += c == '[' ? 1 : c == ']' ? -1 : 0;
            if (c == separator && depth == 0) {
                if (separator != ' ' || word.length() > 0) {
                    words.add(word.toString());
                }
                word.setLength(0);
            } else {
                word.append(c);
            }
        }
        if (word.length() > 0) {
            words.add(word.toString());
        }
        return words;
    }
}
