package dev.sluice.replica.replica;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.rpc.Wire;
import dev.sluice.replica.learn.CheckpointShelf;
import dev.sluice.replica.mutation.Change.Publish;
import dev.sluice.replica.mutation.Mutation;
import dev.sluice.replica.mutation.MutationCodec;
import dev.sluice.replica.replication.LearnAnswer;
import dev.sluice.replica.replication.LearnAsk;
import dev.sluice.wire.internal.LearnKind;
import dev.sluice.wire.internal.LearnReply;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What primaries answer to learners. */
final class Lessons {
    /** A primary may have to flush before it answers with a checkpoint. */
    static final int ASK_TIMEOUT_MS = 60_000;

    private Lessons() {}

    static LearnReply prepares(long firstPrepareDecree) {
        return ok(LearnKind.NOTHING).setFirstPrepareDecree(firstPrepareDecree);
    }

    static LearnReply log(List<Mutation> mutations, long firstPrepareDecree) {
        return ok(LearnKind.LOG)
                .setMutations(MutationCodec.toWire(mutations))
                .setFirstPrepareDecree(firstPrepareDecree);
    }

    static LearnReply checkpoint(CheckpointShelf.Contents contents) {
        return ok(LearnKind.CHECKPOINT)
                .setCheckpointId(contents.id())
                .setFiles(contents.files())
                .setCheckpointDecree(contents.decree());
    }

    /** What the log teaches; null: the lesson is a checkpoint. */
    static LearnAnswer.@Nullable Log logOf(LearnReply reply) {
        return reply.getKind() == LearnKind.CHECKPOINT
                ? null
                : new LearnAnswer.Log(MutationCodec.fromWire(reply.getMutations()), reply.getFirstPrepareDecree());
    }

    /** The committed ones that the learner can use; none if the log begins later or publishes what it has not staged. */
    static List<Mutation> committedOf(List<Mutation> read, LearnAsk ask, long committed) {
        List<Mutation> usable = new ArrayList<>();
        if (read.isEmpty() || read.get(0).decree() != ask.lastCommitted() + 1) {
            return usable;
        }
        for (Mutation mutation : read) {
            if (mutation.decree() > committed) {
                break;
            }
            if (mutation.change() instanceof Publish publish && publish.loadId() != ask.stagedLoadId()) {
                return List.of();
            }
            usable.add(mutation);
        }
        return usable;
    }

    private static LearnReply ok(LearnKind kind) {
        return new LearnReply()
                .setErr(Wire.error(ErrorCode.ERR_OK))
                .setKind(kind)
                .setMutations(List.of())
                .setFiles(List.of());
    }
}
