package dev.sluice.bulkload.transfer;

import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.bulkload.work.StoppedException;
import dev.sluice.common.time.Clock;

/**
 * How many bytes per second this node moves for loads, learning and checkpoints together: a token bucket.
 *
 * <p>Bytes pass while the bucket is not empty, and may overdraw it; the next ones wait until that is paid back. So any
 * size passes, and the mean rate holds. Safe for use by any thread.
 */
public final class TransferThrottle {
    /** Largest burst after a rest, in milliseconds of the rate. */
    static final long BURST_MS = 100;

    /** A waiting thread looks at its stop signal, and at the rate, at least this often. */
    private static final long NAP_MS_MAX = 50;

    private final Clock clock;
    private long bytesPerSecondMax;
    private double tokens;
    private long refilledAtMs;
    private long passedBytes;

    /** At most that many bytes per second; 0 is no limit. */
    public TransferThrottle(long bytesPerSecondMax, Clock clock) {
        this.clock = clock;
        this.bytesPerSecondMax = requireRate(bytesPerSecondMax);
        this.refilledAtMs = clock.nowMs();
        this.tokens = burst();
    }

    /** No limit, until one is set. */
    public static TransferThrottle unlimited(Clock clock) {
        return new TransferThrottle(0, clock);
    }

    /** Changes the rate, also for those that wait already. 0 is no limit. */
    public synchronized void setBytesPerSecondMax(long bytesPerSecondMax) {
        refill();
        long oldBytesPerSecondMax = this.bytesPerSecondMax;
        this.bytesPerSecondMax = requireRate(bytesPerSecondMax);
        tokens = Math.min(tokens, burst());
        if (tokens < 0) {
            // What was overdrawn is owed for the time that it was owed before: else a rate that changes all the time
            // would
            // never be paid back. It is soon forgiven, so that a wait at a very low old rate ends at once.
            double owedMs = oldBytesPerSecondMax == 0 ? 0 : -tokens * 1000 / oldBytesPerSecondMax;
            tokens = -Math.min(owedMs, BURST_MS) * bytesPerSecondMax / 1000;
        }
    }

    public synchronized long bytesPerSecondMax() {
        return bytesPerSecondMax;
    }

    /** All bytes that passed since this was made. */
    public synchronized long passedBytes() {
        return passedBytes;
    }

    /**
     * Lets the bytes pass and returns 0, or returns the milliseconds after which asking again makes sense; then nothing
     * has passed.
     */
    public synchronized long tryAcquire(int bytes) {
        if (bytesPerSecondMax == 0) {
            passedBytes += bytes;
            return 0;
        }
        refill();
        if (tokens > 0 || bytes == 0) {
            tokens -= bytes;
            passedBytes += bytes;
            return 0;
        }
        return Math.max(1, (long) Math.ceil((-tokens + 1) * 1000 / bytesPerSecondMax));
    }

    /** Waits until the bytes may pass. Ends with {@link StoppedException} soon after the signal. */
    public void acquire(int bytes, StopSignal stop) throws StoppedException {
        stop.throwIfStopped();
        long waitMs;
        while ((waitMs = tryAcquire(bytes)) > 0) {
            stop.sleep(Math.min(waitMs, NAP_MS_MAX));
        }
    }

    private void refill() {
        long nowMs = clock.nowMs();
        tokens = Math.min(burst(), tokens + (nowMs - refilledAtMs) * bytesPerSecondMax / 1000.0);
        refilledAtMs = nowMs;
    }

    private double burst() {
        return Math.max(1.0, bytesPerSecondMax * BURST_MS / 1000.0);
    }

    private static long requireRate(long bytesPerSecondMax) {
        if (bytesPerSecondMax < 0) {
            throw new IllegalArgumentException(
                    "transfer rate: " + bytesPerSecondMax + " bytes per second, expected 0 (no limit) or more");
        }
        return bytesPerSecondMax;
    }
}
