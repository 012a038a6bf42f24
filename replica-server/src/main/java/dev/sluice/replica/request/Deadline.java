package dev.sluice.replica.request;

import dev.sluice.common.time.Clock;

/** When a read stops going on. */
final class Deadline {
    private final Clock clock;
    private final long endMs;

    private Deadline(Clock clock, long endMs) {
        this.clock = clock;
        this.endMs = endMs;
    }

    /** So long from now; never if {@code ms} is 0. */
    static Deadline after(long ms, Clock clock) {
        return new Deadline(clock, ms == 0 ? Long.MAX_VALUE : clock.nowMs() + ms);
    }

    boolean isOver() {
        return endMs != Long.MAX_VALUE && clock.nowMs() >= endMs;
    }
}
