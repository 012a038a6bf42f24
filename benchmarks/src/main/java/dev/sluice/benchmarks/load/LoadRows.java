package dev.sluice.benchmarks.load;

import dev.sluice.bulkload.build.Row;
import dev.sluice.bulkload.build.RowSource;
import dev.sluice.common.data.StoredKey;
import dev.sluice.common.data.StoredValue;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a set: row i has a hash key of its own and an empty sort key; its value is drawn from the seed and i, so that
 * it can be told again, and does not compress.
 *
 * @param rows how many
 * @param valueBytes of each value
 */
record LoadRows(long rows, int valueBytes, long seed) {
    private static final String PREFIX = "row-";
    private static final int DIGITS = 12;
    private static final byte[] NO_SORT_KEY = {};
    private static final int ROW_BYTES_WITHOUT_VALUE =
            StoredKey.PREFIX_BYTES + PREFIX.length() + DIGITS + StoredValue.HEADER_BYTES;

    LoadRows {
        if (rows < 1 || valueBytes < 1) {
            throw new IllegalArgumentException(
                    rows + " rows of " + valueBytes + " bytes: expected at least one row and one byte");
        }
    }

    /** So many rows that stored keys and values are as large as asked for; at least one. */
    static LoadRows ofSize(long bytes, int valueBytes, long seed) {
        return new LoadRows(Math.max(1, bytes / (ROW_BYTES_WITHOUT_VALUE + valueBytes)), valueBytes, seed);
    }

    static byte[] hashKey(long row) {
        byte[] key = new byte[PREFIX.length() + DIGITS];
        byte[] head = PREFIX.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(head, 0, key, 0, head.length);
        long left = row;
        for (int i = key.length - 1; i >= head.length; i--) {
            key[i] = (byte) ('0' + left % 10);
            left /= 10;
        }
        return key;
    }

    static byte[] sortKey() {
        return NO_SORT_KEY;
    }

    byte[] value(long row) {
        byte[] value = new byte[valueBytes];
        new SplittableRandom(seed * 0x9E3779B97F4A7C15L + row).nextBytes(value);
        return value;
    }

    /** The same keys with other values. */
    LoadRows withSeed(long otherSeed) {
        return new LoadRows(rows, valueBytes, otherSeed);
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
                return new Row(hashKey(row), sortKey(), value(row), 0);
            }

            @Override
            public long line() {
                return next;
            }

            @Override
            public long bytesRead() {
                return next;
            }

            @Override
            public long bytesTotal() {
                return rows;
            }
        };
    }
}
