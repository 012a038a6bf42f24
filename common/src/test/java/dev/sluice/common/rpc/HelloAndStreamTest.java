package dev.sluice.common.rpc;

import static dev.sluice.common.rpc.NettyRpcTest.errorOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.RpcHandlers.Access;
import dev.sluice.wire.internal.Beat;
import dev.sluice.wire.internal.BeatReply;
import dev.sluice.wire.internal.Directives;
import dev.sluice.wire.internal.Hello;
import dev.sluice.wire.internal.HelloReply;
import dev.sluice.wire.internal.LearnEndReply;
import dev.sluice.wire.internal.LearnEndRequest;
import dev.sluice.wire.internal.NodeStreamDown;
import dev.sluice.wire.internal.NodeStreamUp;
import dev.sluice.wire.internal.NodeWelcome;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.thrift.TBase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What servers say to each other: who is let in, and streams. */
class HelloAndStreamTest {
    private static final HostPort ALICE = new HostPort("127.0.0.1", 34801);
    private static final LearnEndRequest ENDED = new LearnEndRequest(Wire.gpid(new Gpid(1, 0)), 7);

    private volatile String serverCluster = "c1";
    private volatile String clientCluster = "c1";
    private final BlockingQueue<Caller> callers = new LinkedBlockingQueue<>();
    private final BlockingQueue<Accepted> accepted = new LinkedBlockingQueue<>();
    private RpcIo io;
    private NettyRpcServer server;
    private NettyRpcClient client;

    /** The server's side of a stream. */
    private record Accepted(Caller caller, RpcStream<NodeStreamDown> stream, Heard<NodeStreamUp> heard) {}

    /** Writes down what a side hears. */
    private static final class Heard<T> implements RpcStream.Listener<T> {
        private final List<T> frames = new CopyOnWriteArrayList<>();
        private final List<String> closed = new CopyOnWriteArrayList<>();
        private final CountDownLatch writable = new CountDownLatch(1);
        private volatile CountDownLatch gate = new CountDownLatch(0);

        @Override
        public void onFrame(T frame) {
            try {
                gate.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            frames.add(frame);
        }

        @Override
        public void onWritable() {
            writable.countDown();
        }

        @Override
        public void onClosed(String reason) {
            closed.add(reason);
        }
    }

    @BeforeEach
    void start() {
        io = RpcIo.start("test", 3);
        RpcHandlers handlers = new RpcHandlers()
                .on(InternalRpcs.LEARN_END, Access.SERVERS, (caller, header, request, responder) -> {
                    callers.add(caller);
                    responder.reply(new LearnEndReply(Wire.error(ErrorCode.ERR_OK)));
                })
                .onStream(InternalRpcs.NODE_STREAM, Access.SERVERS, (caller, stream) -> {
                    Heard<NodeStreamUp> heard = new Heard<>();
                    accepted.add(new Accepted(caller, stream, heard));
                    return heard;
                });
        server = NettyRpcServer.start(
                io,
                "127.0.0.1",
                0,
                handlers,
                () -> new ServerIdentity(serverCluster, new HostPort("127.0.0.1", 34601), 1),
                RpcLimits.DEFAULT);
        client = new NettyRpcClient(io, () -> new ServerIdentity(clientCluster, ALICE, 17), RpcLimits.DEFAULT);
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
        io.close();
    }

    @Test
    void aServerOfTheSameClusterIsLetInAndNamedToTheHandler() throws Exception {
        assertThat(learnEnd().join().getErr()).isEqualTo(Wire.error(ErrorCode.ERR_OK));

        Caller caller = Objects.requireNonNull(callers.poll(5, TimeUnit.SECONDS));
        assertThat(caller.server()).isEqualTo(ALICE);
        assertThat(caller.serverIncarnation()).isEqualTo(17);
        assertThat(caller.remote().host()).isEqualTo("127.0.0.1");
    }

    @Test
    void aServerOfAnotherClusterIsRefused() {
        clientCluster = "c2";

        assertThat(errorOf(learnEnd())).isEqualTo(ErrorCode.ERR_CLUSTER_NOT_FOUND);
        assertThat(callers).isEmpty();
    }

    @Test
    void aServerWithoutAClusterMayOpenAStreamAndNothingElseUntilItHasOne() {
        clientCluster = "";
        assertThat(errorOf(learnEnd())).isEqualTo(ErrorCode.ERR_HANDLER_NOT_FOUND);
        RpcStream<NodeStreamUp> up = client.openStream(server.address(), InternalRpcs.NODE_STREAM, new Heard<>());
        up.send(beat(1));
        assertThat(takeAccepted().caller().server()).isNull();

        clientCluster = "c1";

        assertThat(learnEnd().join()).isNotNull();
    }

    @Test
    void aServerThatLearnsItsClusterLaterLetsTheOthersInOnTheConnectionsTheyHave() {
        serverCluster = "";
        assertThat(errorOf(learnEnd())).isEqualTo(ErrorCode.ERR_HANDLER_NOT_FOUND);

        serverCluster = "c1";

        assertThat(learnEnd().join()).isNotNull();
    }

