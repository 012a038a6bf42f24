package dev.sluice.client;

/**
 * A row of a scan. The arrays are not copied.
 *
 * @param value empty if only keys were asked for
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of bytes; it is not compared
public record Row(byte[] hashKey, byte[] sortKey, byte[] value) {}
