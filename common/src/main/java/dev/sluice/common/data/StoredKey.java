package dev.sluice.common.data;

import java.util.Arrays;

/**
 * The key under which a row is stored and sent: two bytes of hash-key length (big-endian), the hash key, the sort key.
 *
 * <p>Keys are ordered bytewise, so all rows of one hash key stand together.
 */
public final class StoredKey {
    /** Bytes of the length in front of the hash key. */
    public static final int PREFIX_BYTES = 2;

    /** Longest hash key; the next length is the upper bound of full scans. */
    public static final int HASH_KEY_BYTES_MAX = 65534;

    private StoredKey() {}

    /** Puts the key together. Throws {@link IllegalArgumentException} if the hash key is too long. */
    public static byte[] of(byte[] hashKey, byte[] sortKey) {
        if (hashKey.length > HASH_KEY_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "hash key of " + hashKey.length + " bytes: at most " + HASH_KEY_BYTES_MAX + " are possible");
        }
        byte[] key = new byte[PREFIX_BYTES + hashKey.length + sortKey.length];
        key[0] = (byte) (hashKey.length >>> 8);
        key[1] = (byte) hashKey.length;
        System.arraycopy(hashKey, 0, key, PREFIX_BYTES, hashKey.length);
        System.arraycopy(sortKey, 0, key, PREFIX_BYTES + hashKey.length, sortKey.length);
        return key;
    }

    /** True if the bytes can be a stored key: a length, and at least that many bytes behind it. */
    public static boolean isValid(byte[] storedKey) {
        return storedKey.length >= PREFIX_BYTES && PREFIX_BYTES + lengthPrefix(storedKey) <= storedKey.length;
    }

    /** Length of the hash key. Throws {@link IllegalArgumentException} if the bytes are not a stored key. */
    public static int hashKeyLength(byte[] storedKey) {
        if (!isValid(storedKey)) {
            throw new IllegalArgumentException("not a stored key: " + storedKey.length
                    + " bytes are shorter than the hash key that they announce");
        }
        return lengthPrefix(storedKey);
    }

    /** The hash key. */
    public static byte[] hashKey(byte[] storedKey) {
        return Arrays.copyOfRange(storedKey, PREFIX_BYTES, PREFIX_BYTES + hashKeyLength(storedKey));
    }

    /** The sort key, empty if there is none. */
    public static byte[] sortKey(byte[] storedKey) {
        return Arrays.copyOfRange(storedKey, PREFIX_BYTES + hashKeyLength(storedKey), storedKey.length);
    }

    /**
     * The first key behind all keys that begin with those bytes, as an exclusive upper bound; empty if there is none
     * because all bytes are {@code 0xff}.
     */
    public static byte[] after(byte[] prefix) {
        int end = prefix.length;
        while (end > 0 && prefix[end - 1] == (byte) 0xff) {
            end--;
        }
        byte[] next = Arrays.copyOf(prefix, end);
        if (end > 0) {
            next[end - 1]++;
        }
        return next;
    }

    private static int lengthPrefix(byte[] storedKey) {
        return ((storedKey[0] & 0xff) << 8) | (storedKey[1] & 0xff);
    }
}
