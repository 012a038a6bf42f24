package dev.sluice.common.time;

import java.util.concurrent.TimeUnit;

/** The clocks of this machine. */
public final class SystemClock implements Clock {
    @Override
    public long nowMs() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    @Override
    public long nowNanos() {
        return System.nanoTime();
    }

    @Override
    public long wallMs() {
        return System.currentTimeMillis();
    }
}
