package dev.sluice.replica.engine;

import org.jspecify.annotations.Nullable;

/** The engine cannot go on: damaged data, a full or failing disk, files that cannot be ingested. */
public final class EngineException extends RuntimeException {
    private final Kind kind;

    /** What is to be done about it. */
    public enum Kind {
        /** What stands on the disk is not what was written: the replica is of no more use. */
        DAMAGE,
        /** The disk cannot be read or written, or is full. */
        DISK,
        /** Anything else; also a use after closing. */
        OTHER
    }

    public EngineException(String message) {
        this(Kind.OTHER, message, null);
    }

    public EngineException(String message, Throwable cause) {
        this(Kind.OTHER, message, cause);
    }

    public EngineException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
