package dev.sluice.common.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.RpcHandlers.Access;
import dev.sluice.wire.Blob;
import dev.sluice.wire.WireLong;
import dev.sluice.wire.WireString;
import dev.sluice.wire.admin.ListAppsRequest;
import dev.sluice.wire.data.ReadResponse;
import dev.sluice.wire.data.UpdateRequest;
import dev.sluice.wire.data.UpdateResponse;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.thrift.TException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds section 1.7 of the protocol document, over real sockets. */
class ServerBehaviourTest {
    private static final RequestHeader TO_PARTITION = RequestHeader.toPartition(new Gpid(2, 5), 1000, 0);
    private static final int FRAME_MAX = 1 << 20;

    private final BlockingQueue<Long> cleared = new LinkedBlockingQueue<>();
    private RpcIo io;
    private NettyRpcServer server;
    private HostPort address;

    @BeforeEach
    void startServer() {
        RpcHandlers handlers = new RpcHandlers()
                .on(
                        DataRpcs.GET,
                        Access.CLIENTS,
                        (caller, header, key, responder) -> responder.reply(new ReadResponse(
                                0, Blob.of("value".getBytes(StandardCharsets.UTF_8)), 2, 5, "127.0.0.1:34801")))
                .on(
                        DataRpcs.PUT,
                        Access.CLIENTS,
                        (caller, header, request, responder) -> responder.reply(new UpdateResponse()
                                .setDecree(request.getValue().bytes().length)))
                .on(DataRpcs.REMOVE, Access.CLIENTS, (caller, header, request, responder) -> {
                    throw new IllegalStateException("a bug in a handler");
                })
                .on(AdminRpcs.REMOTE_COMMAND, Access.CLIENTS, (caller, header, command, responder) -> {
                    responder.reply(WireString.of(command.getCmd() + command.getArguments()));
                    responder.fail(ErrorCode.ERR_UNKNOWN); // a second answer goes nowhere
                })
                .onOneWay(DataRpcs.CLEAR_SCANNER, Access.CLIENTS, (caller, header, id, responder) -> {
                    responder.reply(new dev.sluice.wire.WireNothing());
                    cleared.add(id.number());
                });
        io = RpcIo.start("test", 2);
        server = NettyRpcServer.start(
                io, "127.0.0.1", 0, handlers, null, new RpcLimits(FRAME_MAX, 1 << 16, 1 << 14, 100, 1000));
        address = server.address();
    }

    @AfterEach
    void stopServer() {
        server.close();
        io.close();
    }

    @Test
    void theWorkedGetIsAnsweredByteForByteInBothHeaderVersions() throws IOException {
        try (RawConnection connection = new RawConnection(address)) {
            connection.send(GoldenFrames.GET_V1, GoldenFrames.GET_V0);

            assertThat(connection.receive()).isEqualTo(GoldenFrames.GET_REPLY);
            assertThat(connection.receive()).isEqualTo(GoldenFrames.GET_REPLY);
        }
    }

    @Test
    void aRequestInSingleBytesIsAnswered() throws IOException {
        try (RawConnection connection = new RawConnection(address)) {
            for (byte b : GoldenFrames.GET_V1) {
                connection.send(new byte[] {b});
            }

            assertThat(connection.receive()).isEqualTo(GoldenFrames.GET_REPLY);
        }
    }

