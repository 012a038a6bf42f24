package dev.sluice.meta.state;

import org.jspecify.annotations.Nullable;

/** An entry of the journal that this server does not understand; it must not go on without it. */
public final class UnreadableEntryException extends RuntimeException {
    UnreadableEntryException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
