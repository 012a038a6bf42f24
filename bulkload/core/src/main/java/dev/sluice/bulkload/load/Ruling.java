package dev.sluice.bulkload.load;

import dev.sluice.common.ErrorCode;

/** What an event means for a phase of an app's load. */
public sealed interface Ruling {
    /** The load goes to another phase. */
    record Go(AppPhase next) implements Ruling {}

    /** Nothing changes, and nobody needs to be told: it was so already, or it matters no more. */
    record Stay() implements Ruling {}

    /**
     * Somebody asked for what this phase does not allow.
     *
     * @param reason empty if the name of the phase says enough
     */
    record Refuse(ErrorCode code, String reason) implements Ruling {}

    static Ruling go(AppPhase next) {
        return new Go(next);
    }

    static Ruling stay() {
        return new Stay();
    }

    static Ruling refuse(ErrorCode code, String reason) {
        return new Refuse(code, reason);
    }
}
