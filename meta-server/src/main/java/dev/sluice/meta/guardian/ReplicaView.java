package dev.sluice.meta.guardian;

import dev.sluice.common.Ballot;
import dev.sluice.common.HostPort;
import java.util.Map;
import java.util.Set;

/**
 * What a node last said of a replica of its.
 *
 * @param role what the replica is by its own account
 * @param caughtUpLearners from a primary: learners that have all it prepared, and the signature under which they learned
 * @param unreachable from a primary: members, and learners that had caught up, that do not answer its prepares
 * @param publishedLoadId of the last load whose publish the replica applied, 0 for none
 * @param handedOver from a primary that serves no more because it was asked to hand over: the sequence that it was asked
 *     with; else 0
 * @param compactedFor the trigger that its last finished manual compaction was asked with, 0 for none
 */
public record ReplicaView(
        Ballot ballot,
        Role role,
        long lastCommittedDecree,
        long lastPreparedDecree,
        Map<HostPort, Long> caughtUpLearners,
        Set<HostPort> unreachable,
        long publishedLoadId,
        long handedOver,
        long compactedFor) {
    /** What a replica is by its own account. */
    public enum Role {
        INACTIVE,
        PRIMARY,
        SECONDARY,
        LEARNER,
        /** It cannot serve: damaged, or unable to apply what was committed. */
        ERROR
    }

    public ReplicaView {
        caughtUpLearners = Map.copyOf(caughtUpLearners);
        unreachable = Set.copyOf(unreachable);
    }

    /** A replica that a node has when it registers. */
    public static ReplicaView onDisk(
            Ballot ballot, long lastCommittedDecree, long lastPreparedDecree, boolean isFailed) {
        return new ReplicaView(
                ballot,
                isFailed ? Role.ERROR : Role.INACTIVE,
                lastCommittedDecree,
                lastPreparedDecree,
                Map.of(),
                Set.of(),
                0,
                0,
                0);
    }

    boolean isFailed() {
        return role == Role.ERROR;
    }
}