    @Test
    void anUnknownTaskCodeIsAnsweredWithItsOwnNameAndHandlerNotFound() throws IOException, TException {
        Rpc<ListAppsRequest, UpdateResponse> unknown =
                new Rpc<>("RPC_NOBODY_KNOWS", ListAppsRequest::new, UpdateResponse::new);
        try (RawConnection connection = new RawConnection(address)) {
            connection.send(GoldenBytesTest.request(RequestHeader.toServer(1000), unknown, new ListAppsRequest(), 9));

            ByteBuf expected = Unpooled.buffer();
            MessageCodec.writeErrorReply(
                    expected,
                    ErrorCode.ERR_HANDLER_NOT_FOUND,
                    "RPC_NOBODY_KNOWS_ACK".getBytes(StandardCharsets.US_ASCII),
                    9);
            assertThat(connection.receive()).isEqualTo(ByteBufUtil.getBytes(expected));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1})
    void aDataCodeWithoutAnAppIsNotFound(int appId) throws IOException, TException {
        RequestHeader header = RequestHeader.toPartition(new Gpid(appId, 0), 1000, 0);

        assertThat(errorOf(GoldenBytesTest.request(header, DataRpcs.GET, Blob.of(new byte[2]), 1)))
                .isEqualTo(ErrorCode.ERR_HANDLER_NOT_FOUND);
    }

    @Test
    void codesOfServersDoNotExistForClients() throws IOException, TException {
        byte[] frame = GoldenBytesTest.request(
                RequestHeader.toServer(1), InternalRpcs.HELLO, new dev.sluice.wire.internal.Hello(), 1);

        assertThat(errorOf(frame)).isEqualTo(ErrorCode.ERR_HANDLER_NOT_FOUND);
    }

    @Test
    void aBodyThatCannotBeReadGetsInvalidDataAndTheConnectionGoesOn() throws IOException, TException {
        byte[] wrongType = GoldenFrames.GET_V1.clone();
        wrongType[0x52] = 0x0b;
        byte[] tooLong = GoldenFrames.GET_V1.clone();
        tooLong[0x55] = 0x7f;
        try (RawConnection connection = new RawConnection(address)) {
            connection.send(wrongType, tooLong, GoldenFrames.GET_V1);

            assertThat(connection.receiveFrame().error()).isEqualTo(ErrorCode.ERR_INVALID_DATA);
            assertThat(connection.receiveFrame().error()).isEqualTo(ErrorCode.ERR_INVALID_DATA);
            assertThat(connection.receive()).isEqualTo(GoldenFrames.GET_REPLY);
        }
    }

    @Test
    void aHandlerThatThrowsIsAnsweredWithUnknown() throws IOException, TException {
        assertThat(errorOf(GoldenBytesTest.request(TO_PARTITION, DataRpcs.REMOVE, Blob.of(new byte[2]), 1)))
                .isEqualTo(ErrorCode.ERR_UNKNOWN);
    }

    @Test
    void clearScannerIsHandedOverAndNeverAnswered() throws Exception {
        try (RawConnection connection = new RawConnection(address)) {
            connection.send(
                    GoldenBytesTest.request(TO_PARTITION, DataRpcs.CLEAR_SCANNER, WireLong.of(77), 1),
                    GoldenFrames.GET_V1);

            assertThat(connection.receive()).isEqualTo(GoldenFrames.GET_REPLY);
            assertThat(cleared.poll(5, TimeUnit.SECONDS)).isEqualTo(77);
        }
    }

    @Test
    void aOneWayMessageIsAnsweredLikeACall() throws IOException {
        byte[] oneWay = GoldenFrames.GET_V1.clone();
        oneWay[0x38] = 4;
        try (RawConnection connection = new RawConnection(address)) {
            assertThat(connection.send(oneWay).receive()).isEqualTo(GoldenFrames.GET_REPLY);
        }
    }

