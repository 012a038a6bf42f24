package dev.sluice.benchmarks.data;

import dev.sluice.bulkload.build.Row;
import dev.sluice.bulkload.build.RowSource;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** The rows of a run: {@code user<n>} as hash key, with so many sort keys each; values of random bytes. */
final class DataSet {
    /** Rows of one hash key: what a scan can read at once. */
    static final int ROWS_PER_HASH_KEY = 100;

    private static final int VALUES = 256;

    private final long rows;
    private final byte[][] values = new byte[VALUES][];

    DataSet(long rows, int valueBytes, long seed) {
        this.rows = rows;
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < VALUES; i++) {
            values[i] = new byte[valueBytes];
            random.nextBytes(values[i]);
        }
    }

    long rows() {
        return rows;
    }

    static byte[] hashKey(long row) {
        return digits("user", row / ROWS_PER_HASH_KEY, 9);
    }

    static byte[] sortKey(long row) {
        return digits("f", row % ROWS_PER_HASH_KEY, 2);
    }

    byte[] value(long draw) {
        return values[(int) (draw & (VALUES - 1))];
    }

    /** All rows, as a file set is built of them. */
    RowSource source() {
        return new RowSource() {
            private long next;

            @Override
            public @Nullable Row next() {
                if (next == rows) {
                    return null;
                }
                long row = next++;
                return new Row(hashKey(row), sortKey(row), value(row), 0);
            }

            @Override
            public long line() {
                return next;
            }
        };
    }

    private static byte[] digits(String prefix, long number, int digits) {
        byte[] text = new byte[prefix.length() + digits];
        byte[] head = prefix.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(head, 0, text, 0, head.length);
        long left = number;
        for (int i = text.length - 1; i >= head.length; i--) {
            text[i] = (byte) ('0' + left % 10);
            left /= 10;
        }
        return text;
    }
}
