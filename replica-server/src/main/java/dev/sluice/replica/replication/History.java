package dev.sluice.replica.replication;

import dev.sluice.replica.mutation.Change;
import dev.sluice.replica.mutation.Mutation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The mutations of one replica: what is prepared, what is in the log for sure, what is committed. Outlives changes of role.
 *
 * <p>Everything prepared and not committed is in memory, and of the committed ones the last few, for peers that lag.
 * Decree, ballot and time of the first proposal name a mutation for good: two replicas that hold the same three hold the same
 * change, also if a primary lost its last proposals in a crash and goes on under its ballot.
 */
public final class History {
    private final Limits limits;
    private final TreeMap<Long, Mutation> tail = new TreeMap<>();
    private final Deque<Appended> appends = new ArrayDeque<>();
    private long committed;
    private long prepared;
    private long written;
    private long appendSequence;
    private long retainedBytes;
    private long learnId;
    private long messageId;

    /**
     * A replica as it was found on disk.
     *
     * @param committed decree of the last committed mutation, applied to the engine
     * @param uncommitted mutations behind it, in order and without a gap
     * @param learnId where ids of learning rounds begin; above those of earlier runs of this process
     */
    public History(Limits limits, long committed, List<Mutation> uncommitted, long learnId) {
        this.limits = limits;
        this.committed = committed;
        this.prepared = committed;
        this.learnId = learnId;
        for (Mutation mutation : uncommitted) {
            put(mutation);
        }
        this.written = prepared;
    }

    /** Decree up to which mutations were handed to the engine. */
    public long committed() {
        return committed;
    }

    /** Decree of the last mutation handed to the log. */
    public long prepared() {
        return prepared;
    }

    /** Decree up to which everything is in the log, as far as is known. */
    public long written() {
        return written;
    }

    /** Number of the last append: with {@link #onWritten} of it, everything appended so far is in the log. */
    long lastAppend() {
        return appendSequence;
    }

    boolean isAllWritten() {
        return appends.isEmpty();
    }

    long nextMessageId() {
        return ++messageId;
    }

    long nextLearnId() {
        return ++learnId;
    }

    /** Decree of the first mutation in memory, {@code prepared + 1} if there is none. */
    long firstInMemory() {
        return tail.isEmpty() ? prepared + 1 : tail.firstKey();
    }

    /** The mutation of a decree, null if it is not in memory. */
    public @Nullable Mutation find(long decree) {
        return tail.get(decree);
    }

    Mutation require(long decree) {
        Mutation found = tail.get(decree);
        if (found == null) {
            throw new IllegalStateException("mutation " + decree + " is not in memory: from " + firstInMemory() + " to "
                    + prepared + " expected, committed " + committed);
        }
        return found;
    }

    /** True if the same mutation is prepared here. */
    boolean holds(Mutation mutation) {
        Mutation own = tail.get(mutation.decree());
        return own != null && own.ballot().equals(mutation.ballot()) && own.timestampUs() == mutation.timestampUs();
    }

    /** Mutations in memory from a decree on, about that many bytes, at least one if there is one. */
    List<Mutation> slice(long fromDecree, long bytesMax) {
        List<Mutation> slice = new ArrayList<>();
        long bytes = 0;
        for (Mutation mutation : tail.tailMap(fromDecree, true).values()) {
            long size = bytesOf(mutation);
            if (!slice.isEmpty() && bytes + size > bytesMax) {
                break;
            }
            bytes += size;
            slice.add(mutation);
        }
        return slice;
    }

    /**
     * Prepares mutations: the first follows the last one, or replaces it and all behind it. A committed one is never
     * replaced.
     */
    Effect append(List<Mutation> mutations) {
        long first = mutations.get(0).decree();
        if (first <= committed || first > prepared + 1) {
            throw new IllegalStateException(
                    "append at " + first + ": expected " + (committed + 1) + " to " + (prepared + 1));
        }
        dropTail(first - 1);
        boolean fsync = false;
        for (Mutation mutation : mutations) {
            put(mutation);
            fsync |= mutation.change() instanceof Change.Publish;
        }
        appends.addLast(new Appended(++appendSequence, first, prepared));
        return new Effect.Append(appendSequence, List.copyOf(mutations), fsync);
    }

    /** An append, and with it all before, is in the log. */
    void onWritten(long sequence) {
        long last = written;
        while (!appends.isEmpty() && appends.peekFirst().sequence() <= sequence) {
            last = appends.removeFirst().lastDecree();
        }
        // What a later append replaces counts only once that one is written.
        written = last;
        for (Appended later : appends) {
            written = Math.min(written, later.firstDecree() - 1);
        }
        written = Math.min(written, prepared);
    }

    /** Forgets what is not committed; null if there is nothing. */
    @Nullable
    Effect dropUncommitted() {
        if (prepared == committed) {
            return null;
        }
        dropTail(committed);
        return new Effect.DropLogAfter(committed);
    }

    /** Commits up to a decree that is prepared. */
    List<Mutation> commitTo(long decree) {
        List<Mutation> now = new ArrayList<>();
        while (committed < decree) {
            Mutation mutation = require(committed + 1);
            committed++;
            retainedBytes += bytesOf(mutation);
            now.add(mutation);
        }
        while (!tail.isEmpty()
                && tail.firstKey() <= committed
                && (committed - tail.firstKey() >= limits.retainedMutationsMax()
                        || retainedBytes > limits.retainedBytesMax())) {
            retainedBytes -= bytesOf(tail.pollFirstEntry().getValue());
        }
        return now;
    }

    /** A checkpoint replaced everything. */
    void restartAt(long decree) {
        tail.clear();
        appends.clear();
        retainedBytes = 0;
        committed = decree;
        prepared = decree;
        written = decree;
    }

    /** Bytes of keys and values. */
    static long bytesOf(Mutation mutation) {
        if (!(mutation.change() instanceof Change.Rows rows)) {
            return 64;
        }
        return 64 + Write.bytesOf(rows.rows());
    }

    private void put(Mutation mutation) {
        if (mutation.decree() != prepared + 1) {
            throw new IllegalStateException(
                    "mutation " + mutation.decree() + " does not follow " + prepared + ": decrees have no gap");
        }
        tail.put(mutation.decree(), mutation);
        prepared = mutation.decree();
    }

    private void dropTail(long lastKept) {
        tail.tailMap(lastKept, false).clear();
        prepared = Math.min(prepared, lastKept);
        written = Math.min(written, lastKept);
    }

    private record Appended(long sequence, long firstDecree, long lastDecree) {}
}
