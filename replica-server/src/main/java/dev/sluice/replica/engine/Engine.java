package dev.sluice.replica.engine;

import dev.sluice.replica.mutation.Change.Publish;
import dev.sluice.replica.mutation.Change.RowChange;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one partition, and the decree at which they stand.
 *
 * <p>One owner applies mutations, in decree order; reads may come from any thread. Everything that fails with the disk or
 * the data throws {@link EngineException}, after which the engine is to be closed.
 */
public interface Engine extends AutoCloseable {
    /** Decree of the last mutation applied; 0 for none. */
    long appliedDecree();

    /** Decree up to which everything survives a crash. Never above {@link #appliedDecree}. */
    long durableDecree();

    /** Id of the last load published here; 0 for none. Counts what was applied, durable or not. */
    long publishedLoadId();

    /** Applies rows at a decree, atomically. {@code decree} must be {@link #appliedDecree} + 1. */
    void apply(long decree, List<RowChange> rows);

    /**
     * Removes those of the rows that are there and have expired at {@code expiryNow} (seconds since 2016); returns how many.
     * The decree stays: nobody sees an expired row, so replicas that hold it and others that do not are equal. Called by the
     * owner, between two mutations, so that a row which was written anew is not taken for the old one.
     */
    int removeExpired(List<byte[]> keys, int expiryNow);

    /**
     * Makes everything applied durable, rows and decree together; returns the durable decree. May take long: called from
     * a maintenance pool, alongside {@link #apply}.
     */
    long flush();

    /**
     * Prepares a publish so that the critical step is short: hard-links the staged files beside the engine and reads their
     * indexes and filters into its cache (if they say where they come from), or for {@code replace} fills a hidden
     * generation with them, or for a rollback looks whether the generation is kept; then flushes. Runs on a maintenance pool, may be repeated, and may be left out (then
     * {@link #publish} does it).
     */
    void preparePublish(Publish publish, List<Path> stagedFiles);

    /**
     * Applies a publish at a decree: the staged files become part of the rows ({@code merge}) or all of them ({@code
     * replace}, {@code rollback}: the generation before is kept), exactly once. Applied again with the same or
     * an older load id it only moves the decree, whatever crashed in between. The staged files are left as they are; they
     * may be deleted once {@link #durableDecree} has passed the decree. The caller has fsynced the log through the decree.
     */
    void publish(long decree, Publish publish, List<Path> stagedFiles);

    /**
     * Why these files could not be published with mode {@code behind}: the engine does not allow it, or two of them, or one and
     * what was loaded behind before, have keys in the same range. Empty if nothing stands against it; asked before the publish, when it is too late.
     */
    Optional<String> findBehindConflict(List<Path> stagedFiles);

    /** The generations that are kept, the current one among them, by id. */
    List<GenerationInfo> generations();

    /**
     * Drops a generation that is not current; snapshots of it stay readable, and its space is free after the last of them.
     * False if it is current or not kept.
     */
    boolean dropGeneration(long id);

    /**
     * The rows as they were before, or are since, a load of mode {@code replace}.
     *
     * @param id of the load that made it; 0 for what a replica begins with
     * @param writes rows written to it since it became current; 0 for one that is not
     */
    record GenerationInfo(long id, boolean isCurrent, long writes) {}

    /** The stored value of a stored key; null if there is none. Expiry is the caller's business. */
    byte @Nullable [] get(byte[] key);

    /** What {@link #getFromMemory} answers, this very array, if only the disk could tell; no stored value is empty. */
    byte[] NOT_IN_MEMORY = {};

    /**
     * As {@link #get}, but without the disk, so that a thread that must not wait may ask; {@link #NOT_IN_MEMORY} if memory
     * alone cannot tell.
     */
    byte @Nullable [] getFromMemory(byte[] key);

    /** A view of the rows as they are now. Close it: it holds native memory and keeps old files. */
    EngineSnapshot snapshot();

    /**
     * Rewrites the rows of the current generation, level by level, so that what was overwritten or removed takes no space
     * and reads have fewer files to look into. May take hours; reads, writes and publishes go on beside it. Throws if
     * it is cut short, by {@link #close} or by another generation that becomes current; a part of it may be done then. Rows that
     * were loaded from behind, and what is above them, stay as they are: more can be loaded there.
     *
     * @param targetLevel where the rows are to lie afterwards, from 1; {@link #ANY_LEVEL}: where they come to lie
     * @param rewritesLast rows that lie in the lowest level already are rewritten too
     */
    void compact(int targetLevel, boolean rewritesLast);

    /** For {@link #compact}. */
    int ANY_LEVEL = -1;

    /** About so many bytes {@link #compact} writes at most before it gives back those that they take the place of. */
    long compactionBytes(boolean rewritesLast);

    /** Remembers that a compaction that was asked for has finished; durable on return, and copied with a checkpoint. */
    void noteCompaction(CompactionMark mark);

    /** What was noted last; {@link CompactionMark#NONE} if nothing was. */
    CompactionMark lastCompaction();

    /**
     * A compaction that was asked for and has finished.
     *
     * @param trigger what it was asked with ({@code manual_compact.once.trigger_time}); 0 for none
     * @param finishedAtSeconds since 1970, by the clock of the server that compacted; 0 for never
     */
    record CompactionMark(long trigger, long finishedAtSeconds) {
        public static final CompactionMark NONE = new CompactionMark(0, 0);
    }

    /**
     * Writes a copy of the durable state into a directory that does not exist yet, sharing files by hard link where it can;
     * returns the decree it stands at. Excludes {@link #publish}; flushes first.
     */
    long checkpoint(Path directory);

    /** Closes once the last snapshot is closed. Does not flush. */
    @Override
    void close();

    /**
     * After {@link #close}: waits until nobody uses it any more and its files are left alone; false if that takes longer
     * than the time given.
     */
    boolean awaitClosed(long timeoutMs) throws InterruptedException;
}
