package dev.sluice.bulkload.load;

import dev.sluice.wire.bulkload.LoadMode;

/**
 * What was decided when a load was started, and holds to its end.
 *
 * @param loadId greater than that of every load before it
 * @param mode a {@link LoadMode}, as a number
 * @param rollbackTo with ROLLBACK, which has no source: the generation that is to be current again; else 0
 * @param verify full, checksum or size
 * @param minReplicaCount members that a partition needs to go on
 * @param priority from {@link #PRIORITY_MIN} to {@link #PRIORITY_MAX}: of those that wait for a download slot of a node, a
 *     higher one goes first
 * @param startedAtMs since 1970
 */
public record LoadPlan(
        long loadId,
        int appId,
        LoadSource source,
        int mode,
        long rollbackTo,
        String verify,
        int minReplicaCount,
        int priority,
        long startedAtMs) {
    /** The lowest priority; what is not said is 0. */
    public static final int PRIORITY_MIN = -9;

    /** The highest priority. */
    public static final int PRIORITY_MAX = 9;

    /** The checks that read every block of every file. */
    public static final String VERIFY_FULL = "full";

    /** Without the deep checks: sizes and checksums only. */
    public static final String VERIFY_CHECKSUM = "checksum";

    /** True if no rows are loaded: a generation that was kept is current again. */
    public boolean isRollback() {
        return mode == LoadMode.ROLLBACK.getValue();
    }

    boolean hasDeepChecks() {
        return verify.equals(VERIFY_FULL);
    }
}
