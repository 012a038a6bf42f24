package dev.sluice.bulkload.verify;

import dev.sluice.bulkload.fileset.SourceException;
import dev.sluice.bulkload.rows.KeyText;
import dev.sluice.common.data.PartitionHash;
import dev.sluice.common.data.StoredKey;
import dev.sluice.common.data.StoredValue;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** Looks at the rows of one file, one after the other. Keeps its buffers, so that a row costs no garbage. */
final class RowChecker {
    private static final int FIRST_KEY_BYTES = 4 * 1024;

    private final String path;
    private final int partitionIndex;
    private final int partitionCount;
    private final long timetagUsMax;
    private final ByteBuffer valueHeader = ByteBuffer.allocateDirect(StoredValue.HEADER_BYTES);
    private ByteBuffer keyBuffer = ByteBuffer.allocateDirect(FIRST_KEY_BYTES);
    private byte[] key = new byte[FIRST_KEY_BYTES];
    private byte[] previous = new byte[FIRST_KEY_BYTES];
    private int keyLength;
    private int previousLength = -1;
    private long rows;

    RowChecker(String path, VerifyRequest request) {
        this.path = path;
        this.partitionIndex = request.partitionIndex();
        this.partitionCount = request.partitionCount();
        // A day of grace: clocks differ, and a writer may be on the other side of the date line.
        this.timetagUsMax = TimeUnit.MILLISECONDS.toMicros(request.nowWallMs() + TimeUnit.DAYS.toMillis(1));
    }

    /** Looks at the row on which the source stands. */
    void check(RowSource row) throws SourceException {
        takeKey(row);
        requireOrder();
        requirePartition();
        requireValue(row);
        rows++;
        swap();
    }

    long rows() {
        return rows;
    }

    private void takeKey(RowSource row) {
        keyBuffer.clear();
        keyLength = row.key(keyBuffer);
        if (keyLength > keyBuffer.capacity()) {
            int capacity = Math.max(keyLength, 2 * keyBuffer.capacity());
            keyBuffer = ByteBuffer.allocateDirect(capacity);
            keyLength = row.key(keyBuffer);
        }
        if (keyLength > key.length) {
            key = new byte[keyBuffer.capacity()];
        }
        keyBuffer.get(0, key, 0, keyLength);
    }

    private void requireOrder() throws SourceException {
        if (previousLength < 0) {
            return;
        }
        int order = Arrays.compareUnsigned(previous, 0, previousLength, key, 0, keyLength);
        if (order == 0) {
            throw fault("stands twice in the file");
        }
        if (order > 0) {
            throw fault("is not sorted: the one before it is " + KeyText.of(previous, previousLength));
        }
    }

    private void requirePartition() throws SourceException {
        if (keyLength < StoredKey.PREFIX_BYTES) {
            throw fault("is not a stored key: shorter than " + StoredKey.PREFIX_BYTES + " bytes");
        }
        int hashKeyLength = ((key[0] & 0xff) << 8) | (key[1] & 0xff);
        int end = StoredKey.PREFIX_BYTES + hashKeyLength;
        if (hashKeyLength > StoredKey.HASH_KEY_BYTES_MAX || end > keyLength) {
            throw fault("is not a stored key: it announces a hash key of " + hashKeyLength + " bytes");
        }
        // Rows of one hash key stand together and belong together.
        if (hashKeyLength > 0 && previousLength >= end && Arrays.equals(previous, 0, end, key, 0, end)) {
            return;
        }
        long hash = PartitionHash.of(
                key, StoredKey.PREFIX_BYTES, hashKeyLength > 0 ? hashKeyLength : keyLength - StoredKey.PREFIX_BYTES);
        int owner = PartitionHash.partitionIndex(hash, partitionCount);
        if (owner != partitionIndex) {
            throw fault("belongs to partition " + owner + " of " + partitionCount + ", not to " + partitionIndex);
        }
    }

    private void requireValue(RowSource row) throws SourceException {
        valueHeader.clear();
        int length = row.value(valueHeader);
        if (length < StoredValue.HEADER_BYTES) {
            throw fault("has a value of " + length + " bytes, shorter than the header of value version 1");
        }
        long timetag = valueHeader.getLong(Integer.BYTES);
        if (timetag != 0 && Long.compareUnsigned(timetag >>> 8, timetagUsMax) > 0) {
            throw fault("has a timetag later than today (" + Long.toUnsignedString(timetag >>> 8)
                    + " µs since 1970): its value is not of value version 1");
        }
    }

    private void swap() {
        byte[] free = previous;
        previous = key;
        previousLength = keyLength;
        key = free;
    }

    private SourceException fault(String reason) {
        return SourceException.damaged(path, "row " + (rows + 1) + ": " + KeyText.of(key, keyLength) + " " + reason);
    }

    /** The current row of a file. */
    interface RowSource {
        /** Copies as much of the key as fits into the direct buffer, from its beginning, and returns its length. */
        int key(ByteBuffer target);

        /** The same with the value. */
        int value(ByteBuffer target);
    }
}
