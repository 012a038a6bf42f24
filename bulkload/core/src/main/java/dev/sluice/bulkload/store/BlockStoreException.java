package dev.sluice.bulkload.store;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A store did not do what it was asked. The message has the path and the store's own words. */
public final class BlockStoreException extends IOException {
    /** Whether asking again can help. */
    public enum Kind {
        /** There is no such file. With stores that list before they serve, asking again may help a little. */
        NOT_FOUND,
        /** The store may answer next time: time-out, throttling, reset connection, short read. */
        TRANSIENT,
        /** The same question will get the same answer: forbidden, a path outside the store, a broken disk. */
        PERMANENT
    }

    private final Kind kind;

    public BlockStoreException(Kind kind, String message) {
        this(kind, message, null);
    }

    public BlockStoreException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
