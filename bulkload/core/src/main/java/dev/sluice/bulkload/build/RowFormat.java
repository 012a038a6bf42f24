package dev.sluice.bulkload.build;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Locale;

/** A format of input files, in UTF-8. What has a name that ends in {@code .gz} or {@code .zst} is unpacked on the way. */
public enum RowFormat {
    /** Fields between commas; a field in double quotes may hold commas, line ends and doubled quotes. */
    CSV,
    /** Fields between tabs, nothing is quoted. */
    TSV,
    /** A JSON object on each line. */
    JSON_LINES;

    /** The format that the file's name tells. Throws {@link IllegalArgumentException} if it tells none. */
    public static RowFormat ofName(Path file) {
        String name = Packing.withoutEnd(file.toString()).toLowerCase(Locale.ROOT);
        if (name.endsWith(".csv")) {
            return CSV;
        }
        if (name.endsWith(".tsv") || name.endsWith(".tab")) {
            return TSV;
        }
        if (name.endsWith(".jsonl") || name.endsWith(".ndjson") || name.endsWith(".json")) {
            return JSON_LINES;
        }
        throw new IllegalArgumentException(file
                + ": the name does not tell the format, expected .csv, .tsv, .jsonl or .ndjson, also with .gz or .zst");
    }

    /** From the word on a command line: {@code csv}, {@code tsv} or {@code jsonl}. */
    public static RowFormat ofWord(String word) {
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "csv" -> CSV;
            case "tsv" -> TSV;
            case "json", "jsonl", "ndjson" -> JSON_LINES;
            default -> throw new IllegalArgumentException("format " + word + ": expected csv, tsv or jsonl");
        };
    }

    /**
     * Opens a file.
     *
     * @param hasHeader true if the first row has the names of the columns; JSON lines never have one
     */
    public RowSource open(Path file, Columns columns, boolean hasHeader) throws IOException {
        return open(InputBytes.open(file), columns, hasHeader);
    }

    /**
     * Reads rows of a stream, which is closed with them.
     *
     * @param name tells whether it is packed
     */
    public RowSource open(InputStream in, String name, Columns columns, boolean hasHeader) throws IOException {
        return open(InputBytes.open(in, name, 0), columns, hasHeader);
    }

    private RowSource open(InputBytes in, Columns columns, boolean hasHeader) throws IOException {
        return switch (this) {
            case CSV -> new DelimitedRows(new RecordReader(in, (byte) ',', true), columns, hasHeader);
            case TSV -> new DelimitedRows(new RecordReader(in, (byte) '\t', false), columns, hasHeader);
            case JSON_LINES -> new JsonRows(new RecordReader(in, (byte) '\n', false), columns);
        };
    }
}
