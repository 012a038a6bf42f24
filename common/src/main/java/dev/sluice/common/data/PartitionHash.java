package dev.sluice.common.data;

/**
 * The hash that assigns keys to partitions: CRC-64 with the reflected polynomial {@code 0x9a6c9329ac4bc9b5}, initial
 * value and final xor all ones.
 */
public final class PartitionHash {
    private static final long POLYNOMIAL = 0x9a6c9329ac4bc9b5L;
    private static final long[] TABLE = table();

    private PartitionHash() {}

    /** Hash of those bytes. */
    public static long of(byte[] bytes, int offset, int length) {
        long crc = -1L;
        for (int i = offset; i < offset + length; i++) {
            crc = TABLE[(int) (crc ^ bytes[i]) & 0xff] ^ (crc >>> 8);
        }
        return ~crc;
    }

    /** Hash of those bytes. */
    public static long of(byte[] bytes) {
        return of(bytes, 0, bytes.length);
    }

    /** Hash of a stored key: of its hash key, or of its sort key if the hash key is empty. */
    public static long ofStoredKey(byte[] storedKey) {
        int hashKeyLength = StoredKey.hashKeyLength(storedKey);
        return hashKeyLength > 0
                ? of(storedKey, StoredKey.PREFIX_BYTES, hashKeyLength)
                : of(storedKey, StoredKey.PREFIX_BYTES, storedKey.length - StoredKey.PREFIX_BYTES);
    }

    /** Index of the partition that a hash belongs to; the hash counts as unsigned. */
    public static int partitionIndex(long hash, int partitionCount) {
        return (int) Long.remainderUnsigned(hash, partitionCount);
    }

    private static long[] table() {
        long[] table = new long[256];
        for (int i = 0; i < table.length; i++) {
            long r = i;
            for (int bit = 0; bit < 8; bit++) {
                r = (r & 1) != 0 ? (r >>> 1) ^ POLYNOMIAL : r >>> 1;
            }
            table[i] = r;
        }
        return table;
    }
}
