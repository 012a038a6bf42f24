package dev.sluice.meta.journal.testing;

import dev.sluice.common.HostPort;
import dev.sluice.common.time.EventLoop;
import dev.sluice.meta.journal.Journal;
import dev.sluice.meta.journal.JournalListener;
import dev.sluice.meta.journal.ProposeOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A journal of one member whose leadership a test gives and takes.
 *
 * <p>Entries are committed as tasks of the event loop. A test may hold commits back, and take the leadership away while
 * entries are in flight; it says which of them are committed all the same. The log outlives {@link #close}: a journal made
 * {@link #reopened} starts from it. All calls are made on the thread that turns the event loop.
 */
public final class InMemoryJournal implements Journal {
    private final EventLoop loop;
    private final Log log;
    private final List<InFlight> inFlight = new ArrayList<>();
    private @Nullable JournalListener listener;
    private boolean leading;
    private boolean leaseValid = true;
    private boolean holding;
    private @Nullable HostPort leader;
    private int delivered;

    private InMemoryJournal(EventLoop loop, Log log) {
        this.loop = loop;
        this.log = log;
    }

    /** An empty journal. */
    public static InMemoryJournal empty(EventLoop loop) {
        return new InMemoryJournal(loop, new Log());
    }

    /** A new run on what this one has committed. This one must be closed. */
    public InMemoryJournal reopened() {
        return new InMemoryJournal(loop, log);
    }

    @Override
    public void start(JournalListener newListener) {
        listener = newListener;
        loop.execute(this::deliver);
    }

    /** Makes this member the leader of the next term. */
    public void lead() {
        log.term++;
        long term = log.term;
        leading = true;
        leaseValid = true;
        tell(heard -> {
            deliver();
            heard.onLeading(term);
        });
    }

    /** Takes the leadership away. The first entries in flight, that many, are committed all the same, a little later. */
    public void loseLeadership(int stillCommitted) {
        leading = false;
        List<InFlight> lost = List.copyOf(inFlight);
        inFlight.clear();
        for (int i = 0; i < Math.min(stillCommitted, lost.size()); i++) {
            log.entries.add(lost.get(i).entry);
        }
        for (InFlight entry : lost) {
            entry.outcome.complete(new ProposeOutcome.Unknown(new IllegalStateException("leadership lost")));
        }
        tell(JournalListener::onLeadershipLost);
        loop.execute(this::deliver);
    }

    /** From here on what is proposed stays in flight. */
    public void holdCommits() {
        holding = true;
    }

    /** Commits what is in flight, and what is proposed from here on. */
    public void releaseCommits() {
        holding = false;
        loop.execute(this::commitInFlight);
    }

    /** As if this member could not reach the majority. */
    public void setLeaseValid(boolean valid) {
        leaseValid = valid;
    }

    /** What a follower says of the leader. */
    public void setLeader(@Nullable HostPort address) {
        leader = address;
    }

    public int committedCount() {
        return log.entries.size();
    }

    @Override
    public CompletableFuture<ProposeOutcome> propose(byte[] entry) {
        if (!leading) {
            return CompletableFuture.completedFuture(new ProposeOutcome.Refused("not the leader"));
        }
        InFlight proposed = new InFlight(new Entry(log.term, entry.clone()), new CompletableFuture<>());
        inFlight.add(proposed);
        if (!holding) {
            loop.execute(this::commitInFlight);
        }
        return proposed.outcome;
    }

    @Override
    public boolean isLeaderLeaseValid() {
        return leading && leaseValid;
    }

    @Override
    public Optional<HostPort> findLeader() {
        return Optional.ofNullable(leader);
    }

    @Override
    public void close() {
        listener = null;
        leading = false;
        for (InFlight entry : inFlight) {
            entry.outcome.complete(new ProposeOutcome.Unknown(new IllegalStateException("closed")));
        }
        inFlight.clear();
    }

    private void commitInFlight() {
        if (holding || !leading) {
            return;
        }
        List<InFlight> committed = List.copyOf(inFlight);
        inFlight.clear();
        for (InFlight entry : committed) {
            log.entries.add(entry.entry);
        }
        deliver();
        for (InFlight entry : committed) {
            entry.outcome.complete(
                    new ProposeOutcome.Committed(entry.entry.term, log.entries.indexOf(entry.entry) + 1));
        }
    }

    private void deliver() {
        while (listener != null && delivered < log.entries.size()) {
            Entry entry = log.entries.get(delivered++);
            listener.onCommitted(entry.term, delivered, entry.bytes.clone());
        }
    }

    private void tell(Consumer<JournalListener> call) {
        loop.execute(() -> {
            if (listener != null) {
                call.accept(listener);
            }
        });
    }

    private static final class Log {
        final List<Entry> entries = new ArrayList<>();
        long term;
    }

    private static final class Entry {
        final long term;
        final byte[] bytes;

        Entry(long term, byte[] bytes) {
            this.term = term;
            this.bytes = bytes;
        }
    }

    private record InFlight(Entry entry, CompletableFuture<ProposeOutcome> outcome) {}
}
