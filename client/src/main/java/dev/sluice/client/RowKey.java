package dev.sluice.client;

/**
 * Names a row. The arrays are not copied.
 *
 * @param hashKey at most 65,534 bytes; may be empty
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of bytes; it is not compared
public record RowKey(byte[] hashKey, byte[] sortKey) {}
