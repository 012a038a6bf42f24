package dev.sluice.dist.demo;

import dev.sluice.bulkload.build.Columns;
import dev.sluice.bulkload.build.RowFormat;
import dev.sluice.bulkload.build.RowSource;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The rows of a demo; they can be read as often as needed.
 *
 * @param name what they are, for people
 */
record DemoInput(Path file, RowFormat format, Columns columns, String name) {
    /** Writes the names of all Unicode characters into that directory. */
    static DemoInput unicodeNames(Path directory) throws IOException {
        Path file = directory.resolve("unicode.tsv");
        UnicodeNames.writeTo(file);
        return new DemoInput(
                file, RowFormat.TSV, Columns.DEFAULTS, "the names of all Unicode characters that this JDK knows");
    }

    RowSource open() throws IOException {
        return format.open(file, columns, true);
    }
}
