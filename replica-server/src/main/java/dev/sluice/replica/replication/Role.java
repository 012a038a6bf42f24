package dev.sluice.replica.replication;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import dev.sluice.replica.mutation.Change.Publish;
import dev.sluice.replica.mutation.Mutation;
import java.util.List;

/**
 * What a replica is for its partition. Events are methods, so that a new role or event does not compile until every case
 * has been thought about.
 *
 * <p>A mutation is committed when every member has it in its log. A primary is the only one that proposes; its ballot
 * fences it.
 */
public sealed interface Role permits Primary, Secondary, Learner, Inactive, Failed {
    RoleName name();

    Configuration configuration();

    Status status();

    /** The leader says who has the partition. An older ballot changes nothing. */
    Step onDirective(Configuration wanted, long nowMs);

    /** A client's write. */
    default Step onWrite(Write write, long nowMs, long timestampUs) {
        return Step.stay(this, new Effect.Refuse(write.token(), ErrorCode.ERR_INVALID_STATE));
    }

    /** What came of {@link Effect.Evaluate}: the same writes, each with its rows. */
    default Step onEvaluated(List<Write> writes, long nowMs) {
        return Step.stay(this);
    }

    /** A load is to take effect. */
    default Step onPublish(long token, Publish publish, long nowMs, long timestampUs) {
        return Step.stay(this, new Effect.Refuse(token, ErrorCode.ERR_INVALID_STATE));
    }

    /** A primary prepares; {@code token} names the prepare in its answer. */
    Step onPrepare(long token, Prepare prepare, long nowMs);

    /** A peer answered. */
    default Step onPrepareAnswer(HostPort from, PrepareAnswer answer, long nowMs) {
        return Step.stay(this);
    }

    /** What the log holds for a peer that lags, from the decree on; empty if the log begins later. */
    default Step onLogRead(HostPort peer, long fromDecree, List<Mutation> mutations, long nowMs) {
        return Step.stay(this);
    }

    /** An append, and all before it, is in the log. */
    Step onLogWritten(long sequence, long nowMs);

    /** A learner asks. */
    default Step onLearnAsked(long token, LearnAsk ask, long nowMs) {
        return Step.stay(this, new Effect.Teach(token, ask, Effect.Lesson.REFUSE));
    }

    /** A learner was given the log up to that decree; {@code all}: that was all that is committed. */
    default Step onTaught(LearnAsk ask, long lastDecree, boolean all, long nowMs) {
        return Step.stay(this);
    }

    /** True for a learner that waits for the answer to that round of asking. */
    default boolean awaitsLesson(long learnId) {
        return false;
    }

    /** A learner hears what came of asking; an installed checkpoint counts in any case, since it is there. */
    default Step onLearned(long learnId, LearnAnswer answer, long nowMs) {
        return answer instanceof LearnAnswer.Installed
                ? onFailure("a checkpoint took the place of its rows when it was no learner any more", nowMs)
                : Step.stay(this);
    }

    /** A committed mutation cannot be applied, the log cannot be written, or the engine is damaged. */
    Step onFailure(String message, long nowMs);

    /** Damage was found in what stands on the disk. A primary that is the last with the data stays. */
    default Step onDamage(String message, long nowMs) {
        return onFailure(message, nowMs);
    }

    /** Time passes. */
    default Step onTick(long nowMs) {
        return Step.stay(this);
    }

    /** A replica as it was found on disk: it waits for the leader. */
    static Role found(HostPort self, History history, Limits limits) {
        return new Inactive(new Local(self, history, limits), Configuration.NONE);
    }
}
