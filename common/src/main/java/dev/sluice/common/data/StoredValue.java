package dev.sluice.common.data;

/**
 * The value of a row as it is stored, value version 1: expiry (u32, seconds since 2016, 0 = never), timetag (u64:
 * microseconds since 1970, shifted left by 8, with cluster id and a deleted flag below; 0 for loaded data), user data.
 */
public final class StoredValue {
    /** Bytes in front of the user data. */
    public static final int HEADER_BYTES = 12;

    /** Unix seconds at which the clock of expiry begins: 2016-01-01T00:00:00Z. */
    public static final long EXPIRY_EPOCH_UNIX_SECONDS = 1_451_606_400L;

    /** Expiry of a row that never expires. */
    public static final int NEVER = 0;

    private StoredValue() {}

    /** Puts the value together. */
    public static byte[] of(int expireTsSeconds, long timetag, byte[] userData) {
        return ValueFormat.V1.of(expireTsSeconds, timetag, userData);
    }

    /** True if the bytes are long enough to be a value. */
    public static boolean isValid(byte[] storedValue) {
        return ValueFormat.V1.isValid(storedValue);
    }

    /** Expiry as written: seconds since 2016, unsigned, {@link #NEVER} for none. */
    public static int expireTsSeconds(byte[] storedValue) {
        return ValueFormat.V1.expireTsSeconds(storedValue);
    }

    /** The timetag as written. */
    public static long timetag(byte[] storedValue) {
        return ValueFormat.V1.timetag(storedValue);
    }

    /** What the user stored. */
    public static byte[] userData(byte[] storedValue) {
        return ValueFormat.V1.userData(storedValue);
    }

    /** The time of the clock of expiry. */
    public static int expiryNow(long wallMs) {
        return (int) (wallMs / 1000 - EXPIRY_EPOCH_UNIX_SECONDS);
    }

    /** True if a row with that expiry is no longer there. */
    public static boolean isExpired(int expireTsSeconds, int expiryNow) {
        return expireTsSeconds != NEVER && Integer.compareUnsigned(expireTsSeconds, expiryNow) <= 0;
    }

    /** True for a stored value whose time is over; one that is too short to say is kept. */
    public static boolean hasExpired(byte[] storedValue, int expiryNow) {
        return isValid(storedValue) && isExpired(expireTsSeconds(storedValue), expiryNow);
    }

    /** Timetag of a write made now by this cluster. */
    public static long timetagOf(long timestampUs) {
        return timestampUs << 8;
    }
}
