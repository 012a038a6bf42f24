package dev.sluice.client;

/**
 * A row inside its hash key. The arrays are not copied.
 *
 * @param value empty if only sort keys were asked for
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of bytes; it is not compared
public record Cell(byte[] sortKey, byte[] value) {}
