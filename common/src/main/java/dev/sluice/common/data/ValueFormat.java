package dev.sluice.common.data;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * How the value of a row is stored: expiry and timetag in front of the user data, in one of the protocol's value versions. All
 * values of a table have the same; versions 0 and 1 cannot be told apart by their bytes.
 */
public enum ValueFormat {
    /** Expiry (u32, seconds since 2016, 0 = never), user data. */
    V0(0, 4),
    /** Expiry, timetag (u64), user data. */
    V1(0, 12),
    /** A byte {@code 0x82}, expiry, timetag, user data. */
    V2(1, 13);

    private static final int V2_MARK = 0x82;
    private static final int TIMETAG_BYTES = 8;

    private final int expiryAt;
    private final int headerBytes;

    ValueFormat(int expiryAt, int headerBytes) {
        this.expiryAt = expiryAt;
        this.headerBytes = headerBytes;
    }

    /** Bytes in front of the user data. */
    public int headerBytes() {
        return headerBytes;
    }

    /** Puts a value together. Version 0 has no room for the timetag. */
    public byte[] of(int expireTsSeconds, long timetag, byte[] userData) {
        ByteBuffer value = ByteBuffer.allocate(headerBytes + userData.length);
        if (this == V2) {
            value.put((byte) V2_MARK);
        }
        value.putInt(expireTsSeconds);
        if (hasTimetag()) {
            value.putLong(timetag);
        }
        return value.put(userData).array();
    }

    /** True if the bytes can be a value of this format. */
    public boolean isValid(byte[] storedValue) {
        return storedValue.length >= headerBytes && (this != V2 || storedValue[0] == (byte) V2_MARK);
    }

    /** Expiry as written: seconds since 2016, unsigned, {@link StoredValue#NEVER} for none. */
    public int expireTsSeconds(byte[] storedValue) {
        return ByteBuffer.wrap(storedValue).getInt(expiryAt);
    }

    /** The timetag as written; 0 if there is none. */
    public long timetag(byte[] storedValue) {
        return hasTimetag() ? ByteBuffer.wrap(storedValue).getLong(headerBytes - TIMETAG_BYTES) : 0;
    }

    /** What the user stored. */
    public byte[] userData(byte[] storedValue) {
        return Arrays.copyOfRange(storedValue, headerBytes, storedValue.length);
    }

    private boolean hasTimetag() {
        return this != V0;
    }
}
