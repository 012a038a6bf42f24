package dev.sluice.replica.replication;

import dev.sluice.common.Ballot;
import dev.sluice.common.HostPort;

/**
 * A learner asks its primary for what it lacks.
 *
 * @param signature under which the leader made it a learner
 * @param learnId the learner's; grows
 * @param lastCommitted what the learner has
 * @param needsCheckpoint its rows are of no use
 * @param stagedLoadId the load whose files it has staged, 0 for none
 */
public record LearnAsk(
        HostPort learner,
        Ballot ballot,
        long signature,
        long learnId,
        long lastCommitted,
        boolean needsCheckpoint,
        long stagedLoadId) {}
