package dev.sluice.integration.linearizability;

import org.jspecify.annotations.Nullable;

/**
 * One operation of a client on one key.
 *
 * @param begunAt before this it had no effect; any unit that orders the events of a history
 * @param endedAt after this it had had its effect, if it had one; {@link #NEVER} if its end was not heard, and then it may
 *     have happened at any time since it began, or not at all
 */
public record Operation(String client, Kind kind, long begunAt, long endedAt) {
    /** The end of an operation that nobody heard the outcome of. */
    public static final long NEVER = Long.MAX_VALUE;

    /** What was asked and answered. A value is text; null is no value. */
    public sealed interface Kind {
        /** The value of the key after this, if it was {@code before}; throws {@link Impossible} if the answer says otherwise. */
        @Nullable
        String after(@Nullable String before, boolean answered) throws Impossible;
    }

    /** The answer cannot come from that value. */
    public static final class Impossible extends Exception {
        private static final long serialVersionUID = 1L;

        Impossible() {
            super("the answer cannot come from that value", null, false, false);
        }
    }

    /**
     * A read.
     *
     * @param found null if there was none
     */
    public record Get(@Nullable String found) implements Kind {
        @Override
        public @Nullable String after(@Nullable String before, boolean answered) throws Impossible {
            return require(!answered || java.util.Objects.equals(before, found), before);
        }
    }

    /** A put, or with null a remove. */
    public record Put(@Nullable String value) implements Kind {
        @Override
        public @Nullable String after(@Nullable String before, boolean answered) {
            return value;
        }
    }

    /**
     * An increment; no value counts as 0.
     *
     * @param result the new value, as it was answered
     */
    public record Incr(long by, long result) implements Kind {
        @Override
        public @Nullable String after(@Nullable String before, boolean answered) throws Impossible {
            long next = (before == null ? 0 : Long.parseLong(before)) + by;
            return require(!answered || next == result, Long.toString(next));
        }
    }

    /**
     * Sets a value if the present one is as expected; null is none.
     *
     * @param isSet whether it was, as it was answered
     */
    public record CheckAndSet(
            @Nullable String expected, @Nullable String value, boolean isSet) implements Kind {
        @Override
        public @Nullable String after(@Nullable String before, boolean answered) throws Impossible {
            boolean matches = java.util.Objects.equals(before, expected);
            return require(!answered || matches == isSet, matches ? value : before);
        }
    }

    /** An operation whose answer was heard. */
    public boolean isAnswered() {
        return endedAt != NEVER;
    }

    private static @Nullable String require(boolean holds, @Nullable String value) throws Impossible {
        if (!holds) {
            throw new Impossible();
        }
        return value;
    }
}
