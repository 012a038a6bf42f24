package dev.sluice.meta.leader;

import dev.sluice.common.HostPort;
import dev.sluice.common.time.EventLoop;
import dev.sluice.meta.journal.Journal;
import dev.sluice.meta.journal.JournalListener;
import dev.sluice.meta.journal.ProposeOutcome;
import dev.sluice.meta.state.JournalEntry;
import dev.sluice.meta.state.MetaRecord;
import dev.sluice.meta.state.MetaState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Owns the meta state of one server, and makes it grow while that server leads.
 *
 * <p>Commands wait in a queue. When no entry is in flight, all that wait are decided one after the other, each on the
 * successor that the one before it gave, and their records become one entry of the journal. The successor becomes the state
 * when that entry is committed in the term of its decision; then the replies go out. So decisions never race, and many
 * commands cost one fsync. If the entry does not make it, or nobody knows, the successor is dropped and the commands fail.
 *
 * <p>On a follower, and after a restart, the same entries are replayed.
 */
public final class MetaLeader {
    private static final Logger LOG = LoggerFactory.getLogger(MetaLeader.class);

    /** Commands of one entry. */
    private static final int BATCH_MAX = 1000;
    /** Commands that wait; more are refused. */
    private static final int QUEUE_MAX = 10_000;
    /** After an outcome that nobody knows, the leader asks the journal again after this time. */
    private static final long SETTLE_RETRY_MS = 100;

    private final EventLoop loop;
    private final Journal journal;
    private final Consumer<Throwable> onFatal;
    private final List<StateListener> listeners = new ArrayList<>();
    private final Deque<Waiting<?>> queue = new ArrayDeque<>();
    private volatile MetaState state = MetaState.EMPTY;
    private volatile long leadingTerm;
    private long appliedIndex;
    private long lastBatch;
    private @Nullable Batch inFlight;
    private byte[] inFlightBytes = {};
    private boolean settling;
    private boolean turnPlanned;
    private boolean failed;

    /**
     * @param onFatal hears what makes it impossible to go on: an entry that cannot be read or replayed, a broken journal
     */
    public MetaLeader(EventLoop loop, Journal journal, Consumer<Throwable> onFatal) {
        this.loop = loop;
        this.journal = journal;
        this.onFatal = onFatal;
    }

    /** Adds a listener; before {@link #start}. Listeners are called in the order in which they were added. */
    public void addListener(StateListener listener) {
        listeners.add(listener);
    }

    /** Joins the group. */
    public void start() {
        journal.start(new FromJournal());
    }

    /**
     * Has a command carried out; from any thread. The future completes on the event loop: with the reply once all that it
     * rests on is committed, with {@link NotLeaderException} if this server does not lead (any more), or with what the
     * decision threw.
     */
    public <R> CompletableFuture<R> submit(Command<R> command) {
        Waiting<R> waiting = new Waiting<>(command, new CompletableFuture<>());
        if (loop.inLoop()) {
            enqueue(waiting);
        } else {
            loop.execute(() -> enqueue(waiting));
        }
        return waiting.future;
    }

    /** The committed state; from any thread. */
    public MetaState state() {
        return state;
    }

    /** The term in which this server leads and takes commands; from any thread. */
    public OptionalLong findTerm() {
        long term = leadingTerm;
        return term == 0 ? OptionalLong.empty() : OptionalLong.of(term);
    }

    /** True if this server leads, and no other can lead by now. */
    public boolean holdsLease() {
        return leadingTerm != 0 && journal.isLeaderLeaseValid();
    }

    /** Where the leader is, as far as is known; from any thread. */
    public Optional<HostPort> findLeader() {
        return journal.findLeader();
    }

    /** Index of the last entry that is in the state; on the event loop. */
    public long appliedIndex() {
        return appliedIndex;
    }

    private void enqueue(Waiting<?> waiting) {
        if (leadingTerm == 0) {
            waiting.future.completeExceptionally(new NotLeaderException("this server does not lead"));
        } else if (queue.size() >= QUEUE_MAX) {
            waiting.future.completeExceptionally(
                    new NotLeaderException(queue.size() + " commands wait already, at most " + QUEUE_MAX + " may"));
        } else {
            queue.add(waiting);
            planTurn();
        }
    }

    /** Commands that arrive within one turn of the event loop share an entry. */
    private void planTurn() {
        if (!turnPlanned && inFlight == null && !settling) {
            turnPlanned = true;
            loop.execute(() -> {
                turnPlanned = false;
                decideQueued();
            });
        }
    }

    private void decideQueued() {
        if (leadingTerm == 0 || inFlight != null || settling || queue.isEmpty()) {
            return;
        }
        MetaState successor = state;
        List<MetaRecord> records = new ArrayList<>();
        List<Runnable> replies = new ArrayList<>();
        List<Waiting<?>> decided = new ArrayList<>();
        long wallMs = loop.wallMs();
        while (!queue.isEmpty() && decided.size() < BATCH_MAX) {
            Waiting<?> waiting = queue.remove();
            successor = waiting.decideOn(successor, wallMs, records, replies);
            decided.add(waiting);
        }
        if (records.isEmpty()) {
            replies.forEach(Runnable::run);
            planNextIfQueued();
        } else {
            propose(new Batch(
                    new JournalEntry(leadingTerm, ++lastBatch, records), appliedIndex, successor, replies, decided));
        }
    }

    private void propose(Batch batch) {
        inFlight = batch;
        inFlightBytes = batch.entry.toBytes();
        propose(inFlightBytes, outcome -> onOutcome(batch, outcome));
    }

    private void propose(byte[] entry, Consumer<ProposeOutcome> then) {
        CompletableFuture<Void> unused =
                journal.propose(entry).thenAccept(outcome -> loop.execute(() -> then.accept(outcome)));
    }

