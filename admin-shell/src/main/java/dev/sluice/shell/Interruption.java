package dev.sluice.shell;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Ctrl-C at the prompt: ends what is being watched, not the shell. */
final class Interruption {
    private final Semaphore asked = new Semaphore(0);

    /** Somebody pressed Ctrl-C. */
    void ask() {
        asked.release();
    }

    /** Forgets what was asked before. */
    void reset() {
        asked.drainPermits();
    }

    /** Waits that long; true if it was cut short. */
    boolean await(long millis) {
        try {
            return asked.tryAcquire(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
