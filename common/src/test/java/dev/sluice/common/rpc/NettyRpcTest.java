package dev.sluice.common.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.RpcHandlers.Access;
import dev.sluice.wire.Blob;
import dev.sluice.wire.WireLong;
import dev.sluice.wire.data.ReadResponse;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Our client against our server: pipelining, time-outs, lost connections. */
class NettyRpcTest {
    private static final Rpc<Blob, ReadResponse> HELD = new Rpc<>("RPC_HELD", Blob::new, ReadResponse::new);
    private static final RequestHeader HEADER = RequestHeader.toPartition(new Gpid(2, 5), 5000, 0);

    private final BlockingQueue<Responder<ReadResponse>> held = new LinkedBlockingQueue<>();
    private final BlockingQueue<RequestHeader> headers = new LinkedBlockingQueue<>();
    private final BlockingQueue<Long> cleared = new LinkedBlockingQueue<>();
    private RpcIo io;
    private RpcHandlers handlers;
    private NettyRpcServer server;
    private NettyRpcClient client;
    private HostPort address;

    @BeforeEach
    void start() {
        io = RpcIo.start("test", 2);
        handlers = new RpcHandlers()
                .on(DataRpcs.GET, Access.CLIENTS, (caller, header, key, responder) -> {
                    headers.add(header);
                    responder.reply(new ReadResponse().setValue(key));
                })
                .on(
                        DataRpcs.TTL,
                        Access.CLIENTS,
                        (caller, header, key, responder) -> responder.fail(ErrorCode.ERR_INVALID_STATE))
                .onOneWay(
                        DataRpcs.CLEAR_SCANNER,
                        Access.CLIENTS,
                        (caller, header, id, responder) -> cleared.add(id.number()))
                .on(HELD, Access.CLIENTS, (caller, header, key, responder) -> held.add(responder));
        server = NettyRpcServer.start(io, "127.0.0.1", 0, handlers, null, RpcLimits.DEFAULT);
        address = server.address();
        client = new NettyRpcClient(io, null, RpcLimits.DEFAULT);
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
        io.close();
    }

    @Test
    void theHeaderArrivesAsItWasSent() throws Exception {
        RequestHeader sent = new RequestHeader(new Gpid(7, 3), 1234, -5L, true);

        client.call(address, DataRpcs.GET, sent, Blob.of(new byte[2])).join();

        assertThat(headers.poll(5, TimeUnit.SECONDS)).isEqualTo(sent.withBodyBytes(39));
    }

    @Test
    void manyRequestsAtOnceEachGetTheirOwnReply() {
        List<CompletableFuture<ReadResponse>> replies = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            replies.add(client.call(address, DataRpcs.GET, HEADER, key(i)));
        }

