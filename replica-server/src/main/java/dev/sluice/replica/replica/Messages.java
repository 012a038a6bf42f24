package dev.sluice.replica.replica;

import dev.sluice.common.Ballot;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.Wire;
import dev.sluice.replica.mutation.Mutation;
import dev.sluice.replica.mutation.MutationCodec;
import dev.sluice.replica.replication.Configuration;
import dev.sluice.replica.replication.LearnAsk;
import dev.sluice.replica.replication.Prepare;
import dev.sluice.replica.replication.PrepareAnswer;
import dev.sluice.replica.replication.PrepareAnswer.Outcome;
import dev.sluice.wire.internal.LearnReply;
import dev.sluice.wire.internal.LearnRequest;
import dev.sluice.wire.internal.PartitionDirective;
import dev.sluice.wire.internal.PrepareReply;
import dev.sluice.wire.internal.PrepareRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a group's messages are on the wire. */
final class Messages {
    private Messages() {}

    static PrepareRequest request(Gpid gpid, Prepare prepare) {
        return new PrepareRequest()
                .setGpid(Wire.gpid(gpid))
                .setBallot(prepare.ballot().number())
                .setPrimary(Wire.address(prepare.primary()))
                .setMutations(MutationCodec.toWire(prepare.mutations()))
                .setLastCommittedDecree(prepare.lastCommitted())
                .setToLearner(prepare.toLearner())
                .setLearnId(prepare.learnId())
                .setFirstOfBallot(prepare.firstOfBallot());
    }

    /** {@link IllegalArgumentException} if it names no primary, or its mutations are none or do not follow each other. */
    static Prepare prepare(PrepareRequest request) {
        return new Prepare(
                0,
                new Ballot(request.getBallot()),
                Wire.hostPort(request.getPrimary()),
                inOrder(MutationCodec.fromWire(request.getMutations())),
                request.getLastCommittedDecree(),
                request.isToLearner(),
                request.getLearnId(),
                request.getFirstOfBallot());
    }

    private static List<Mutation> inOrder(List<Mutation> mutations) {
        long expected = mutations.isEmpty() ? 1 : Math.max(1, mutations.get(0).decree());
        for (Mutation mutation : mutations) {
            if (mutation.decree() < 1 || mutation.decree() != expected) {
                throw new IllegalArgumentException(
                        "a prepare with mutation " + mutation.decree() + ", expected " + expected);
            }
            expected++;
        }
        return mutations;
    }

    static PrepareReply reply(PrepareAnswer answer, long incarnation) {
        return new PrepareReply()
                .setErr(Wire.error(errorOf(answer.outcome())))
                .setBallot(answer.ballot().number())
                .setLastPreparedDecree(answer.lastPrepared())
                .setLastCommittedDecree(answer.lastCommitted())
                .setIncarnation(incarnation);
    }

    static PrepareAnswer answer(long messageId, PrepareReply reply) {
        return new PrepareAnswer(
                messageId,
                outcomeOf(Wire.error(reply.getErr())),
                new Ballot(reply.getBallot()),
                reply.getLastPreparedDecree(),
                reply.getLastCommittedDecree());
    }

    static LearnRequest request(Gpid gpid, LearnAsk ask, long stagedLoadId) {
        return new LearnRequest()
                .setGpid(Wire.gpid(gpid))
                .setBallot(ask.ballot().number())
                .setLearner(Wire.address(ask.learner()))
                .setLearnId(ask.learnId())
                .setLastCommittedDecree(ask.lastCommitted())
                .setSignature(ask.signature())
                .setNeedsCheckpoint(ask.needsCheckpoint())
                .setStagedLoadId(stagedLoadId);
    }

    /** {@link IllegalArgumentException} if it names no learner. */
    static LearnAsk ask(LearnRequest request) {
        return new LearnAsk(
                Wire.hostPort(request.getLearner()),
                new Ballot(request.getBallot()),
                request.getSignature(),
                request.getLearnId(),
                request.getLastCommittedDecree(),
                request.isNeedsCheckpoint(),
                request.getStagedLoadId());
    }

    static LearnReply refusal(ErrorCode error, String hint) {
        return new LearnReply()
                .setErr(Wire.error(error))
                .setMutations(List.of())
                .setFiles(List.of())
                .setHint(hint);
    }

    static Configuration configuration(PartitionDirective directive) {
        HostPort primary =
                directive.isSetPrimary() ? Wire.find(directive.getPrimary()).orElse(null) : null;
        return new Configuration(
                new Ballot(directive.getBallot()),
                primary,
                Wire.hostPorts(directive.getSecondaries()),
                signatures(directive),
                Math.max(1, directive.getMinReplicaCount()),
                directive.getSequence(),
                directive.isHandOver());
    }

    /** A learner without a signature has 0. */
    private static Map<HostPort, Long> signatures(PartitionDirective directive) {
        List<Long> said = directive.getSignatures() == null ? List.of() : directive.getSignatures();
        Map<HostPort, Long> signatures = new LinkedHashMap<>();
        for (HostPort learner : Wire.hostPorts(directive.getLearners())) {
            int place = signatures.size();
            signatures.put(learner, place < said.size() ? said.get(place) : 0L);
        }
        return signatures;
    }

    private static ErrorCode errorOf(Outcome outcome) {
        return switch (outcome) {
            case OK -> ErrorCode.ERR_OK;
            case GAP -> ErrorCode.ERR_INCONSISTENT_STATE;
            case NOT_IN_ROLE -> ErrorCode.ERR_INVALID_STATE;
            case OLD_BALLOT -> ErrorCode.ERR_VERSION_OUTDATED;
            case LOST -> ErrorCode.ERR_TIMEOUT;
        };
    }

    private static Outcome outcomeOf(ErrorCode error) {
        return switch (error) {
            case ERR_OK -> Outcome.OK;
            case ERR_INCONSISTENT_STATE -> Outcome.GAP;
            case ERR_INVALID_STATE -> Outcome.NOT_IN_ROLE;
            case ERR_VERSION_OUTDATED -> Outcome.OLD_BALLOT;
            default -> Outcome.LOST;
        };
    }
}
