package dev.sluice.common.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.data.PartitionHash;
import dev.sluice.common.data.StoredKey;
import dev.sluice.wire.Blob;
import dev.sluice.wire.WireAddress;
import dev.sluice.wire.WireLong;
import dev.sluice.wire.WireString;
import dev.sluice.wire.admin.PartitionConfiguration;
import dev.sluice.wire.admin.QueryConfigRequest;
import dev.sluice.wire.admin.QueryConfigResponse;
import dev.sluice.wire.bulkload.StartBulkLoadRequest;
import dev.sluice.wire.bulkload.StartBulkLoadResponse;
import dev.sluice.wire.data.ReadResponse;
import dev.sluice.wire.data.UpdateRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.apache.thrift.TBase;
import org.apache.thrift.TException;
import org.junit.jupiter.api.Test;

/** Holds the worked examples of the protocol document, section 1.8, byte for byte in both directions. */
class GoldenBytesTest {
    private static final int FRAME_MAX = 1 << 20;
    private static final byte[] KEY = StoredKey.of(utf8("hash_key"), utf8("sort_key"));

    @Test
    void queryConfigRequestOfTheJavaClientIsWrittenAndRead() throws TException {
        RequestHeader header = new RequestHeader(new Gpid(-1, -2), 5000, 0, false);
        QueryConfigRequest request = new QueryConfigRequest().setAppName("temp");

        assertThat(request(header, AdminRpcs.QUERY_CONFIG, request, 1)).isEqualTo(GoldenFrames.QUERY_CONFIG_V1);
        assertRead(GoldenFrames.QUERY_CONFIG_V1, header, AdminRpcs.QUERY_CONFIG, 1, request);
    }

    @Test
    void queryConfigRequestWithHeaderVersion0IsRead() throws TException {
        byte[] head = GoldenFrames.bytes("5448465400000000000000300000000000" + "00004a"
                + "0000000000000000000000000000138800000000" + "0000000000000000");
        byte[] body = Arrays.copyOfRange(GoldenFrames.QUERY_CONFIG_V1, 0x35, GoldenFrames.QUERY_CONFIG_V1.length);
        byte[] frame = Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, frame, head.length, body.length);

