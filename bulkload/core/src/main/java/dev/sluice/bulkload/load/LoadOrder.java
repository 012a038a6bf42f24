package dev.sluice.bulkload.load;

import dev.sluice.wire.bulkload.LoadMode;
import dev.sluice.wire.internal.LoadGoal;

/**
 * What is wanted of one replica in a load: all of it, so that it does not matter which orders came before.
 *
 * @param loadId 0 with CLEAN_UP: of any load
 * @param goal what to do
 * @param provider name of a {@code [block_service.<name>]} section
 * @param partitionPath below the provider's root
 * @param manifestDigest pinned
 * @param mode a {@link LoadMode}, as a number
 * @param epoch with PUBLISH
 * @param partitionCount of the app
 * @param verify full, checksum or size
 * @param deepChecks this replica runs the deep checks
 * @param priority of those that wait for a download slot of the node, a higher one goes first
 */
public record LoadOrder(
        long loadId,
        LoadGoal goal,
        String provider,
        String partitionPath,
        String manifestDigest,
        int mode,
        long epoch,
        int partitionCount,
        String verify,
        boolean deepChecks,
        int priority) {
    /** Have nothing of any load. */
    public static final LoadOrder NOTHING = cleanUp(0);

    /** Have nothing of that load, nor of one before it. */
    public static LoadOrder cleanUp(long loadId) {
        return new LoadOrder(loadId, LoadGoal.CLEAN_UP, "", "", "", 0, 0, 0, "", false, 0);
    }

    /** True if there is nothing to fetch: a generation that was kept is current again. */
    public boolean isRollback() {
        return mode == LoadMode.ROLLBACK.getValue();
    }

    boolean cleansUp() {
        return goal == LoadGoal.CLEAN_UP;
    }

    boolean wantsStaged() {
        return goal == LoadGoal.DOWNLOAD || goal == LoadGoal.PUBLISH;
    }
}
