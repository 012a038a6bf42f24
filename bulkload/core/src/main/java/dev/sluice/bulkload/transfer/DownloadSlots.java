package dev.sluice.bulkload.transfer;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * How many replicas of this node may download at once. Whoever comes when all slots are taken waits in one queue, first
 * come, first served, whatever app it belongs to.
 *
 * <p>Safe for use by any thread. The callbacks run in the thread that made a slot free, outside of any lock; they must
 * be short, and usually only hand a task to an event loop.
 */
public final class DownloadSlots {
    private final Deque<Ticket> waiting = new ArrayDeque<>();
    private int limit;
    private int inUse;

    /** Slots for that many replicas; 0 lets nobody download until the limit is raised. */
    public DownloadSlots(int limit) {
        this.limit = requireLimit(limit);
    }

    /**
     * Asks for a slot. Once it is there {@code onGranted} runs, possibly inside this call; {@link Ticket#isGranted} is
     * true by then. The holder is what lists show.
     */
    public Ticket acquire(String holder, Runnable onGranted) {
        Ticket ticket = new Ticket(holder, onGranted);
        synchronized (this) {
            waiting.addLast(ticket);
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
        return waiting.stream().map(Ticket::holder).toList();
    }

    private void grant() {
        List<Ticket> granted = new ArrayList<>();
        synchronized (this) {
            while (inUse < limit && !waiting.isEmpty()) {
                Ticket next = waiting.removeFirst();
                next.state = State.GRANTED;
                inUse++;
                granted.add(next);
            }
        }
        granted.forEach(ticket -> ticket.onGranted.run());
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
        private final Runnable onGranted;
        private State state = State.WAITING;

        private Ticket(String holder, Runnable onGranted) {
            this.holder = holder;
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
                int ahead = 0;
                for (Ticket other : waiting) {
                    if (other == this) {
                        return ahead;
                    }
                    ahead++;
                }
                return 0;
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
