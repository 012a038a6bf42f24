package dev.sluice.benchmarks.data;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * Operations at a fixed rate, whether the ones before have ended or not. Latency counts from when an operation was to begin,
 * so that one that had to wait because the system, or this generator, was late is as slow as a user would have found it (no
 * coordinated omission). The generator sleeps between operations, at least 50 µs at a time, and is that much late at times.
 */
final class OpenLoop {
    private static final long SLEEP_NANOS_MIN = TimeUnit.MICROSECONDS.toNanos(50);
    private static final long HIGHEST_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long END_NANOS_MAX = TimeUnit.SECONDS.toNanos(15);

    private final Histogram latencies = new ConcurrentHistogram(HIGHEST_NANOS, 3);
    private final AtomicLong ended = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();

    /** What a run came to; latencies in nanoseconds. */
    record Result(double perSecond, Histogram latencies, long failed) {}

    Result run(Operations operations, double perSecond, long nanos) {
        long interval = Math.max(1, Math.round(1e9 / perSecond));
        long start = System.nanoTime();
        long begun = 0;
        for (long due = start; due - start < nanos; due += interval) {
            sleepUntil(due);
            long intended = due;
            begun++;
            operations.begin(ok -> end(intended, ok));
        }
        long giveUp = System.nanoTime() + END_NANOS_MAX;
        while (ended.get() < begun && System.nanoTime() < giveUp) {
            LockSupport.parkNanos(SLEEP_NANOS_MIN);
        }
        failed.addAndGet(begun - ended.get());
        double seconds = (System.nanoTime() - start) / 1e9;
        return new Result(ended.get() / seconds, latencies, failed.get());
    }

    private static void sleepUntil(long due) {
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
            LockSupport.parkNanos(Math.max(left, SLEEP_NANOS_MIN));
        }
    }

    private void end(long intendedNanos, boolean ok) {
        latencies.recordValue(Math.min(HIGHEST_NANOS, Math.max(0, System.nanoTime() - intendedNanos)));
        if (!ok) {
            failed.incrementAndGet();
        }
        ended.incrementAndGet();
    }
}