    @Test
    void theOldFormOfTheEnvelopeIsAccepted() throws IOException {
        ByteBuf body = Unpooled.buffer();
        body.writeInt(17).writeCharSequence("RPC_RRDB_RRDB_GET", StandardCharsets.US_ASCII);
        body.writeByte(1).writeInt(7).writeBytes(GoldenFrames.GET_V1, 0x52, GoldenFrames.GET_V1.length - 0x52);
        byte[] frame = new byte[48 + body.readableBytes()];
        System.arraycopy(GoldenFrames.GET_V0, 0, frame, 0, 48);
        frame[19] = (byte) body.readableBytes();
        body.readBytes(frame, 48, body.readableBytes());
        try (RawConnection connection = new RawConnection(address)) {
            assertThat(connection.send(frame).receive()).isEqualTo(GoldenFrames.GET_REPLY);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\n\r\n",
                "POST / HTTP/1.1\r\n\r\n",
                "RDSN............",
                "\u0000\u0000\u0000\u0000",
                "THFT\u0000\u0000\u0000\u0002\u0000\u0000\u0000\u0000", // header version 2
                "THFT\u0000\u0000\u0000\u0000\u0000\u0000\u00001", // header length 49
                "THFT\u0000\u0000\u0000\u0001\u0000\u0000\u0000%\u007f\u0000\u0000\u0000", // 2 GB of body
                "THFT\u0000\u0000\u0000\u0001\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000" // nothing in it
            })
    void whatIsNoFrameClosesTheConnectionWithoutAReply(String bytes) throws IOException {
        try (RawConnection connection = new RawConnection(address)) {
            connection.send(bytes.getBytes(StandardCharsets.ISO_8859_1));

            assertThat(connection.isClosedByServer()).isTrue();
        }
        assertServes();
    }

    @Test
    void aMessageThatIsNoRequestClosesTheConnection() throws IOException {
        byte[] reply = GoldenFrames.GET_V1.clone();
        reply[0x38] = 2;
        try (RawConnection connection = new RawConnection(address)) {
            assertThat(connection.send(reply).isClosedByServer()).isTrue();
        }
        assertServes();
    }

    @Test
    void aFrameOfTheLongestLengthIsServedAndOneByteMoreClosesTheConnection() throws IOException, TException {
        int overhead = put(0).length;
        try (RawConnection connection = new RawConnection(address)) {
            connection.send(put(FRAME_MAX - overhead));
            assertThat(connection.receiveFrame().error()).isEqualTo(ErrorCode.ERR_OK);

            connection.send(Arrays.copyOf(put(FRAME_MAX - overhead + 1), 100));
            assertThat(connection.isClosedByServer()).isTrue();
        }
        assertServes();
    }

    @Test
    void sizesThatTheFrameCannotHoldMakeNothingLarge() throws IOException, TException {
        // batch_get with 2^31 - 1 keys, each of which could be as short as one byte, and with a million empty ones
        ByteBuf args = Unpooled.buffer();
        args.writeByte(0x0c)
                .writeShort(1)
                .writeByte(0x0f)
                .writeShort(1)
                .writeByte(0x0c)
                .writeInt(Integer.MAX_VALUE);
        ByteBuf nested = Unpooled.buffer();
        nested.writeByte(0x0c).writeShort(1);
        for (int depth = 0; depth < 100_000; depth++) {
            nested.writeByte(0x0c).writeShort(99);
        }
        RpcHandlers more = new RpcHandlers()
                .on(
                        DataRpcs.BATCH_GET,
                        Access.CLIENTS,
                        (caller, header, request, responder) -> responder.fail(ErrorCode.ERR_OBJECT_NOT_FOUND));
        try (NettyRpcServer other = NettyRpcServer.start(io, "127.0.0.1", 0, more, null, RpcLimits.DEFAULT);
                RawConnection connection = new RawConnection(other.address())) {
            connection.send(frame(DataRpcs.BATCH_GET.taskCode(), args), frame(DataRpcs.BATCH_GET.taskCode(), nested));

            assertThat(connection.receiveFrame().error()).isEqualTo(ErrorCode.ERR_INVALID_DATA);
            assertThat(connection.receiveFrame().error()).isEqualTo(ErrorCode.ERR_INVALID_DATA);
        }
    }

