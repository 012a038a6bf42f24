package dev.sluice.client;

/**
 * A row of a scan. The arrays are not copied.
 *
 * @param value empty if only keys were asked for
 * @param expiryUnixSeconds when it expires, in seconds since 1970; {@link #NEVER}, or {@link #EXPIRY_UNKNOWN} if it was not
 *     asked for
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of bytes; it is not compared
public record Row(byte[] hashKey, byte[] sortKey, byte[] value, long expiryUnixSeconds) {
    /** Expiry of a row that never expires. */
    public static final long NEVER = 0;

    /** Expiry of a row of a scan that does not read expiries. */
    public static final long EXPIRY_UNKNOWN = -1;

    /** A row whose expiry was not asked for. */
    public Row(byte[] hashKey, byte[] sortKey, byte[] value) {
        this(hashKey, sortKey, value, EXPIRY_UNKNOWN);
    }
}
