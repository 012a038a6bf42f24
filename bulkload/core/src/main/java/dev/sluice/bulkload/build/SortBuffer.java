package dev.sluice.bulkload.build;

import dev.sluice.bulkload.rows.RowCursor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Rows in memory: their bytes in a few large blocks, and for each partition the places of its rows, which is what gets
 * sorted. Counts every byte that it allocates.
 */
final class SortBuffer {
    private static final int LENGTHS_BYTES = 2 * Integer.BYTES;
    // Small enough for G1 to treat as ordinary: an array of half a region or more takes whole regions, up to twice its
    // size.
    private static final int BLOCK_BYTES_MAX = 256 * 1024;
    private static final int BLOCK_BYTES_MIN = 4 * 1024;
    private static final int FIRST_PLACES = 16;
    private static final int INSERTION_SORT_MAX = 12;

    private final long bytesMax;
    private final int blockBytes;
    private final List<byte[]> blocks = new ArrayList<>();
    private final long[][] places;
    private final int[] counts;
    private int blockUsed;
    private long bytes;
    private long rows;

    SortBuffer(int partitionCount, long bytesMax) {
        this.bytesMax = bytesMax;
        this.blockBytes = (int) Math.max(BLOCK_BYTES_MIN, Math.min(BLOCK_BYTES_MAX, bytesMax / 32));
        this.places = new long[partitionCount][0];
        this.counts = new int[partitionCount];
    }

    /** Adds a row, unless that would take more memory than there is; then the buffer must be emptied first. */
    boolean add(int partitionIndex, byte[] key, byte[] value) {
        int length = LENGTHS_BYTES + key.length + value.length;
        boolean needsBlock = blocks.isEmpty() || blockUsed + length > lastBlock().length;
        int newBlock = needsBlock ? Math.max(blockBytes, length) : 0;
        boolean needsPlaces = counts[partitionIndex] == places[partitionIndex].length;
        // While it grows the old array is there too; and sorting takes as much again.
        long newPlaces = needsPlaces ? 3L * Long.BYTES * Math.max(FIRST_PLACES, counts[partitionIndex]) : 0;
        if (rows > 0 && bytes + newBlock + newPlaces > bytesMax) {
            return false;
        }
        if (needsBlock) {
            blocks.add(new byte[newBlock]);
            blockUsed = 0;
            bytes += newBlock;
        }
        if (needsPlaces) {
            places[partitionIndex] =
                    Arrays.copyOf(places[partitionIndex], Math.max(FIRST_PLACES, 2 * counts[partitionIndex]));
            bytes += 2L * Long.BYTES * (places[partitionIndex].length - counts[partitionIndex]);
        }
        byte[] block = lastBlock();
        places[partitionIndex][counts[partitionIndex]++] = ((long) (blocks.size() - 1) << 32) | blockUsed;
        writeInt(block, blockUsed, key.length);
        writeInt(block, blockUsed + Integer.BYTES, value.length);
        System.arraycopy(key, 0, block, blockUsed + LENGTHS_BYTES, key.length);
        System.arraycopy(value, 0, block, blockUsed + LENGTHS_BYTES + key.length, value.length);
        blockUsed += length;
        rows++;
        return true;
    }

    boolean isEmpty() {
        return rows == 0;
    }

    /** Memory that is taken now. */
    long bytes() {
        return bytes;
    }

    /** Sorts the rows of a partition by key; of rows with the same key only the last that was added stays. Returns how many went. */
    int sort(int partitionIndex) {
        long[] rowPlaces = places[partitionIndex];
        int count = counts[partitionIndex];
        mergeSort(rowPlaces.clone(), rowPlaces, 0, count);
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (i + 1 < count && compare(rowPlaces[i], rowPlaces[i + 1]) == 0) {
                continue;
            }
            rowPlaces[kept++] = rowPlaces[i];
        }
        counts[partitionIndex] = kept;
        return count - kept;
    }

    /** A cursor over the rows of a partition that is sorted. */
    RowCursor cursor(int partitionIndex) {
        return new Cursor(places[partitionIndex], counts[partitionIndex]);
    }

    /** Forgets all rows and gives the memory back. */
    void clear() {
        blocks.clear();
        for (int i = 0; i < places.length; i++) {
            places[i] = new long[0];
        }
        Arrays.fill(counts, 0);
        blockUsed = 0;
        bytes = 0;
        rows = 0;
    }

    private byte[] lastBlock() {
        return blocks.get(blocks.size() - 1);
    }

    /** Sorts target[from, to), of which source holds a copy. Stable: rows with the same key stay in their order. */
    private void mergeSort(long[] source, long[] target, int from, int to) {
        if (to - from <= INSERTION_SORT_MAX) {
            insertionSort(target, from, to);
            return;
        }
        int middle = (from + to) >>> 1;
        mergeSort(target, source, from, middle);
        mergeSort(target, source, middle, to);
        int left = from;
        int right = middle;
        for (int i = from; i < to; i++) {
            boolean takeLeft = left < middle && (right >= to || compare(source[left], source[right]) <= 0);
            target[i] = takeLeft ? source[left++] : source[right++];
        }
    }

    private void insertionSort(long[] target, int from, int to) {
        for (int i = from + 1; i < to; i++) {
            long moved = target[i];
            int j = i;
            while (j > from && compare(target[j - 1], moved) > 0) {
                target[j] = target[j - 1];
                j--;
            }
            target[j] = moved;
        }
    }

    private int compare(long one, long other) {
        byte[] oneBlock = blocks.get((int) (one >>> 32));
        byte[] otherBlock = blocks.get((int) (other >>> 32));
        int oneKey = (int) one + LENGTHS_BYTES;
        int otherKey = (int) other + LENGTHS_BYTES;
        return Arrays.compareUnsigned(
                oneBlock,
                oneKey,
                oneKey + readInt(oneBlock, (int) one),
                otherBlock,
                otherKey,
                otherKey + readInt(otherBlock, (int) other));
    }

    private static void writeInt(byte[] target, int offset, int value) {
        target[offset] = (byte) (value >>> 24);
        target[offset + 1] = (byte) (value >>> 16);
        target[offset + 2] = (byte) (value >>> 8);
        target[offset + 3] = (byte) value;
    }

    private static int readInt(byte[] source, int offset) {
        return (source[offset] & 0xff) << 24
                | (source[offset + 1] & 0xff) << 16
                | (source[offset + 2] & 0xff) << 8
                | (source[offset + 3] & 0xff);
    }

    private final class Cursor implements RowCursor {
        private final long[] rowPlaces;
        private final int count;
        private int index = -1;

        Cursor(long[] rowPlaces, int count) {
            this.rowPlaces = rowPlaces;
            this.count = count;
        }

        @Override
        public boolean next() {
            index++;
            return index < count;
        }

        @Override
        public byte[] key() {
            byte[] block = blocks.get((int) (rowPlaces[index] >>> 32));
            int offset = (int) rowPlaces[index];
            int from = offset + LENGTHS_BYTES;
            return Arrays.copyOfRange(block, from, from + readInt(block, offset));
        }

        @Override
        public byte[] value() {
            byte[] block = blocks.get((int) (rowPlaces[index] >>> 32));
            int offset = (int) rowPlaces[index];
            int from = offset + LENGTHS_BYTES + readInt(block, offset);
            return Arrays.copyOfRange(block, from, from + readInt(block, offset + Integer.BYTES));
        }
    }
}
