package dev.sluice.replica.engine;

import java.util.concurrent.TimeUnit;

/**
 * Counts who uses something native, so that it is freed after the last of them: a use after that kills the process.
 */
final class Pins {
    private final Runnable free;
    private int users;
    private boolean closed;
    private boolean freed;

    /** @param free runs once: when closed and no longer used */
    Pins(Runnable free) {
        this.free = free;
    }

    /** Begins a use; false if it was closed. */
    synchronized boolean pin() {
        if (closed) {
            return false;
        }
        users++;
        return true;
    }

    void unpin() {
        boolean last;
        synchronized (this) {
            users--;
            last = closed && users == 0;
        }
        if (last) {
            free();
        }
    }

    /** No new uses; frees now or after the last one. May be called again. */
    void close() {
        boolean now;
        synchronized (this) {
            now = !closed && users == 0;
            closed = true;
        }
        if (now) {
            free();
        }
    }

    /** Waits until it is closed, no longer used, and freed; false if the time is over before. */
    synchronized boolean awaitFreed(long timeoutMs) throws InterruptedException {
        long endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        long leftMs = timeoutMs;
        while (!freed && leftMs > 0) {
            wait(leftMs);
            leftMs = TimeUnit.NANOSECONDS.toMillis(endNanos - System.nanoTime());
        }
        return freed;
    }

    private void free() {
        free.run();
        synchronized (this) {
            freed = true;
            notifyAll();
        }
    }
}