    /** The commit itself is heard from the journal, in its order; here only what went wrong matters. */
    private void onOutcome(Batch batch, ProposeOutcome outcome) {
        if (inFlight == null || inFlight.number() != batch.number()) {
            return;
        }
        if (outcome instanceof ProposeOutcome.Refused refused) {
            inFlight = null;
            batch.fail("the journal refused: " + refused.reason());
            planNextIfQueued();
        } else if (outcome instanceof ProposeOutcome.Unknown unknown) {
            LOG.warn(
                    "Entry {} of term {}: nobody knows whether it is committed",
                    batch.number(),
                    batch.term(),
                    unknown.cause());
            inFlight = null;
            batch.fail("nobody knows whether the journal took it: "
                    + unknown.cause().getMessage());
            settle();
        } else if (outcome instanceof ProposeOutcome.Committed committed && committed.term() != batch.term()) {
            inFlight = null;
            batch.fail("decided in term " + batch.term() + ", committed in term " + committed.term());
            planNextIfQueued();
        }
    }

    /** Decides nothing until an entry of this term is committed: then all that may be before it is in the state. */
    private void settle() {
        if (leadingTerm == 0) {
            return;
        }
        settling = true;
        long term = leadingTerm;
        byte[] nothing = new JournalEntry(term, ++lastBatch, List.of()).toBytes();
        propose(nothing, outcome -> {
            if (leadingTerm != term || !settling) {
                return;
            }
            if (outcome instanceof ProposeOutcome.Committed) {
                settling = false;
                planNextIfQueued();
            } else {
                loop.schedule(SETTLE_RETRY_MS, this::settle);
            }
        });
    }

    private void planNextIfQueued() {
        if (!queue.isEmpty()) {
            planTurn();
        }
    }

    private void onCommitted(long term, long index, byte[] bytes) {
        MetaState before = state;
        Batch batch = inFlight;
        // What this server wrote itself it need not read.
        JournalEntry entry =
                batch != null && Arrays.equals(bytes, inFlightBytes) ? batch.entry : JournalEntry.fromBytes(bytes);
        boolean ours = batch != null && batch.isIn(entry, term);
        MetaState after =
                ours && batch != null && batch.baseIndex == appliedIndex ? batch.successor : before.replay(entry, term);
        appliedIndex = index;
        state = after;
        if (entry.term() == term) {
            listeners.forEach(listener -> listener.onCommitted(before, after, entry.records()));
        } else {
            LOG.warn("Journal index {}: decided in term {}, committed in term {}, skipped", index, entry.term(), term);
        }
        if (ours && batch != null) {
            inFlight = null;
            batch.replies.forEach(Runnable::run);
            planNextIfQueued();
        }
    }

    private void onLeading(long term) {
        LOG.info("Leading in term {} at index {}, {}", term, appliedIndex, state);
        leadingTerm = term;
        settling = false;
        listeners.forEach(listener -> listener.onLeading(term, state));
    }

    private void onLeadershipLost() {
        if (leadingTerm == 0) {
            return;
        }
        LOG.info("No longer leading, was in term {}", leadingTerm);
        leadingTerm = 0;
        settling = false;
        Batch batch = inFlight;
        inFlight = null;
        if (batch != null) {
            batch.fail("leadership was lost while it was on its way");
        }
        List<Waiting<?>> waiting = List.copyOf(queue);
        queue.clear();
        waiting.forEach(command -> command.future.completeExceptionally(new NotLeaderException("leadership was lost")));
        listeners.forEach(StateListener::onLeadershipLost);
    }

    private void failed(Throwable cause) {
        failed = true;
        onLeadershipLost();
        onFatal.accept(cause);
    }

    private record Waiting<R>(Command<R> command, CompletableFuture<R> future) {
        MetaState decideOn(MetaState state, long wallMs, List<MetaRecord> records, List<Runnable> replies) {
            try {
                Decision<R> decision = command.decide(state, wallMs);
                MetaState successor = state.replay(decision.records());
                records.addAll(decision.records());
                replies.add(() -> future.complete(decision.reply()));
                return successor;
            } catch (RuntimeException e) {
                LOG.warn("A command could not be decided; nothing is changed", e);
                replies.add(() -> future.completeExceptionally(e));
                return state;
            }
        }
    }

    private record Batch(
            JournalEntry entry,
            long baseIndex,
            MetaState successor,
            List<Runnable> replies,
            List<Waiting<?>> commands) {
        long term() {
            return entry.term();
        }

        long number() {
            return entry.batch();
        }

        boolean isIn(JournalEntry committed, long journalTerm) {
            return committed.term() == term() && journalTerm == term() && committed.batch() == number();
        }

        void fail(String reason) {
            commands.forEach(command -> command.future.completeExceptionally(new NotLeaderException(reason)));
        }
    }

    /** Brings what the journal says to the event loop, in its order. */
    private final class FromJournal implements JournalListener {
        @Override
        public void onCommitted(long term, long index, byte[] entry) {
            loop.execute(() -> {
                if (failed) {
                    return;
                }
                try {
                    MetaLeader.this.onCommitted(term, index, entry);
                } catch (RuntimeException e) {
                    failed(new IllegalStateException("journal index " + index + " cannot be replayed", e));
                }
            });
        }

        @Override
        public void onLeading(long term) {
            loop.execute(() -> MetaLeader.this.onLeading(term));
        }

        @Override
        public void onLeadershipLost() {
            loop.execute(MetaLeader.this::onLeadershipLost);
        }

        @Override
        public void onFailed(Throwable cause) {
            loop.execute(() -> failed(cause));
        }
    }
}
