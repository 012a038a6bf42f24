package dev.sluice.replica.node;

import dev.sluice.common.time.Clock;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Until when this node may serve as primary. Counted from sending a beat that the leader answered, on the node's own clock,
 * so that it ends before the leader's grace does. Safe for use by several threads.
 */
public final class Lease {
    private final Clock clock;
    private final AtomicLong endMs;

    /** A lease that has ended. */
    public Lease(Clock clock) {
        this.clock = clock;
        this.endMs = new AtomicLong(clock.nowMs());
    }

    /** A beat that was sent then was answered. An earlier end than the known one changes nothing. */
    public void extend(long sentAtMs, long leaseMs) {
        endMs.accumulateAndGet(sentAtMs + leaseMs, Math::max);
    }

    /** True while it lasts. To be asked after the value was read: a pause before the answer must not matter. */
    public boolean isValid() {
        return clock.nowMs() < endMs.get();
    }
}
