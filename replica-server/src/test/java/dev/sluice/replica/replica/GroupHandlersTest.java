package dev.sluice.replica.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bulkload.load.LoadWire;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.rpc.Caller;
import dev.sluice.common.rpc.InternalRpcs;
import dev.sluice.common.rpc.RequestHeader;
import dev.sluice.common.rpc.Responder;
import dev.sluice.common.rpc.Rpc;
import dev.sluice.common.rpc.RpcHandlers;
import dev.sluice.common.rpc.Wire;
import dev.sluice.replica.learn.CheckpointShelf;
import dev.sluice.replica.learn.Throttle;
import dev.sluice.replica.replication.RoleName;
import dev.sluice.wire.WireAddress;
import dev.sluice.wire.internal.GroupLoadReply;
import dev.sluice.wire.internal.GroupLoadRequest;
import dev.sluice.wire.internal.LearnRequest;
import dev.sluice.wire.internal.LoadPartReply;
import dev.sluice.wire.internal.LoadPartRequest;
import dev.sluice.wire.internal.LoadProgressRequest;
import dev.sluice.wire.internal.MemberLoadState;
import dev.sluice.wire.internal.MemberPhase;
import dev.sluice.wire.internal.Mutation;
import dev.sluice.wire.internal.PrepareRequest;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.apache.thrift.TBase;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is answered to messages that are wrong, and when a handler is. */
final class GroupHandlersTest {
    private static final Gpid GPID = new Gpid(1, 0);

    private final RpcHandlers handlers = new RpcHandlers();
    private OneNode node;
    private Function<LoadPartRequest, LoadPartReply> parts = request -> new LoadPartReply();

