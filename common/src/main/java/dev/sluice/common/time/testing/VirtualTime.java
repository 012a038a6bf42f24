package dev.sluice.common.time.testing;

import dev.sluice.common.time.EventLoop;
import java.util.ArrayDeque;
import java.util.PriorityQueue;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * An event loop without a thread: a test runs it, and time moves only when nothing is left to do now.
 *
 * <p>Tasks that are due at the same time run in the order in which they were handed over, so that a run is a function of
 * its input. Not safe for use by several threads.
 */
public final class VirtualTime implements EventLoop {
    private static final long WALL_ORIGIN_MS = 1_700_000_000_000L;

    private final PriorityQueue<Entry> queue = new PriorityQueue<>();
    /** Due when they were handed over, oldest first: most tasks are, and so need no place in the heap. */
    private final ArrayDeque<Entry> dueAtOnce = new ArrayDeque<>();

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
        if (delayMs <= 0) {
            dueAtOnce.add(entry);
        } else {
            queue.add(entry);
        }
        return entry;
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
        Entry next = findNext();
        return next == null ? Long.MAX_VALUE : next.atMs;
    }

    private @Nullable Entry findNext() {
        Entry timed = headOf(queue);
        Entry atOnce = headOf(dueAtOnce);
        return timed == null || (atOnce != null && atOnce.compareTo(timed) < 0) ? atOnce : timed;
    }

    private static @Nullable Entry headOf(Queue<Entry> entries) {
        Entry head = entries.peek();
        while (head != null && head.cancelled) {
            entries.remove();
            head = entries.peek();
        }
        return head;
    }

    /** Moves the clock and runs nothing, as if the process was stopped meanwhile. */
    public void pause(long durationMs) {
        nowMs += durationMs;
    }

    /** Runs the next task, moving the clock to it; false if there is none. */
    public boolean step() {
        Entry next = findNext();
        if (next == null) {
            return false;
        }
        if (next == dueAtOnce.peek()) {
            dueAtOnce.remove();
        } else {
            queue.remove();
        }
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

    private static final class Entry implements Comparable<Entry>, Timer {
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
        public void cancel() {
            cancelled = true;
        }

        @Override
        public int compareTo(Entry other) {
            return atMs == other.atMs ? Long.compare(order, other.order) : Long.compare(atMs, other.atMs);
        }
    }
}