        assertThat(frame).hasSize(122);
        assertRead(
                frame,
                RequestHeader.toServer(5000),
                AdminRpcs.QUERY_CONFIG,
                1,
                new QueryConfigRequest().setAppName("temp"));
    }

    @Test
    void queryConfigReplyIsWrittenAndRead() throws TException {
        PartitionConfiguration partition = new PartitionConfiguration()
                .setPid(Wire.gpid(new Gpid(2, 0)))
                .setBallot(3)
                .setMaxReplicaCount(3)
                .setPrimary(WireAddress.of("127.0.0.1", 34801))
                .setSecondaries(List.of(WireAddress.of("127.0.0.1", 34802), WireAddress.of("127.0.0.1", 34803)))
                .setLastCommittedDecree(17)
                .setPartitionFlags(0);
        QueryConfigResponse reply = new QueryConfigResponse()
                .setErr(Wire.error(ErrorCode.ERR_OK))
                .setAppId(2)
                .setPartitionCount(1)
                .setIsStateful(true)
                .setPartitions(List.of(partition));

        assertThat(reply(AdminRpcs.QUERY_CONFIG, 1, reply)).isEqualTo(GoldenFrames.QUERY_CONFIG_REPLY);
        assertReplyRead(GoldenFrames.QUERY_CONFIG_REPLY, 1, new QueryConfigResponse(), reply);
    }

    @Test
    void getIsWrittenInVersion1AndReadInBoth() throws TException {
        RequestHeader header = RequestHeader.toPartition(new Gpid(2, 5), 1000, PartitionHash.ofStoredKey(KEY));

        assertThat(request(header, DataRpcs.GET, Blob.of(KEY), 7)).isEqualTo(GoldenFrames.GET_V1);
        assertRead(GoldenFrames.GET_V1, header, DataRpcs.GET, 7, Blob.of(KEY));
        assertRead(GoldenFrames.GET_V0, header, DataRpcs.GET, 7, Blob.of(KEY));
    }

    @Test
    void getRepliesAreWrittenAndRead() throws TException {
        ReadResponse found = new ReadResponse(0, Blob.of(utf8("value")), 2, 5, "127.0.0.1:34801");
        ReadResponse absent = new ReadResponse(1, new Blob(), 2, 5, "127.0.0.1:34801");

        assertThat(reply(DataRpcs.GET, 7, found)).isEqualTo(GoldenFrames.GET_REPLY);
        assertThat(reply(DataRpcs.GET, 7, absent)).isEqualTo(GoldenFrames.GET_NOT_FOUND_REPLY);
        assertReplyRead(GoldenFrames.GET_REPLY, 7, new ReadResponse(), found);
        assertReplyRead(GoldenFrames.GET_NOT_FOUND_REPLY, 7, new ReadResponse(), absent);
    }

    @Test
    void aReplyLeavesNoFieldOutThatWasNeverSet() throws TException {
        ReadResponse absent =
                new ReadResponse().setError(1).setAppId(2).setPartitionIndex(5).setServer("127.0.0.1:34801");

        assertThat(reply(DataRpcs.GET, 7, absent)).isEqualTo(GoldenFrames.GET_NOT_FOUND_REPLY);
    }

    @Test
    void headerErrorIsWrittenAndRead() throws TException {
        ByteBuf out = Unpooled.buffer();
        MessageCodec.writeErrorReply(out, ErrorCode.ERR_INVALID_STATE, ackName(DataRpcs.GET), 7);

        assertThat(ByteBufUtil.getBytes(out)).isEqualTo(GoldenFrames.GET_NOT_PRIMARY_REPLY);
        ReplyFrame read = Objects.requireNonNull(
                ReplyFrame.read(Unpooled.wrappedBuffer(GoldenFrames.GET_NOT_PRIMARY_REPLY), FRAME_MAX));
        assertThat(read.error()).isEqualTo(ErrorCode.ERR_INVALID_STATE);
        assertThat(read.sequenceId()).isEqualTo(7);
    }

    @Test
    void startBulkLoadIsReadAndItsReplyWritten() throws TException {
        StartBulkLoadRequest request = new StartBulkLoadRequest("temp", "onebox", "local_service", "/bulk", false);

        assertRead(
                GoldenFrames.START_BULK_LOAD_V0, RequestHeader.toServer(10_000), AdminRpcs.START_BULK_LOAD, 3, request);
        assertThat(reply(AdminRpcs.START_BULK_LOAD, 3, new StartBulkLoadResponse()))
                .isEqualTo(GoldenFrames.START_BULK_LOAD_REPLY);
    }

    @Test
    void putBodyIsWritten() throws TException {
        UpdateRequest put = new UpdateRequest(Blob.of(KEY), Blob.of(utf8("value")), 0);
        byte[] frame = request(RequestHeader.toPartition(new Gpid(2, 5), 1000, 0), DataRpcs.PUT, put, 8);

        assertThat(Arrays.copyOfRange(frame, 16 + 37, frame.length)).isEqualTo(GoldenFrames.PUT_BODY);
    }

    @Test
    void aBareNumberAndABareTextCarryTheirOwnTypes() throws TException {
        byte[] clear = request(RequestHeader.toServer(1), DataRpcs.CLEAR_SCANNER, WireLong.of(5), 1);
        byte[] text = reply(AdminRpcs.REMOTE_COMMAND, 1, WireString.of("hi"));

        assertThat(Arrays.copyOfRange(clear, clear.length - 12, clear.length))
                .isEqualTo(GoldenFrames.bytes("0a 0001 0000000000000005 00"));
        assertThat(Arrays.copyOfRange(text, text.length - 10, text.length))
                .isEqualTo(GoldenFrames.bytes("0b 0000 00000002 6869 00"));
    }

    @Test
    void baseTypesHaveTheValuesOfSection21() throws TException {
        assertThat(fieldOf(WireAddress.of("127.0.0.1", 34801))).isEqualTo("7f00000187f10001");
        assertThat(fieldOf(WireAddress.of("10.1.2.3", 80))).isEqualTo("0a01020300500001");
        assertThat(fieldOf(new WireAddress())).isEqualTo("0000000000000000");
        assertThat(fieldOf(Wire.gpid(new Gpid(2, 5)))).isEqualTo("0000000500000002");
        assertThat(fieldOf(Wire.error(ErrorCode.ERR_OK))).isEqualTo("000000064552525f4f4b");
        assertThat(Wire.hostPort(WireAddress.of("10.1.2.3", 80))).isEqualTo(new HostPort("10.1.2.3", 80));
        assertThat(Wire.find(new WireAddress())).isEmpty();
        assertThat(Wire.gpid(Wire.gpid(new Gpid(-1, -1)))).isEqualTo(new Gpid(-1, -1));
    }

    @Test
    void errorCodesHaveTheNumbersOfSection22() {
        List<ErrorCode> numbered = List.of(ErrorCode.values());
        assertThat(numbered).hasSize(78);
        assertThat(numbered.get(9)).isEqualTo(ErrorCode.ERR_FORWARD_TO_OTHERS);
        assertThat(numbered.get(45)).isEqualTo(ErrorCode.ERR_APP_EXIST);
        assertThat(numbered.get(77)).isEqualTo(ErrorCode.ERR_DISK_INSUFFICIENT);
        assertThat(ErrorCode.of("ERR_RETRY_EXHAUSTED")).isEqualTo(ErrorCode.ERR_UNKNOWN);
    }

    static byte[] request(RequestHeader header, Rpc<?, ?> rpc, TBase<?, ?> request, int sequenceId) throws TException {
        ByteBuf out = Unpooled.buffer();
        out.setInt(MessageCodec.writeRequest(out, header, rpc, request), sequenceId);
        return ByteBufUtil.getBytes(out);
    }

    static byte[] reply(Rpc<?, ?> rpc, int sequenceId, TBase<?, ?> result) throws TException {
        ByteBuf out = Unpooled.buffer();
        MessageCodec.writeReply(out, ackName(rpc), sequenceId, result);
        return ByteBufUtil.getBytes(out);
    }

    private static void assertRead(
            byte[] bytes, RequestHeader header, Rpc<?, ?> rpc, int sequenceId, TBase<?, ?> request) throws TException {
        for (int cut = 0; cut < bytes.length; cut++) {
            ByteBuf part = Unpooled.wrappedBuffer(bytes, 0, cut);
            assertThat(RequestFrame.read(part, FRAME_MAX))
                    .as("of %s bytes", cut)
                    .isNull();
            assertThat(part.readableBytes()).isEqualTo(cut);
        }
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        RequestFrame frame = Objects.requireNonNull(RequestFrame.read(in, FRAME_MAX));
        assertThat(in.isReadable()).isFalse();
        assertThat(frame.header()).isEqualTo(header.withBodyBytes(frame.header().bodyBytes()));
        assertThat(frame.name().toString(StandardCharsets.US_ASCII)).isEqualTo(rpc.taskCode());
        assertThat(frame.sequenceId()).isEqualTo(sequenceId);
        TBase<?, ?> read = rpc.newRequest().get();
        MessageCodec.readArgument(frame.argument(), read);
        assertThat(read).isEqualTo(request);
    }

    private static void assertReplyRead(byte[] bytes, int sequenceId, TBase<?, ?> empty, TBase<?, ?> expected)
            throws TException {
        ReplyFrame frame = Objects.requireNonNull(ReplyFrame.read(Unpooled.wrappedBuffer(bytes), FRAME_MAX));
        assertThat(frame.error()).isEqualTo(ErrorCode.ERR_OK);
        assertThat(frame.sequenceId()).isEqualTo(sequenceId);
        MessageCodec.readResult(frame.result(), empty);
        assertThat(empty).isEqualTo(expected);
    }

    private static String fieldOf(TBase<?, ?> value) throws TException {
        ByteBuf out = Unpooled.buffer();
        value.write(new ByteBufProtocol().over(out));
        return ByteBufUtil.hexDump(out);
    }

    private static byte[] ackName(Rpc<?, ?> rpc) {
        return MessageCodec.ackName(rpc.taskCode().getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