    @BeforeEach
    void register() throws IOException {
        node = new OneNode(OneNode.DISK1);
        GroupHandlers.register(
                handlers,
                node.replicas,
                new CheckpointShelf(node.files, node.time, Throttle.NONE),
                request -> parts.apply(request),
                Runnable::run);
        node.tell(GPID, 3, OneNode.OTHER, List.of(OneNode.SELF));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "0 1", "1 3", "1 1", "2 1", "1 2 4", "9223372036854775807 -9223372036854775808"})
    void aPrepareWhoseMutationsDoNotFollowEachOtherNeverReachesTheReplica(String decrees) {
        assertThat(answer(InternalRpcs.PREPARE, prepare(decrees))).isEqualTo(ErrorCode.ERR_INVALID_PARAMETERS);
        assertThat(node.replica(GPID).view().role()).isEqualTo(RoleName.SECONDARY);
        assertThat(node.replica(GPID).preparedDecree()).isZero();

        assertThat(answer(InternalRpcs.PREPARE, prepare("1 2"))).isEqualTo(ErrorCode.ERR_OK);
        assertThat(node.replica(GPID).preparedDecree()).isEqualTo(2);
    }

    @Test
    void aPrepareMayBringTheCommitPointAlone() {
        assertThat(answer(InternalRpcs.PREPARE, prepare(""))).isEqualTo(ErrorCode.ERR_OK);
    }

    @Test
    void whoeverDoesNotSayWhoItIsIsRefused() {
        assertThat(answer(InternalRpcs.PREPARE, prepare("1").setPrimary(new WireAddress())))
                .isEqualTo(ErrorCode.ERR_INVALID_PARAMETERS);
        assertThat(answer(
                        InternalRpcs.LEARN,
                        new LearnRequest().setGpid(Wire.gpid(GPID)).setLearner(new WireAddress())))
                .isEqualTo(ErrorCode.ERR_INVALID_PARAMETERS);
        assertThat(answer(
                        InternalRpcs.LOAD_PROGRESS,
                        new LoadProgressRequest()
                                .setGpid(Wire.gpid(GPID))
                                .setMember(new WireAddress())
                                .setState(new MemberLoadState().setPhase(MemberPhase.STAGED))))
                .isEqualTo(ErrorCode.ERR_INVALID_PARAMETERS);
    }

    @Test
    void anOrderOfALoadIsReadAsAWholeBeforeItIsObeyed() {
        GroupLoadRequest sound = groupLoad();
        assertThat(answer(InternalRpcs.GROUP_LOAD, sound)).isEqualTo(ErrorCode.ERR_OK);

        GroupLoadRequest noSuchMode = groupLoad();
        noSuchMode.getLoad().setMode(4);
        assertThat(answer(InternalRpcs.GROUP_LOAD, noSuchMode)).isEqualTo(ErrorCode.ERR_INVALID_PARAMETERS);

        GroupLoadRequest noVerifier = groupLoad();
        noVerifier.getLoad().setVerify("full").setVerifier(new WireAddress());
        assertThat(answer(InternalRpcs.GROUP_LOAD, noVerifier)).isEqualTo(ErrorCode.ERR_INVALID_PARAMETERS);

        assertThat(answer(InternalRpcs.GROUP_LOAD, groupLoad().setRelayed(true).setRelayedBy(new WireAddress())))
                .isEqualTo(ErrorCode.ERR_INVALID_PARAMETERS);
    }

    /** Also if it throws what elsewhere means that the asker is wrong. */
    @Test
    void whatAHandlerThrowsIsOursAndIsAnsweredAndTold() {
        for (Throwable thrown : List.of(
                new IllegalArgumentException("ours"), new IllegalStateException("ours"), new AssertionError("ours"))) {
            parts = request -> {
                throw GroupHandlersTest.<RuntimeException>unchecked(thrown);
            };
            Answer<LoadPartReply> answer = new Answer<>();
            assertThatThrownBy(() -> ask(InternalRpcs.LOAD_PART, new LoadPartRequest(), answer))
                    .isSameAs(thrown);
            assertThat(answer.failure).isEqualTo(ErrorCode.ERR_UNKNOWN);
        }
    }

    @Test
    void whatAReplicaThrowsIsAnsweredToo() {
        AssertionError thrown = new AssertionError("ours");
        node.onGroupLoad = () -> {
            throw thrown;
        };
        Answer<GroupLoadReply> answer = new Answer<>();
        ask(InternalRpcs.GROUP_LOAD, groupLoad(), answer);
        assertThatThrownBy(() -> node.time.advance(100)).isSameAs(thrown);
        assertThat(answer.failure).isEqualTo(ErrorCode.ERR_UNKNOWN);
    }

    @Test
    void aPartitionThatIsNotHereIsNotFound() {
        assertThat(answer(InternalRpcs.PREPARE, prepare("0").setGpid(Wire.gpid(new Gpid(9, 0)))))
                .isEqualTo(ErrorCode.ERR_OBJECT_NOT_FOUND);
    }

    @SuppressWarnings("unchecked") // thrown as it is, checked or not
    private static <T extends Throwable> RuntimeException unchecked(Throwable thrown) throws T {
        throw (T) thrown;
    }

    private static PrepareRequest prepare(String decrees) {
        LongStream each = decrees.isEmpty()
                ? LongStream.empty()
                : List.of(decrees.split(" ", -1)).stream().mapToLong(Long::parseLong);
        return new PrepareRequest()
                .setGpid(Wire.gpid(GPID))
                .setBallot(3)
                .setPrimary(Wire.address(OneNode.OTHER))
                .setMutations(each.mapToObj(decree ->
                                new Mutation().setDecree(decree).setBallot(3).setTimestampUs(1))
                        .toList());
    }

    private static GroupLoadRequest groupLoad() {
        return new GroupLoadRequest()
                .setGpid(Wire.gpid(GPID))
                .setBallot(3)
                .setPrimary(Wire.address(OneNode.OTHER))
                .setLoad(LoadWire.nothing());
    }

    private <Q extends TBase<?, ?>, R extends TBase<?, ?>> ErrorCode answer(Rpc<Q, R> rpc, Q request) {
        Answer<R> answer = new Answer<>();
        ask(rpc, request, answer);
        node.time.advance(100);
        return answer.error();
    }

    @SuppressWarnings("unchecked") // the table has the handler of a code under that code
    private <Q extends TBase<?, ?>, R extends TBase<?, ?>> void ask(Rpc<Q, R> rpc, Q request, Answer<R> answer) {
        var entry = (RpcHandlers.Entry<Q, R>)
                Objects.requireNonNull(handlers.entries().get(rpc.taskCode()));
        Objects.requireNonNull(entry.handler())
                .handle(
                        new Caller(OneNode.OTHER, OneNode.OTHER, 1),
                        RequestHeader.toPartition(GPID, 1_000, 0),
                        request,
                        answer);
    }

    private static final class Answer<R> implements Responder<R> {
        private @Nullable ErrorCode failure;
        private boolean replied;

        @Override
        public void reply(R reply) {
            replied = true;
        }

        @Override
        public void fail(ErrorCode error) {
            failure = error;
        }

        ErrorCode error() {
            return failure != null ? failure : replied ? ErrorCode.ERR_OK : ErrorCode.ERR_TIMEOUT;
        }
    }
}