    @Test
    void randomAndMutatedBytesHarmNobodyElse() throws IOException {
        Random random = new Random(42);
        List<byte[]> good = List.of(
                GoldenFrames.GET_V0,
                GoldenFrames.GET_V1,
                GoldenFrames.QUERY_CONFIG_V1,
                GoldenFrames.START_BULK_LOAD_V0);
        try (RawConnection bystander = new RawConnection(address)) {
            for (int round = 0; round < 300; round++) {
                byte[] bytes = good.get(random.nextInt(good.size())).clone();
                for (int i = random.nextInt(6); i >= 0; i--) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
                }
                if (round % 3 == 0) {
                    random.nextBytes(bytes);
                }
                try (RawConnection attacker = new RawConnection(address)) {
                    attacker.send(bytes);
                }
                assertThat(bystander.send(GoldenFrames.GET_V1).receive())
                        .as("seed 42, round %s", round)
                        .isEqualTo(GoldenFrames.GET_REPLY);
            }
        }
    }

    @Test
    void whoDoesNotTakeItsRepliesGetsNoFurtherRequestsRead() throws Exception {
        byte[] big = new byte[1 << 17];
        java.util.concurrent.atomic.AtomicInteger served = new java.util.concurrent.atomic.AtomicInteger();
        RpcHandlers more = new RpcHandlers().on(DataRpcs.GET, Access.CLIENTS, (caller, header, key, responder) -> {
            served.incrementAndGet();
            responder.reply(new ReadResponse(0, Blob.of(big), 2, 5, ""));
        });
        int requests = 2000;
        try (NettyRpcServer other = NettyRpcServer.start(
                        io, "127.0.0.1", 0, more, null, new RpcLimits(FRAME_MAX, 1 << 16, 1 << 14, 100, 1000));
                RawConnection greedy = new RawConnection(other.address())) {
            Thread sender = new Thread(() -> {
                try {
                    for (int i = 0; i < requests; i++) {
                        greedy.send(GoldenFrames.GET_V1);
                    }
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            sender.start();
            org.awaitility.Awaitility.await()
                    .during(300, TimeUnit.MILLISECONDS)
                    .atMost(5, TimeUnit.SECONDS)
                    .until(() -> {
                        int before = served.get();
                        return before > 0 && before == served.get();
                    });
            assertThat(served.get()).isLessThan(requests);

            for (int i = 0; i < requests; i++) {
                greedy.receive();
            }
            sender.join();
            assertThat(served.get()).isEqualTo(requests);
        }
    }

    @Test
    void aPortInUseIsRefusedByName() {
        assertThatThrownBy(() -> NettyRpcServer.start(
                        io, "127.0.0.1", address.port(), new RpcHandlers(), null, RpcLimits.DEFAULT))
                .isInstanceOf(RpcException.class)
                .hasMessageContaining(address.toString());
    }

    private void assertServes() throws IOException {
        try (RawConnection connection = new RawConnection(address)) {
            assertThat(connection.send(GoldenFrames.GET_V1).receive()).isEqualTo(GoldenFrames.GET_REPLY);
        }
    }

    private ErrorCode errorOf(byte[] frame) throws IOException, TException {
        try (RawConnection connection = new RawConnection(address)) {
            return connection.send(frame).receiveFrame().error();
        }
    }

    private static byte[] put(int valueBytes) throws TException {
        return GoldenBytesTest.request(
                TO_PARTITION, DataRpcs.PUT, new UpdateRequest(new Blob(), Blob.of(new byte[valueBytes]), 0), 1);
    }

    private static byte[] frame(String taskCode, ByteBuf arguments) {
        ByteBuf body = Unpooled.buffer().writeInt(0x80010001).writeInt(taskCode.length());
        body.writeCharSequence(taskCode, StandardCharsets.US_ASCII);
        body.writeInt(1).writeBytes(arguments);
        ByteBuf out = Unpooled.buffer().writeBytes(GoldenFrames.GET_V1, 0, 0x35).writeBytes(body.duplicate());
        out.setInt(12, body.readableBytes());
        return ByteBufUtil.getBytes(out);
    }
}
