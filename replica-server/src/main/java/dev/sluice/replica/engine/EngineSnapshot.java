package dev.sluice.replica.engine;

import org.jspecify.annotations.Nullable;

/** The rows of a partition at one decree. Safe for use by several threads; a cursor is not. */
public interface EngineSnapshot extends AutoCloseable {
    /** The stored value of a stored key; null if there is none. */
    byte @Nullable [] get(byte[] key);

    /** Walks the rows in key order, beginning before the first. */
    Cursor cursor();

    @Override
    void close();

    /** A position among the rows. */
    interface Cursor extends AutoCloseable {
        /** Moves to the first row at or behind the key. */
        void seek(byte[] key);

        /** Moves to the last row at or before the key. */
        void seekForPrevious(byte[] key);

        boolean isValid();

        void next();

        void previous();

        byte[] key();

        byte[] value();

        @Override
        void close();
    }
}