        for (int i = 0; i < replies.size(); i++) {
            assertThat(replies.get(i).join().getValue()).isEqualTo(key(i));
        }
    }

    @Test
    void repliesInAnyOrderFindTheirRequests() throws Exception {
        List<CompletableFuture<ReadResponse>> replies = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            replies.add(callHeld(5000));
        }
        List<Responder<ReadResponse>> responders = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            responders.add(takeHeld());
        }
        Collections.reverse(responders);
        for (int i = 0; i < 10; i++) {
            responders.get(i).reply(new ReadResponse().setValue(key(9 - i)));
        }

        for (int i = 0; i < 10; i++) {
            assertThat(replies.get(i).join().getValue()).isEqualTo(key(i));
        }
    }

    @Test
    void aHeaderErrorBecomesTheErrorOfTheCall() {
        assertThat(errorOf(client.call(address, DataRpcs.TTL, HEADER, key(1)))).isEqualTo(ErrorCode.ERR_INVALID_STATE);
        assertThat(errorOf(client.call(address, DataRpcs.SORTKEY_COUNT, HEADER, key(1))))
                .isEqualTo(ErrorCode.ERR_HANDLER_NOT_FOUND);
    }

    @Test
    void aRequestWithoutReplyIsDoneOnceItIsSent() throws Exception {
        client.call(address, DataRpcs.CLEAR_SCANNER, HEADER, WireLong.of(9)).join();

        assertThat(cleared.poll(5, TimeUnit.SECONDS)).isEqualTo(9);
    }

    @Test
    void aRequestWithoutReplyInTimeTimesOutAndALateReplyIsDropped() throws Exception {
        CompletableFuture<ReadResponse> late = callHeld(50);

        assertThat(errorOf(late)).isEqualTo(ErrorCode.ERR_TIMEOUT);
        takeHeld().reply(new ReadResponse());
        assertThat(client.call(address, DataRpcs.GET, HEADER, key(1)).join().getValue())
                .isEqualTo(key(1));
    }

    @Test
    void aShorterTimeOutBehindALongerOneIsKept() throws Exception {
        CompletableFuture<ReadResponse> patient = callHeld(60_000);
        CompletableFuture<ReadResponse> hasty = callHeld(30);

        assertThat(errorOf(hasty)).isEqualTo(ErrorCode.ERR_TIMEOUT);
        assertThat(patient).isNotDone();
        takeHeld().reply(new ReadResponse());
        assertThat(patient.get(5, TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void aLostConnectionFailsWhatWaitsAndTheNextRequestMakesANewOne() throws Exception {
        CompletableFuture<ReadResponse> waiting = callHeld(60_000);
        takeHeld();
        server.close();
        assertThat(errorOf(waiting)).isEqualTo(ErrorCode.ERR_NETWORK_FAILURE);
        assertThat(errorOf(client.call(address, DataRpcs.GET, HEADER, key(1))))
                .isEqualTo(ErrorCode.ERR_NETWORK_FAILURE);

        server = NettyRpcServer.start(io, "127.0.0.1", address.port(), handlers, null, RpcLimits.DEFAULT);

        assertThat(client.call(address, DataRpcs.GET, HEADER, key(2)).join().getValue())
                .isEqualTo(key(2));
    }

    @Test
    void aFailedRequestSaysWhetherItWasSent() throws Exception {
        CompletableFuture<ReadResponse> sent = callHeld(60_000);
        takeHeld();
        server.close();
        assertThat(failureOf(sent).isUnsent()).isFalse();

        CompletableFuture<ReadResponse> unsent = client.call(address, DataRpcs.GET, HEADER, key(1));
        assertThat(failureOf(unsent).isUnsent()).isTrue();
    }

    @Test
    void aRequestThatIsNotAnsweredForAWhileSaysSoOnceAndIsStillWaitedFor() throws Exception {
        AtomicInteger silences = new AtomicInteger();
        CompletableFuture<ReadResponse> waiting =
                client.call(address, HELD, RequestHeader.toServer(60_000), new Blob(), 20, silences::incrementAndGet);
        CompletableFuture<ReadResponse> hasty = callHeld(200);

        assertThat(errorOf(hasty)).isEqualTo(ErrorCode.ERR_TIMEOUT);
        assertThat(silences).hasValue(1);
        assertThat(waiting).isNotDone();
        takeHeld().reply(new ReadResponse());
        assertThat(waiting.get(5, TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void aServerThatAcceptsAndSaysNothingTimesOutAndIsGivenUp() throws IOException {
        try (ServerSocket silent = new ServerSocket(0)) {
            HostPort target = new HostPort("127.0.0.1", silent.getLocalPort());
            for (int i = 0; i < 3; i++) {
                assertThat(errorOf(client.call(
                                target, DataRpcs.GET, RequestHeader.toPartition(new Gpid(1, 0), 20, 0), key(1))))
                        .isEqualTo(ErrorCode.ERR_TIMEOUT);
            }
            silent.accept();
            CompletableFuture<ReadResponse> next =
                    client.call(target, DataRpcs.GET, RequestHeader.toPartition(new Gpid(1, 0), 200, 0), key(1));
            silent.accept(); // a second connection: the first was given up
            assertThat(errorOf(next)).isEqualTo(ErrorCode.ERR_TIMEOUT);
        }
    }

    @Test
    void aReplyThatIsNoneFailsWhatWaits() throws Exception {
        try (ServerSocket liar = new ServerSocket(0)) {
            HostPort target = new HostPort("127.0.0.1", liar.getLocalPort());
            CompletableFuture<ReadResponse> asked = client.call(target, DataRpcs.GET, HEADER, key(1));
            try (java.net.Socket accepted = liar.accept()) {
                // Only then does the request wait for a reply of this connection.
                assertThat(accepted.getInputStream().read()).isNotNegative();
                accepted.getOutputStream().write(new byte[] {0x7f, 0, 0, 0, 1, 2, 3, 4});
                assertThat(errorOf(asked)).isEqualTo(ErrorCode.ERR_NETWORK_FAILURE);
            }
        }
    }

    @Test
    void moreRequestsThanMayWaitAreRefusedAsBusy() throws Exception {
        RpcLimits three = new RpcLimits(1 << 20, 1 << 16, 1 << 14, 3, 1000);
        try (NettyRpcClient small = new NettyRpcClient(io, null, three)) {
            List<CompletableFuture<ReadResponse>> calls = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                calls.add(small.call(address, new Rpc<>("RPC_HELD", Blob::new, ReadResponse::new), HEADER, key(i)));
            }
            assertThat(errorOf(calls.get(3))).isEqualTo(ErrorCode.ERR_BUSY);
            for (int i = 0; i < 3; i++) {
                takeHeld().reply(new ReadResponse());
                assertThat(calls.get(i).get(5, TimeUnit.SECONDS)).isNotNull();
            }
        }
    }

    @Test
    void moreRequestsThanMayWaitToBeSentAreRefusedAsBusy() throws Exception {
        RpcLimits three = new RpcLimits(1 << 20, 1 << 16, 1 << 14, 3, 1000);
        CountDownLatch networkThreadStops = new CountDownLatch(1);
        CountDownLatch networkThreadGoesOn = new CountDownLatch(1);
        try (RpcIo oneThread = RpcIo.start("stuck", 1);
                NettyRpcClient small = new NettyRpcClient(oneThread, null, three)) {
            CompletableFuture<Void> stuck = small.call(
                            address, new Rpc<>("RPC_HELD", Blob::new, ReadResponse::new), HEADER, key(0))
                    .thenRun(() -> {
                        networkThreadStops.countDown();
                        try {
                            networkThreadGoesOn.await();
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                    });
            takeHeld().reply(new ReadResponse());
            networkThreadStops.await();
            List<CompletableFuture<ReadResponse>> calls = new ArrayList<>();
            try {
                for (int i = 0; i < 4; i++) {
                    calls.add(small.call(address, DataRpcs.GET, HEADER, key(i)));
                }
                assertThat(calls.get(3)).isCompletedExceptionally();
                assertThat(errorOf(calls.get(3))).isEqualTo(ErrorCode.ERR_BUSY);
            } finally {
                networkThreadGoesOn.countDown();
            }
            for (int i = 0; i < 3; i++) {
                assertThat(calls.get(i).get(5, TimeUnit.SECONDS)).isNotNull();
            }
            stuck.get(5, TimeUnit.SECONDS);
        }
    }

    @Test
    void aRequestLongerThanAFrameIsNotSent() {
        RpcLimits tiny = new RpcLimits(1024, 1 << 16, 1 << 14, 3, 1000);
        try (NettyRpcClient small = new NettyRpcClient(io, null, tiny)) {
            assertThat(errorOf(small.call(address, DataRpcs.GET, HEADER, Blob.of(new byte[2000]))))
                    .isEqualTo(ErrorCode.ERR_INVALID_DATA);
        }
    }

    @Test
    void aReplyLongerThanAFrameBecomesAnError() {
        RpcHandlers long_ = new RpcHandlers()
                .on(
                        DataRpcs.GET,
                        Access.CLIENTS,
                        (caller, header, key, responder) ->
                                responder.reply(new ReadResponse().setValue(Blob.of(new byte[5000]))));
        try (NettyRpcServer small =
                NettyRpcServer.start(io, "127.0.0.1", 0, long_, null, new RpcLimits(1024, 1 << 16, 1 << 14, 3, 1000))) {
            assertThat(errorOf(client.call(small.address(), DataRpcs.GET, HEADER, key(1))))
                    .isEqualTo(ErrorCode.ERR_INVALID_DATA);
        }
    }

    @Test
    void closingTheClientFailsWhatWaitsAndWhatComes() throws Exception {
        CompletableFuture<ReadResponse> waiting = callHeld(60_000);
        takeHeld();

        client.close();

        assertThat(errorOf(waiting)).isEqualTo(ErrorCode.ERR_NETWORK_FAILURE);
        assertThat(errorOf(callHeld(1000))).isEqualTo(ErrorCode.ERR_NETWORK_FAILURE);
    }

    @Test
    void aClientThatIsNoServerCannotSendWhatServersSay() {
        assertThat(errorOf(client.call(
                        address,
                        InternalRpcs.LEARN_END,
                        RequestHeader.toServer(100),
                        new dev.sluice.wire.internal.LearnEndRequest())))
                .isEqualTo(ErrorCode.ERR_HANDLER_NOT_FOUND);
    }

    private CompletableFuture<ReadResponse> callHeld(int timeoutMs) {
        return client.call(address, HELD, RequestHeader.toServer(timeoutMs), new Blob());
    }

    private Responder<ReadResponse> takeHeld() {
        return await().atMost(5, TimeUnit.SECONDS).until(held::poll, java.util.Objects::nonNull);
    }

    static ErrorCode errorOf(CompletableFuture<?> call) {
        return failureOf(call).error();
    }

    private static RpcException failureOf(CompletableFuture<?> call) {
        CompletionException failure = catchThrowableOfType(
                CompletionException.class,
                () -> call.orTimeout(10, TimeUnit.SECONDS).join());
        assertThat(failure).isNotNull();
        assertThat(failure.getCause()).isInstanceOf(RpcException.class);
        return (RpcException) java.util.Objects.requireNonNull(failure.getCause());
    }

    private static Blob key(int i) {
        return Blob.of(new byte[] {(byte) (i >>> 16), (byte) (i >>> 8), (byte) i});
    }
}
