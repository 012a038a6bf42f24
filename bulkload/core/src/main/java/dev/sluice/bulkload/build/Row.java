package dev.sluice.bulkload.build;

import dev.sluice.common.data.StoredKey;

/**
 * A row of the input. The sort key may be empty; a time to live of 0 is none. The arrays belong to the row and must not be
 * changed.
 */
public final class Row {
    /** Longest time to live: beyond it the expiry would look like that of another version of values. */
    public static final long TTL_SECONDS_MAX = Integer.MAX_VALUE;

    private final byte[] hashKey;
    private final byte[] sortKey;
    private final byte[] value;
    private final long ttlSeconds;

    public Row(byte[] hashKey, byte[] sortKey, byte[] value, long ttlSeconds) {
        this.hashKey = hashKey;
        this.sortKey = sortKey;
        this.value = value;
        this.ttlSeconds = ttlSeconds;
    }

    public byte[] hashKey() {
        return hashKey;
    }

    public byte[] sortKey() {
        return sortKey;
    }

    public byte[] value() {
        return value;
    }

    public long ttlSeconds() {
        return ttlSeconds;
    }

    /** What is wrong with the row; empty if nothing is. */
    String fault() {
        if (hashKey.length > StoredKey.HASH_KEY_BYTES_MAX) {
            return "hash key has " + hashKey.length + " bytes, at most " + StoredKey.HASH_KEY_BYTES_MAX
                    + " are possible";
        }
        if (ttlSeconds < 0 || ttlSeconds > TTL_SECONDS_MAX) {
            return "ttl is " + ttlSeconds + ", expected 0 to " + TTL_SECONDS_MAX + " seconds";
        }
        return "";
    }
}
