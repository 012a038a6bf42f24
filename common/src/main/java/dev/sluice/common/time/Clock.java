package dev.sluice.common.time;

import java.util.concurrent.TimeUnit;

/** The two clocks of a process, given to whoever needs the time so that tests can move it. */
public interface Clock {
    /** Milliseconds that only grow, for leases, time-outs and rates; the origin means nothing. */
    long nowMs();

    /** The same clock in nanoseconds, for what takes less than a millisecond; as fine as the clock is. */
    default long nowNanos() {
        return TimeUnit.MILLISECONDS.toNanos(nowMs());
    }

    /** Milliseconds since 1970, for what people and other machines see: expiry, creation times. May jump. */
    long wallMs();
}
