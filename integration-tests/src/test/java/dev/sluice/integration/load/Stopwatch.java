package dev.sluice.integration.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Holds a promise of so many milliseconds, on a machine that may be busy with other things.
 *
 * <p>The promise is one of a machine that runs its threads. So a pulse of one millisecond goes on beside what is measured,
 * and how late it comes is what the machine lost meanwhile: that is allowed on top, each time, and nothing else.
 */
final class Stopwatch implements AutoCloseable {
    private static final long PULSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    /** A pulse is that late on a quiet machine, too. */
    private static final long USUAL_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final long startNanos = System.nanoTime();
    private final AtomicLong lostNanos = new AtomicLong();
    private final Thread pulse = new Thread(this::pulse, "pulse");
    private volatile boolean ended;

    private Stopwatch() {
        pulse.setDaemon(true);
    }

    static Stopwatch start() {
        Stopwatch watch = new Stopwatch();
        watch.pulse.start();
        return watch;
    }

    private void pulse() {
        long before = startNanos;
        while (!ended) {
            LockSupport.parkNanos(PULSE_NANOS);
            long now = System.nanoTime();
            lostNanos.addAndGet(Math.max(0, now - before - PULSE_NANOS - USUAL_NANOS));
            before = now;
        }
    }

    /** Fails if more time has passed since the start, without what the machine lost. */
    void requireWithinMs(long millisMax) {
        long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
        long lostMs = TimeUnit.NANOSECONDS.toMillis(lostNanos.get());
        assertThat(tookMs).as("ms, of which the machine lost %d", lostMs).isLessThanOrEqualTo(millisMax + lostMs);
    }

    @Override
    public void close() {
        ended = true;
        LockSupport.unpark(pulse);
    }
}
