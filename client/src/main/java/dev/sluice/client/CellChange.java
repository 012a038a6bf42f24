package dev.sluice.client;

/** A change of one row inside its hash key. The arrays are not copied. */
public sealed interface CellChange {
    byte[] sortKey();

    /** Writes a value that does not expire, unless the table has a default TTL. */
    static Put put(byte[] sortKey, byte[] value) {
        return new Put(sortKey, value, 0);
    }

    /**
     * Writes a value.
     *
     * @param ttlSeconds how long it exists; 0 for ever, unless the table has a default TTL
     */
    @SuppressWarnings("ArrayRecordComponent") // a carrier of bytes; it is not compared
    record Put(byte[] sortKey, byte[] value, int ttlSeconds) implements CellChange {}

    /** Removes the row; nothing happens if there is none. */
    @SuppressWarnings("ArrayRecordComponent") // a carrier of bytes; it is not compared
    record Remove(byte[] sortKey) implements CellChange {}
}
