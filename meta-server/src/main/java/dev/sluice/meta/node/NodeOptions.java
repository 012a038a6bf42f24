package dev.sluice.meta.node;

/**
 * How the leader treats replica servers.
 *
 * @param leaseMs how long a node may serve after it sent a beat that was answered, by its own clock
 * @param graceMs after so long without a beat a node is dead; longer than the lease by more than clocks drift
 * @param beatIntervalMs how often a node sends a beat
 * @param repeatIntervalMs how often all directives are sent again
 * @param minReplicaCount members that a write needs (mutation_2pc_min_replica_count), never more than the app should have
 */
public record NodeOptions(long leaseMs, long graceMs, long beatIntervalMs, long repeatIntervalMs, int minReplicaCount) {
    public NodeOptions {
        if (beatIntervalMs < 1 || leaseMs < 2 * beatIntervalMs) {
            throw new IllegalArgumentException("lease of " + leaseMs + " ms with a beat every " + beatIntervalMs
                    + " ms: expected at least two beats in a lease");
        }
        if (graceMs <= leaseMs) {
            throw new IllegalArgumentException("grace of " + graceMs + " ms with a lease of " + leaseMs
                    + " ms: a node that may still serve would be taken for dead");
        }
        if (repeatIntervalMs < 1 || minReplicaCount < 1) {
            throw new IllegalArgumentException("repeat " + repeatIntervalMs + " ms, least replicas " + minReplicaCount
                    + ": expected at least 1 and 1");
        }
    }
}
