package dev.sluice.common.time;

/**
 * Runs tasks one after the other, so that what they own needs no lock.
 *
 * <p>In a server it is one named thread; in a test it is virtual time turned by hand. A task must not block: work that
 * waits for a disk or a peer runs on a pool and comes back as another task.
 */
public interface EventLoop extends Clock {
    /** Runs the task after those handed over before, never inside this call. Dropped once the loop is closed. */
    void execute(Runnable task);

    /** Runs the task once after the delay, unless it is cancelled before. */
    Timer schedule(long delayMs, Runnable task);

    /** True if the caller runs on this loop. */
    boolean inLoop();

    /** Something that was scheduled. */
    interface Timer {
        /** Keeps the task from running if it has not begun; harmless otherwise. */
        void cancel();
    }
}