    @Test
    void aHelloInANewerFormatIsRefusedByName() throws Exception {
        try (RawConnection raw = new RawConnection(server.address())) {
            raw.send(GoldenBytesTest.request(
                    RequestHeader.toServer(1000), InternalRpcs.HELLO, new Hello(2, "c1", Wire.address(ALICE), 1), 0));
            HelloReply reply = new HelloReply();
            MessageCodec.readResult(raw.receiveFrame().result(), reply);

            assertThat(Wire.error(reply.getErr())).isEqualTo(ErrorCode.ERR_VERSION_OUTDATED);
            assertThat(reply.getHint()).contains("2").contains("1");

            raw.send(GoldenBytesTest.request(RequestHeader.toServer(1000), InternalRpcs.LEARN_END, ENDED, 1));
            assertThat(raw.receiveFrame().error()).isEqualTo(ErrorCode.ERR_HANDLER_NOT_FOUND);
        }
    }

    @Test
    void aConnectionWithoutHelloKnowsNoCodeOfServers() throws Exception {
        try (RawConnection raw = new RawConnection(server.address())) {
            raw.send(GoldenBytesTest.request(RequestHeader.toServer(1000), InternalRpcs.LEARN_END, ENDED, 1));
            assertThat(raw.receiveFrame().error()).isEqualTo(ErrorCode.ERR_HANDLER_NOT_FOUND);
            raw.send(GoldenBytesTest.request(RequestHeader.toServer(1000), InternalRpcs.NODE_STREAM, beat(1), 2));
            assertThat(raw.receiveFrame().error()).isEqualTo(ErrorCode.ERR_HANDLER_NOT_FOUND);
        }
        assertThat(accepted).isEmpty();
    }

    @Test
    void framesGoBothWaysInOrder() {
        Heard<NodeStreamDown> down = new Heard<>();
        RpcStream<NodeStreamUp> up = client.openStream(server.address(), InternalRpcs.NODE_STREAM, down);
        for (int i = 0; i < 1000; i++) {
            up.send(beat(i)); // the first before the connection stands
        }
        Accepted side = takeAccepted();
        for (int i = 0; i < 1000; i++) {
            side.stream().send(beatReply(i));
        }

        await().atMost(5, TimeUnit.SECONDS)
                .until(() -> side.heard().frames.size() == 1000 && down.frames.size() == 1000);
        for (int i = 0; i < 1000; i++) {
            assertThat(side.heard().frames.get(i).getBeat().getSequence()).isEqualTo(i);
            assertThat(down.frames.get(i).getBeat().getSequence()).isEqualTo(i);
        }
        assertThat(side.caller().server()).isEqualTo(ALICE);
    }

    @Test
    void eachStreamHasAConnectionOfItsOwn() {
        Heard<NodeStreamDown> first = new Heard<>();
        Heard<NodeStreamDown> second = new Heard<>();
        client.openStream(server.address(), InternalRpcs.NODE_STREAM, first).send(beat(1));
        Accepted firstSide = takeAccepted();
        client.openStream(server.address(), InternalRpcs.NODE_STREAM, second).send(beat(2));
        Accepted secondSide = takeAccepted();
        assertThat(firstSide.caller().remote()).isNotEqualTo(secondSide.caller().remote());

        firstSide.stream().close();

        await().atMost(5, TimeUnit.SECONDS).until(() -> first.closed.size() == 1);
        secondSide.stream().send(beatReply(3));
        await().atMost(5, TimeUnit.SECONDS).until(() -> second.frames.size() == 1);
        assertThat(second.closed).isEmpty();
    }

    @Test
    void whatWasSentBeforeClosingArrivesAndBothSidesHearOfTheClosingOnce() {
        Heard<NodeStreamDown> down = new Heard<>();
        RpcStream<NodeStreamUp> up = client.openStream(server.address(), InternalRpcs.NODE_STREAM, down);
        up.send(beat(1));
        Accepted side = takeAccepted();

        side.stream().send(new NodeStreamDown().setWelcome(new NodeWelcome().setHint("not the leader")));
        side.stream().close();
        side.stream().send(beatReply(2)); // dropped

        await().atMost(5, TimeUnit.SECONDS)
                .until(() -> down.closed.size() == 1 && side.heard().closed.size() == 1);
        assertThat(down.frames).hasSize(1);
        assertThat(down.frames.get(0).getWelcome().getHint()).isEqualTo("not the leader");
        assertThat(side.heard().closed.get(0)).isEqualTo("closed here");
        up.send(beat(2)); // dropped as well
    }

    @Test
    void aStreamThatCannotBeOpenedOnlySaysThatItIsClosed() {
        Heard<NodeStreamDown> nobody = new Heard<>();
        HostPort gone = server.address();
        server.close();
        client.openStream(gone, InternalRpcs.NODE_STREAM, nobody).send(beat(1));
        await().atMost(5, TimeUnit.SECONDS).until(() -> nobody.closed.size() == 1);

        Heard<NodeStreamDown> afterwards = new Heard<>();
        client.close();
        client.openStream(gone, InternalRpcs.NODE_STREAM, afterwards);
        assertThat(afterwards.closed).hasSize(1);
        assertThat(nobody.frames).isEmpty();
    }

