package dev.sluice.benchmarks.data;

import dev.sluice.benchmarks.measure.OpenLoop;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** Latencies of one turn of an open loop, in nanoseconds, and how many operations failed. */
final class Latencies implements OpenLoop.Recorder {
    private static final long HIGHEST_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Histogram nanos = new ConcurrentHistogram(HIGHEST_NANOS, 3);
    private final AtomicLong failed = new AtomicLong();
    private final long countedFromNanos;

    /**
     * @param countedFromNanos by {@link System#nanoTime}: operations that were to begin earlier are not in the latencies, but
     *     their failures count
     */
    Latencies(long countedFromNanos) {
        this.countedFromNanos = countedFromNanos;
    }

    @Override
    public void record(long intendedNanos, long endedNanos, boolean ok) {
        if (intendedNanos - countedFromNanos >= 0) {
            nanos.recordValue(Math.min(HIGHEST_NANOS, Math.max(0, endedNanos - intendedNanos)));
        }
        if (!ok) {
            failed.incrementAndGet();
        }
    }

    Histogram nanos() {
        return nanos;
    }

    long failed() {
        return failed.get();
    }
}
