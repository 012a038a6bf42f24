package dev.sluice.replica.log;

import dev.sluice.replica.mutation.Mutation;
import java.util.List;

/**
 * The log of one replica: what it prepared, in decree order.
 *
 * <p>A decree may be written again under a newer ballot; then it and all behind it are replaced. Calls come from one owner;
 * completions run on the log's own thread. Errors of the disk throw or come as {@link LogException}.
 */
public interface MutationLog extends AutoCloseable {
    /** Decree of the first mutation that is still here, {@code lastDecree() + 1} if there is none. */
    long firstDecree();

    /** Decree of the last mutation handed to {@link #append}; the decree it was opened at if there is none. */
    long lastDecree();

    /**
     * Appends mutations; each follows the last one, or replaces the tail from its decree on. {@code done} runs when all are
     * written (they survive a crash of the process), and with {@code fsync} also on the disk (they survive loss of power);
     * calls that arrive meanwhile share one write. Done or failed in the order of the calls.
     */
    void append(List<Mutation> mutations, boolean fsync, Completion done);

    /** Mutations from a decree on, in order, up to about that many bytes but at least one if there is one. */
    List<Mutation> read(long fromDecree, int bytesMax);

    /** Drops everything behind the decree. */
    void dropAfter(long decree);

    /** Gives back the space of segments that hold nothing at or behind the decree. */
    void truncateBefore(long decree);

    /**
     * Forgets everything, also that the log failed, and goes on behind the decree: the engine is ahead of what is here.
     */
    void restartAfter(long decree);

    @Override
    void close();

    /** Hears how an append ended. */
    interface Completion {
        void onWritten();

        void onFailed(LogException error);
    }
}
