package dev.sluice.replica.replication;

import dev.sluice.common.HostPort;
import java.util.List;

/**
 * What a role has to say to the leader.
 *
 * @param serving a primary that has committed what it took over, and is not asked to hand over
 * @param learners whom it teaches
 * @param unreachable members that do not answer its prepares
 * @param message with {@link RoleName#ERROR}: why; with a learner: what it is doing
 * @param handedOver from a primary that was asked to hand over: the sequence that it was asked with, once it serves no more
 *     and all that it proposed is committed; 0 otherwise
 */
public record Status(
        RoleName role,
        boolean serving,
        List<LearnerStatus> learners,
        List<HostPort> unreachable,
        String message,
        long handedOver) {
    public Status {
        learners = List.copyOf(learners);
        unreachable = List.copyOf(unreachable);
    }

    static Status plain(RoleName role, String message) {
        return new Status(role, false, List.of(), List.of(), message, 0);
    }

    /**
     * A learner as its primary sees it.
     *
     * @param signature under which it asked to learn; 0 if it has not
     * @param caughtUp has all that is committed, and from now on nothing is committed without it
     */
    public record LearnerStatus(HostPort node, long signature, boolean caughtUp, long lastPrepared, String message) {}
}
