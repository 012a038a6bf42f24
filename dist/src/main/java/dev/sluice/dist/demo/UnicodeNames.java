package dev.sluice.dist.demo;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A real data set that every machine has: the names of all Unicode characters that this JDK knows, over 100,000.
 *
 * <p>As tab-separated values with a header: hash key {@code U+1F30A}, sort key {@code name}, value.
 */
final class UnicodeNames {
    /** The first line of the file. */
    static final String HEADER = "hash_key\tsort_key\tvalue";

    private UnicodeNames() {}

    /** Writes the rows; returns how many. */
    static long writeTo(Path file) throws IOException {
        long rows = 0;
        try (BufferedWriter out = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
            out.write(HEADER);
            out.write('\n');
            for (int codePoint = 0; codePoint <= Character.MAX_CODE_POINT; codePoint++) {
                String name = nameOf(codePoint);
                if (name != null) {
                    out.write(String.format(Locale.ROOT, "U+%04X\tname\t%s\n", codePoint, name));
                    rows++;
                }
            }
        }
        return rows;
    }

    /** The name; null for code points that no character has, and for private ones and surrogates. */
    private static @Nullable String nameOf(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.UNASSIGNED, Character.SURROGATE, Character.PRIVATE_USE -> null;
            default -> Character.getName(codePoint);
        };
    }
}
