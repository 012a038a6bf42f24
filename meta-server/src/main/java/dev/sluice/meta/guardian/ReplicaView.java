package dev.sluice.meta.guardian;

import dev.sluice.common.Ballot;
import dev.sluice.common.HostPort;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a node last said of a replica of its.
 *
 * @param role what the replica is by its own account
 * @param caughtUpLearners from a primary: learners that have all it prepared
 * @param unreachable from a primary: members that do not answer its prepares
 * @param publishedLoadId of the last load whose publish the replica applied, 0 for none
 * @param handedOver from a primary that serves no more because it was asked to hand over: the sequence that it was asked
 *     with; else 0
 */
public record ReplicaView(
        Ballot ballot,
        Role role,
        long lastCommittedDecree,
        long lastPreparedDecree,
        Set<HostPort> caughtUpLearners,
        Set<HostPort> unreachable,
        long publishedLoadId,
        long handedOver) {
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
        caughtUpLearners = Set.copyOf(caughtUpLearners);
        unreachable = Set.copyOf(unreachable);
    }

    /** A replica that was found on disk and does nothing. */
    public static ReplicaView onDisk(Ballot ballot, long lastCommittedDecree, long lastPreparedDecree) {
        return new ReplicaView(
                ballot, Role.INACTIVE, lastCommittedDecree, lastPreparedDecree, Set.of(), Set.of(), 0, 0);
    }

    /** The same without what a primary said of that node as a learner. */
    public ReplicaView withoutCaughtUp(HostPort node) {
        Set<HostPort> others = caughtUpLearners.stream()
                .filter(learner -> !learner.equals(node))
                .collect(Collectors.toSet());
        return new ReplicaView(
                ballot,
                role,
                lastCommittedDecree,
                lastPreparedDecree,
                others,
                unreachable,
                publishedLoadId,
                handedOver);
    }

    boolean isFailed() {
        return role == Role.ERROR;
    }
}
