package dev.sluice.replica.replication;

import dev.sluice.common.Ballot;

/**
 * How a prepare ended.
 *
 * @param messageId of the prepare
 * @param ballot of the answering replica
 * @param lastPrepared up to here its log is the primary's
 * @param lastCommitted what it has applied
 */
public record PrepareAnswer(long messageId, Outcome outcome, Ballot ballot, long lastPrepared, long lastCommitted) {
    /** The ways in which it can end. */
    public enum Outcome {
        /** All is in the log. */
        OK,
        /** The mutations do not follow {@link #lastPrepared}: send from there. */
        GAP,
        /** The replica is not in that role, or not told yet. */
        NOT_IN_ROLE,
        /** The replica knows a newer ballot. */
        OLD_BALLOT,
        /** No answer, or an error below: it may have been carried out. */
        LOST
    }

    /** Nothing came back. */
    public static PrepareAnswer lost(long messageId) {
        return new PrepareAnswer(messageId, Outcome.LOST, Ballot.NONE, 0, 0);
    }
}
