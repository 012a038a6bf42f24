package dev.sluice.common.time.testing;

import dev.sluice.common.time.EventLoop;
import java.util.PriorityQueue;

/**
 * An event loop without a thread: a test runs it, and time moves only when nothing is left to do now.
 *
 * <p>Tasks that are due at the same time run in the order in which they were handed over, so that a run is a function of
 * its input. Not safe for use by several threads.
 */
public final class VirtualTime implements EventLoop {
    private static final long WALL_ORIGIN_MS = 1_700_000_000_000L;

    private final PriorityQueue<Entry> queue = new PriorityQueue<>();
    private long nowMs;
    private long order;
    private boolean running;

    @Override
    public void execute(Runnable task) {
        schedule(0, task);
    }

    @Override
    public Timer schedule(long delayMs, Runnable task) {
        Entry entry = new Entry(nowMs + Math.max(0, delayMs), order++, task);
        queue.add(entry);
        return () -> entry.cancelled = true;
    }

    @Override
    public boolean inLoop() {
        return running;
    }

    @Override
    public long nowMs() {
        return nowMs;
    }

    @Override
    public long wallMs() {
        return WALL_ORIGIN_MS + nowMs;
    }

    /** Runs what is due now, and what that makes due now. */
    public void runDue() {
        advance(0);
    }

    /** Runs everything that is due within that time, and leaves the clock at its end. */
    public void advance(long durationMs) {
        long end = nowMs + durationMs;
        while (nextAtMs() <= end) {
            step();
        }
        nowMs = Math.max(nowMs, end);
    }

    /** When the next task is due; {@link Long#MAX_VALUE} if there is none. */
    public long nextAtMs() {
        while (!queue.isEmpty() && queue.peek().cancelled) {
            queue.poll();
        }
        return queue.isEmpty() ? Long.MAX_VALUE : queue.peek().atMs;
    }

    /** Moves the clock and runs nothing, as if the process was stopped meanwhile. */
    public void pause(long durationMs) {
        nowMs += durationMs;
    }

    /** Runs the next task, moving the clock to it; false if there is none. */
    public boolean step() {
        if (nextAtMs() == Long.MAX_VALUE) {
            return false;
        }
        Entry next = queue.remove();
        nowMs = Math.max(nowMs, next.atMs);
        boolean inTask = running;
        running = true;
        try {
            next.task.run();
        } finally {
            running = inTask;
        }
        return true;
    }

    private static final class Entry implements Comparable<Entry> {
        private final long atMs;
        private final long order;
        private final Runnable task;
        private boolean cancelled;

        private Entry(long atMs, long order, Runnable task) {
            this.atMs = atMs;
            this.order = order;
            this.task = task;
        }

        @Override
        public int compareTo(Entry other) {
            return atMs == other.atMs ? Long.compare(order, other.order) : Long.compare(atMs, other.atMs);
        }
    }
}
