package dev.sluice.replica.request;

/** A bucket of bytes that reads empty afterwards, by what they found: one goes through while it is not empty. Thread-safe. */
final class ByteBudget {
    private final long bytesPerSecond;
    private double left;
    private long filledAtMs;

    /** A full bucket; no limit if {@code bytesPerSecond} is 0. */
    ByteBudget(long bytesPerSecond, long nowMs) {
        this.bytesPerSecond = bytesPerSecond;
        this.left = bytesPerSecond;
        this.filledAtMs = nowMs;
    }

    boolean isLimited() {
        return bytesPerSecond > 0;
    }

    synchronized boolean isExhausted(long nowMs) {
        if (bytesPerSecond == 0) {
            return false;
        }
        double gained = (double) Math.max(0, nowMs - filledAtMs) * bytesPerSecond / 1000;
        left = Math.min((double) bytesPerSecond, left + gained);
        filledAtMs = nowMs;
        return left <= 0;
    }

    synchronized void take(long bytes) {
        left -= bytes;
    }
}
