package dev.sluice.replica.atomic;

import org.jspecify.annotations.Nullable;

/** The rows that an evaluation sees: everything before it is in them. */
public interface RowReader {
    /** The stored value of a stored key, expired or not; null if there is none. */
    byte @Nullable [] get(byte[] storedKey);
}
