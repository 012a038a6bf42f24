package dev.sluice.replica.atomic;

import dev.sluice.common.data.StoredValue;
import dev.sluice.common.data.ValueFormat;
import org.jspecify.annotations.Nullable;

/**
 * How a table stores values.
 *
 * @param format the value version of the table
 * @param defaultTtlSeconds what a write without an expiry lives, 0 for ever
 */
public record TableValues(ValueFormat format, int defaultTtlSeconds) {
    /** The stored value of a write; {@link StoredValue#NEVER} becomes the table's default. */
    public byte[] stored(int expireTsSeconds, byte[] userData, long wallMs) {
        int expiry = expireTsSeconds;
        if (expiry == StoredValue.NEVER && defaultTtlSeconds > 0) {
            expiry = StoredValue.expiryNow(wallMs) + defaultTtlSeconds;
        }
        return format.of(expiry, StoredValue.timetagOf(wallMs * 1000), userData);
    }

    /** The value itself, null if it has expired. */
    public byte @Nullable [] live(byte @Nullable [] stored, long wallMs) {
        boolean there =
                stored != null && !StoredValue.isExpired(format.expireTsSeconds(stored), StoredValue.expiryNow(wallMs));
        return there ? stored : null;
    }

    /** What the user stored. */
    public byte[] userData(byte[] stored) {
        return format.userData(stored);
    }

    /** Expiry as written. */
    public int expireTsSeconds(byte[] stored) {
        return format.expireTsSeconds(stored);
    }
}
