package dev.sluice.benchmarks.measure;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongPredicate;

/**
 * Operations at a fixed rate, whether the ones before have ended or not. Latency counts from when an operation was to begin,
 * so that one that had to wait because the system, or this generator, was late is as slow as a user would have found it (no
 * coordinated omission). The generator sleeps between operations, at least 50 µs at a time, and is that much late at times. It
 * also waits while {@link #UNDERWAY_MAX} operations have not ended, which counts as latency of those that come after: a
 * system that cannot keep up shows it in the figures instead of filling the memory of the generator.
 */
public final class OpenLoop {
    /** Operations that may be underway at a time. */
    static final int UNDERWAY_MAX = 50_000;

    private static final long SLEEP_NANOS_MIN = TimeUnit.MICROSECONDS.toNanos(50);
    private static final long END_NANOS_MAX = TimeUnit.SECONDS.toNanos(15);

    private final AtomicLong ended = new AtomicLong();

    /** Begins one operation. */
    public interface Operation {
        /** Begins the next operation; {@code done} hears once of its end, perhaps inside this call. */
        void begin(Done done);
    }

    /** Hears once of the end of an operation. */
    public interface Done {
        /**
         * The operation has ended.
         *
         * @param ok false if it failed, or its result was wrong
         */
        void done(boolean ok);
    }

    /** Hears of the end of every operation, on any thread. */
    public interface Recorder {
        /**
         * An operation has ended.
         *
         * @param intendedNanos when it was to begin, by {@link System#nanoTime}
         */
        void record(long intendedNanos, long endedNanos, boolean ok);
    }

    /**
     * What a run came to.
     *
     * @param perSecond operations that ended
     * @param unended operations that did not end within 15 s of waiting for them; the recorder hears nothing of them
     */
    public record Result(double perSecond, long unended) {}

    /**
     * Begins operations in the caller's thread, then waits for the last ones.
     *
     * @param goesOn whether the operation that is to begin at that time, by {@link System#nanoTime}, still does
     */
    public Result run(Operation operation, double perSecond, LongPredicate goesOn, Recorder recorder) {
        long interval = Math.max(1, Math.round(1e9 / perSecond));
        long start = System.nanoTime();
        long begun = 0;
        for (long due = start; goesOn.test(due); due += interval) {
            sleepUntil(due);
            if (!awaitEnded(begun - UNDERWAY_MAX + 1)) {
                break;
            }
            long intended = due;
            begun++;
            operation.begin(ok -> {
                recorder.record(intended, System.nanoTime(), ok);
                ended.incrementAndGet();
            });
        }
        awaitEnded(begun);
        double seconds = (System.nanoTime() - start) / 1e9;
        return new Result(ended.get() / seconds, begun - ended.get());
    }

    /** Waits for the end of so many operations; false if that takes more than {@link #END_NANOS_MAX}. */
    private boolean awaitEnded(long operations) {
        if (ended.get() >= operations) {
            return true;
        }
        long giveUp = System.nanoTime() + END_NANOS_MAX;
        while (ended.get() < operations && System.nanoTime() < giveUp) {
            LockSupport.parkNanos(SLEEP_NANOS_MIN);
        }
        return ended.get() >= operations;
    }

    private static void sleepUntil(long due) {
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
            LockSupport.parkNanos(Math.max(left, SLEEP_NANOS_MIN));
        }
    }
}