    @Test
    void aStreamToAServerThatRefusesItSaysWhy() {
        clientCluster = "c2";
        Heard<NodeStreamDown> refused = new Heard<>();
        client.openStream(server.address(), InternalRpcs.NODE_STREAM, refused).send(beat(1));

        await().atMost(5, TimeUnit.SECONDS).until(() -> refused.closed.size() == 1);
        assertThat(refused.closed.get(0)).contains("ERR_CLUSTER_NOT_FOUND").contains("c2");
    }

    @Test
    void aStreamWhoseReceiverIsSlowSaysSoAndThenThatItHasRoomAgain() throws Exception {
        Heard<NodeStreamDown> down = new Heard<>();
        CountDownLatch gate = new CountDownLatch(1);
        down.gate = gate;
        client.openStream(server.address(), InternalRpcs.NODE_STREAM, down).send(beat(1));
        Accepted side = takeAccepted();
        NodeStreamDown big = new NodeStreamDown().setWelcome(new NodeWelcome().setHint("x".repeat(1 << 20)));
        int sent = 0;
        while (side.stream().isWritable() && sent < 200) {
            side.stream().send(big);
            sent++;
        }
        assertThat(sent).isLessThan(200);

        gate.countDown();

        assertThat(side.heard().writable.await(5, TimeUnit.SECONDS)).isTrue();
        int all = sent;
        await().atMost(5, TimeUnit.SECONDS).until(() -> down.frames.size() == all);
        assertThat(side.stream().isWritable()).isTrue();
    }

    @Test
    void aListenerThatThrowsClosesItsStreamOnly() {
        List<String> closed = new CopyOnWriteArrayList<>();
        client.openStream(server.address(), InternalRpcs.NODE_STREAM, new RpcStream.Listener<>() {
                    @Override
                    public void onFrame(NodeStreamDown frame) {
                        throw new IllegalStateException("a bug in a listener");
                    }

                    @Override
                    public void onWritable() {}

                    @Override
                    public void onClosed(String reason) {
                        closed.add(reason);
                    }
                })
                .send(beat(1));
        takeAccepted().stream().send(new NodeStreamDown().setDirectives(new Directives()));

        await().atMost(5, TimeUnit.SECONDS).until(() -> closed.size() == 1);
        assertThat(closed.get(0)).contains("a bug in a listener");
        assertThat(learnEnd().join()).isNotNull();
    }

    @Test
    void aRequestThatLacksWhatItMeansNothingWithoutIsRefusedAndTheConnectionGoesOn() throws Exception {
        try (RawConnection raw = new RawConnection(server.address())) {
            raw.send(GoldenBytesTest.request(
                    RequestHeader.toServer(1000), InternalRpcs.HELLO, new Hello(1, "c1", Wire.address(ALICE), 1), 0));
            assertThat(raw.receiveFrame().error()).isEqualTo(ErrorCode.ERR_OK);
            TBase<?, ?> noFields = new NodeStreamUp();
            raw.send(GoldenBytesTest.request(RequestHeader.toServer(1000), InternalRpcs.LEARN_END, noFields, 1));
            assertThat(raw.receiveFrame().error()).isEqualTo(ErrorCode.ERR_INVALID_DATA);

            raw.send(GoldenBytesTest.request(RequestHeader.toServer(1000), InternalRpcs.LEARN_END, ENDED, 2));
            assertThat(raw.receiveFrame().error()).isEqualTo(ErrorCode.ERR_OK);
        }
    }

    @Test
    void aFrameOfSomethingElseOnTheConnectionOfAStreamClosesIt() throws Exception {
        try (RawConnection raw = new RawConnection(server.address())) {
            raw.send(GoldenBytesTest.request(
                    RequestHeader.toServer(1000), InternalRpcs.HELLO, new Hello(1, "c1", Wire.address(ALICE), 1), 0));
            assertThat(raw.receiveFrame().error()).isEqualTo(ErrorCode.ERR_OK);
            raw.send(GoldenBytesTest.request(RequestHeader.toServer(1000), InternalRpcs.NODE_STREAM, beat(1), 5));
            Accepted side = takeAccepted();
            raw.send(GoldenBytesTest.request(RequestHeader.toServer(1000), InternalRpcs.NODE_STREAM, beat(2), 6));

            assertThat(raw.isClosedByServer()).isTrue();
            await().atMost(5, TimeUnit.SECONDS).until(() -> side.heard().closed.size() == 1);
        }
    }

    private CompletableFuture<LearnEndReply> learnEnd() {
        return client.call(server.address(), InternalRpcs.LEARN_END, RequestHeader.toServer(5000), ENDED);
    }

    private Accepted takeAccepted() {
        return await().atMost(5, TimeUnit.SECONDS).until(accepted::poll, Objects::nonNull);
    }

    private static NodeStreamUp beat(long sequence) {
        return new NodeStreamUp().setBeat(new Beat(sequence));
    }

    private static NodeStreamDown beatReply(long sequence) {
        return new NodeStreamDown().setBeat(new BeatReply(sequence, 1));
    }
}
