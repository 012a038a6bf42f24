package dev.sluice.bulkload.load;

/**
 * What was decided when a load was started, and holds to its end.
 *
 * @param loadId greater than that of every load before it
 * @param mode 0 merge, 1 behind
 * @param verify full, checksum or size
 * @param minReplicaCount members that a partition needs to go on
 * @param startedAtMs since 1970
 */
public record LoadPlan(
        long loadId, int appId, LoadSource source, int mode, String verify, int minReplicaCount, long startedAtMs) {
    /** The checks that read every block of every file. */
    public static final String VERIFY_FULL = "full";

    /** Without the deep checks: sizes and checksums only. */
    public static final String VERIFY_CHECKSUM = "checksum";

    boolean hasDeepChecks() {
        return verify.equals(VERIFY_FULL);
    }
}
