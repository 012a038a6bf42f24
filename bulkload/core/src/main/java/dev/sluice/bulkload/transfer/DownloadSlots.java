package dev.sluice.bulkload.transfer;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * How many replicas of this node may download at once. Whoever comes when all slots are taken waits in one queue, whatever app
 * it belongs to: the highest priority first, among equals first come, first served. Every fourth slot is given to whoever
 * waits longest, so that nobody starves behind loads that others keep starting.
 *
 * <p>Safe for use by any thread. The callbacks run in the thread that made a slot free, outside of any lock; they must
 * be short, and usually only hand a task to an event loop.
 */
public final class DownloadSlots {
    /** One of so many slots goes to whoever waits longest. */
    private static final int LONGEST_WAIT_EVERY = 4;

    /** In the order of their coming. */
    private final List<Ticket> waiting = new ArrayList<>();

    private int limit;
    /** Since the last one that went to whoever waited longest. */
    private int grants;

    private int inUse;

    /** Slots for that many replicas; 0 lets nobody download until the limit is raised. */
    public DownloadSlots(int limit) {
        this.limit = requireLimit(limit);
    }

    /**
     * Asks for a slot. Once it is there {@code onGranted} runs, possibly inside this call; {@link Ticket#isGranted} is
     * true by then.
     *
     * @param holder what lists show
     * @param priority higher ones go first
     */
    public Ticket acquire(String holder, int priority, Runnable onGranted) {
        Ticket ticket = new Ticket(holder, priority, onGranted);
        synchronized (this) {
            waiting.add(ticket);
        }
        grant();
        return ticket;
    }

    /** Changes the number of slots. More start waiting replicas at once; fewer let the running ones finish. */
    public void setLimit(int limit) {
        synchronized (this) {
            this.limit = requireLimit(limit);
        }
        grant();
    }

    public synchronized int limit() {
        return limit;
    }

    /** Slots that are taken. More than the limit for a while after it was lowered. */
    public synchronized int inUse() {
        return inUse;
    }

    /** Holders that wait, the next one first. */
    public synchronized List<String> waiting() {
        return order().stream().map(Ticket::holder).toList();
    }

    private void grant() {
        List<Ticket> granted = new ArrayList<>();
        synchronized (this) {
            int free = Math.min(limit - inUse, waiting.size());
            if (free > 0) {
                granted.addAll(order().subList(0, free));
                granted.forEach(ticket -> ticket.state = State.GRANTED);
                waiting.removeAll(granted);
                inUse += free;
                grants = (grants + free) % LONGEST_WAIT_EVERY;
            }
        }
        granted.forEach(ticket -> ticket.onGranted.run());
    }

    /** Those that wait, in the order in which they get their slots if nobody else comes. */
    private List<Ticket> order() {
        Deque<Ticket> byArrival = new ArrayDeque<>(waiting);
        Deque<Ticket> byPriority = new ArrayDeque<>(waiting.stream()
                .sorted(Comparator.comparingInt((Ticket ticket) -> ticket.priority)
                        .reversed())
                .toList());
        Set<Ticket> order = new LinkedHashSet<>();
        while (order.size() < waiting.size()) {
            boolean toTheLongestWait = (grants + order.size()) % LONGEST_WAIT_EVERY == LONGEST_WAIT_EVERY - 1;
            Deque<Ticket> from = toTheLongestWait ? byArrival : byPriority;
            while (!order.add(from.removeFirst())) {
                // It had its place from the other queue.
            }
        }
        return List.copyOf(order);
    }

    private static int requireLimit(int limit) {
        if (limit < 0) {
            throw new IllegalArgumentException("download slots: " + limit + ", expected 0 or more");
        }
        return limit;
    }

    private enum State {
        WAITING,
        GRANTED,
        RELEASED
    }

    /** A place in the queue, and then a slot. */
    public final class Ticket implements AutoCloseable {
        private final String holder;
        private final int priority;
        private final Runnable onGranted;
        private State state = State.WAITING;

        private Ticket(String holder, int priority, Runnable onGranted) {
            this.holder = holder;
            this.priority = priority;
            this.onGranted = onGranted;
        }

        public String holder() {
            return holder;
        }

        /** True from the moment that the slot is there until it is released. */
        public boolean isGranted() {
            synchronized (DownloadSlots.this) {
                return state == State.GRANTED;
            }
        }

        /** How many are served before this one; 0 for the next one and for one that does not wait. */
        public int ahead() {
            synchronized (DownloadSlots.this) {
                return Math.max(0, order().indexOf(this));
            }
        }

        /** Gives the slot, or the place in the queue, back. Doing it again changes nothing. */
        public void release() {
            synchronized (DownloadSlots.this) {
                if (state == State.GRANTED) {
                    inUse--;
                } else if (state == State.WAITING) {
                    waiting.remove(this);
                }
                state = State.RELEASED;
            }
            grant();
        }

        @Override
        public void close() {
            release();
        }
    }
}
