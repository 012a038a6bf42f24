package dev.sluice.benchmarks.build;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.bulkload.work.StoppedException;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/**
 * A CSV file with a header and the columns {@code hash_key}, {@code sort_key}, {@code value}, without quotes. No key stands
 * twice, keys come in no order, up to {@value #ROWS_PER_HASH_KEY} rows have the same hash key, and values hardly compress.
 * The same arguments give the same file.
 */
record CsvInput(Path file, long rows, long bytes) {
    static final String HEADER = "hash_key,sort_key,value\n";

    private static final int ROWS_PER_HASH_KEY = 4;
    private static final int BUFFER_BYTES = 1 << 20;
    private static final byte[] LETTERS =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".getBytes(US_ASCII);
    private static final int LETTER_BITS = 6;
    private static final int LETTERS_PER_DRAW = Long.SIZE / LETTER_BITS;

    /** Writes the file, and waits until it is on the disk. */
    static CsvInput write(Path file, long rows, int valueBytes, StopSignal stop) throws IOException, StoppedException {
        long hashKeys = (rows + ROWS_PER_HASH_KEY - 1) / ROWS_PER_HASH_KEY;
        byte[] value = new byte[valueBytes + 1];
        value[valueBytes] = '\n';
        try (FileOutputStream bytes = new FileOutputStream(file.toFile());
                OutputStream out = new BufferedOutputStream(bytes, BUFFER_BYTES)) {
            out.write(HEADER.getBytes(US_ASCII));
            for (long row = 0; row < rows; row++) {
                stop.throwIfStopped();
                String keys = "user-" + Long.toHexString(scattered(row % hashKeys)) + ",order-" + row / hashKeys + ",";
                out.write(keys.getBytes(US_ASCII));
                draw(new SplittableRandom(row), value, valueBytes);
                out.write(value);
            }
            out.flush();
            bytes.getFD().sync();
        }
        return new CsvInput(file, rows, Files.size(file));
    }

    private static void draw(SplittableRandom random, byte[] value, int count) {
        long drawn = 0;
        for (int i = 0; i < count; i++) {
            drawn = i % LETTERS_PER_DRAW == 0 ? random.nextLong() : drawn >>> LETTER_BITS;
            value[i] = LETTERS[(int) drawn & (LETTERS.length - 1)];
        }
    }

    /** Gives another number for each number, in no order: every step can be undone. */
    private static long scattered(long number) {
        long mixed = (number ^ (number >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
