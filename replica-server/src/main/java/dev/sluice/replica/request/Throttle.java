package dev.sluice.replica.request;

/** Counts the units that one partition took in the current second. Safe for use by several threads. */
final class Throttle {
    private final ThrottleLimits limits;
    private long second = Long.MIN_VALUE;
    private long units;

    Throttle(ThrottleLimits limits) {
        this.limits = limits;
    }

    /**
     * What becomes of a request.
     *
     * @param rejected it is refused, after the wait
     */
    record Verdict(boolean rejected, long waitMs) {
        static final Verdict PASS = new Verdict(false, 0);
    }

    ThrottleLimits limits() {
        return limits;
    }

    /** Takes units for a request whose client waits for {@code timeoutMs}; a refused one takes none. */
    Verdict take(long wanted, long timeoutMs, long nowMs) {
        if (limits.isNone()) {
            return Verdict.PASS;
        }
        return decide(countWith(wanted, nowMs), timeoutMs);
    }

    private synchronized long countWith(long wanted, long nowMs) {
        long now = Math.floorDiv(nowMs, 1_000L);
        if (now != second) {
            second = now;
            units = 0;
        }
        long count = units + wanted;
        if (limits.rejectUnits() == 0 || count <= limits.rejectUnits()) {
            units = count;
        }
        return count;
    }

    private Verdict decide(long count, long timeoutMs) {
        if (limits.rejectUnits() > 0 && count > limits.rejectUnits()) {
            return new Verdict(true, bounded(limits.rejectMs(), timeoutMs));
        }
        if (limits.delayUnits() > 0 && count > limits.delayUnits()) {
            return new Verdict(false, bounded(limits.delayMs(), timeoutMs));
        }
        return Verdict.PASS;
    }

    private static long bounded(long waitMs, long timeoutMs) {
        return timeoutMs > 0 ? Math.min(waitMs, timeoutMs / 2) : waitMs;
    }
}
