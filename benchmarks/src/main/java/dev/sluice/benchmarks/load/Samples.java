package dev.sluice.benchmarks.load;

import dev.sluice.benchmarks.measure.OpenLoop;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Every operation of an open loop, with the time at which it was to begin: what was quiet and what was not is known only
 * afterwards. Safe for use by several threads.
 */
final class Samples implements OpenLoop.Recorder {
    private static final int COUNT_MAX = 20_000_000;
    private static final long HIGHEST_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final BitSet failed = new BitSet();
    private long[] intended = new long[1 << 12];
    private long[] latencies = new long[1 << 12];
    private int count;

    /**
     * Operations of some time.
     *
     * @param failed of them; their latencies count like the others
     */
    record Figures(long count, long failed, double p50Ms, double p99Ms, double p999Ms, double maxMs) {
        Map<String, Object> json() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("count", count);
            json.put("failed", failed);
            json.put("p50_ms", p50Ms);
            json.put("p99_ms", p99Ms);
            json.put("p99_9_ms", p999Ms);
            json.put("max_ms", maxMs);
            return json;
        }
    }

    @Override
    public synchronized void record(long intendedNanos, long endedNanos, boolean ok) {
        if (count == COUNT_MAX) {
            throw new IllegalStateException(COUNT_MAX + " operations, expected fewer: lower the rate");
        }
        if (count == intended.length) {
            intended = Arrays.copyOf(intended, 2 * count);
            latencies = Arrays.copyOf(latencies, 2 * count);
        }
        intended[count] = intendedNanos;
        latencies[count] = Math.min(HIGHEST_NANOS, Math.max(0, endedNanos - intendedNanos));
        failed.set(count, !ok);
        count++;
    }

    /** Operations that were to begin from the first time on and before the second. */
    synchronized Figures between(long fromNanos, long untilNanos) {
        Histogram histogram = new Histogram(HIGHEST_NANOS, 3);
        long failures = 0;
        for (int i = 0; i < count; i++) {
            if (intended[i] - fromNanos >= 0 && intended[i] - untilNanos < 0) {
                histogram.recordValue(latencies[i]);
                failures += failed.get(i) ? 1 : 0;
            }
        }
        return new Figures(
                histogram.getTotalCount(),
                failures,
                ms(histogram.getValueAtPercentile(50)),
                ms(histogram.getValueAtPercentile(99)),
                ms(histogram.getValueAtPercentile(99.9)),
                ms(histogram.getMaxValue()));
    }

    private static double ms(long nanos) {
        return nanos / 1e6;
    }
}
