package dev.sluice.replica.engine;

import dev.sluice.common.data.StoredValue;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What a full scan says of the rows of a replica: two that hold the same rows have the same digest.
 *
 * @param sha256 over lengths, keys and stored values in key order, hexadecimal
 * @param rows how many there are
 */
public record EngineDigest(String sha256, long rows) {
    /** Scans a snapshot. Rows that have expired at {@code expiryNow} (seconds since 2016) do not count. */
    public static EngineDigest of(EngineSnapshot snapshot, int expiryNow) {
        MessageDigest digest = newDigest();
        ByteBuffer length = ByteBuffer.allocate(Integer.BYTES);
        long rows = 0;
        try (EngineSnapshot.Cursor cursor = snapshot.cursor()) {
            for (cursor.seek(new byte[0]); cursor.isValid(); cursor.next()) {
                byte[] value = cursor.value();
                if (StoredValue.hasExpired(value, expiryNow)) {
                    continue;
                }
                byte[] key = cursor.key();
                digest.update(length.clear().putInt(key.length).flip());
                digest.update(key);
                digest.update(length.clear().putInt(value.length).flip());
                digest.update(value);
                rows++;
            }
        }
        return new EngineDigest(HexFormat.of().formatHex(digest.digest()), rows);
    }

    private static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
