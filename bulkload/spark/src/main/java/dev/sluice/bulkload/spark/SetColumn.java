package dev.sluice.bulkload.spark;

import dev.sluice.common.data.StoredKey;
import dev.sluice.common.data.StoredValue;
import java.sql.Timestamp;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A column of a set that is read. */
enum SetColumn {
    HASH_KEY,
    SORT_KEY,
    VALUE,
    EXPIRES_AT,
    PARTITION;

    static SetColumn of(String columnName) {
        return Arrays.stream(values())
                .filter(column -> column.columnName().equals(columnName))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("column '" + columnName + "' is not there"));
    }

    String columnName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Its content in that row. */
    @Nullable
    Object in(int partition, byte[] storedKey, byte[] storedValue) {
        return switch (this) {
            case HASH_KEY -> StoredKey.hashKey(storedKey);
            case SORT_KEY -> StoredKey.sortKey(storedKey);
            case VALUE -> StoredValue.userData(storedValue);
            case EXPIRES_AT -> expiresAt(StoredValue.expireTsSeconds(storedValue));
            case PARTITION -> partition;
        };
    }

    private static @Nullable Timestamp expiresAt(int expireTsSeconds) {
        long unixSeconds = StoredValue.EXPIRY_EPOCH_UNIX_SECONDS + Integer.toUnsignedLong(expireTsSeconds);
        return expireTsSeconds == StoredValue.NEVER ? null : new Timestamp(unixSeconds * 1000);
    }
}
