package dev.sluice.common.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.Gpid;
import dev.sluice.wire.Blob;
import dev.sluice.wire.data.CasCheckType;
import dev.sluice.wire.data.CheckAndMutateRequest;
import dev.sluice.wire.data.KeyValue;
import dev.sluice.wire.data.MultiGetResponse;
import dev.sluice.wire.data.Mutate;
import dev.sluice.wire.data.MutateOperation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Objects;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.apache.thrift.TBase;
import org.apache.thrift.TException;

/** What is written is read again, and whatever else is read is refused in an orderly way. */
class FramePropertiesTest {
    private static final int FRAME_MAX = 1 << 20;

    @Property(tries = 200)
    void requestsComeBackAsTheyWere(
            @ForAll int appId,
            @ForAll int partitionIndex,
            @ForAll int timeoutMs,
            @ForAll long hash,
            @ForAll boolean backup,
            @ForAll int sequenceId,
            @ForAll byte[] hashKey,
            @ForAll @IntRange(max = 17) int checkType,
            @ForAll @Size(max = 5) List<byte[]> values)
            throws TException {
        RequestHeader header = new RequestHeader(new Gpid(appId, partitionIndex), timeoutMs, hash, backup);
        CheckAndMutateRequest request = new CheckAndMutateRequest()
                .setHashKey(Blob.of(hashKey))
                .setCheckType(CasCheckType.findByValue(checkType))
                .setReturnCheckValue(backup);
        for (byte[] value : values) {
            request.addToMutateList(
                    new Mutate(MutateOperation.MO_DELETE, Blob.of(value), Blob.of(hashKey), sequenceId));
        }
        request.setReturnCheckValueIsSet(true);

        ByteBuf in =
                Unpooled.wrappedBuffer(GoldenBytesTest.request(header, DataRpcs.CHECK_AND_MUTATE, request, sequenceId));
        RequestFrame frame = Objects.requireNonNull(RequestFrame.read(in, FRAME_MAX));
        CheckAndMutateRequest read = new CheckAndMutateRequest();
        MessageCodec.readArgument(frame.argument(), read);

        assertThat(frame.header()).isEqualTo(header.withBodyBytes(frame.header().bodyBytes()));
        assertThat(frame.sequenceId()).isEqualTo(sequenceId);
        assertThat(read).isEqualTo(request);
    }

    @Property(tries = 200)
    void repliesComeBackAsTheyWere(@ForAll int error, @ForAll String server, @ForAll @Size(max = 5) List<byte[]> values)
            throws TException {
        String wellFormed = new String(
                server.getBytes(java.nio.charset.StandardCharsets.UTF_8), java.nio.charset.StandardCharsets.UTF_8);
        MultiGetResponse reply = new MultiGetResponse(
                error,
                values.stream()
                        .map(value -> new KeyValue(Blob.of(value), Blob.of(value)).setExpireTsSeconds(error))
                        .toList(),
                1,
                2,
                wellFormed);

        ByteBuf in = Unpooled.wrappedBuffer(GoldenBytesTest.reply(DataRpcs.MULTI_GET, 5, reply));
        MultiGetResponse read = new MultiGetResponse();
        MessageCodec.readResult(
                Objects.requireNonNull(ReplyFrame.read(in, FRAME_MAX)).result(), read);

        assertThat(read).isEqualTo(reply);
    }

    @Property(tries = 2000)
    void aDamagedFrameIsRefusedOrReadButNeverAnythingElse(
            @ForAll @IntRange(max = 126) int at, @ForAll byte with, @ForAll @IntRange(max = 126) int alsoAt) {
        for (byte[] good : List.of(
                GoldenFrames.QUERY_CONFIG_V1,
                GoldenFrames.GET_V0,
                GoldenFrames.START_BULK_LOAD_V0,
                GoldenFrames.QUERY_CONFIG_REPLY)) {
            byte[] bytes = good.clone();
            bytes[at % bytes.length] = with;
            bytes[alsoAt % bytes.length] ^= (byte) 0x80;
            readWhateverItIs(bytes);
        }
    }

    @Property(tries = 1000)
    void anyBytesAreRefusedOrReadButNeverAnythingElse(@ForAll @Size(max = 200) byte[] bytes) {
        readWhateverItIs(bytes);
    }

    private static void readWhateverItIs(byte[] bytes) {
        try {
            RequestFrame request = RequestFrame.read(Unpooled.wrappedBuffer(bytes), FRAME_MAX);
            if (request != null) {
                for (Rpc<?, ?> rpc : List.of(AdminRpcs.QUERY_CONFIG, DataRpcs.GET, AdminRpcs.START_BULK_LOAD)) {
                    TBase<?, ?> into = rpc.newRequest().get();
                    MessageCodec.readArgument(request.argument().duplicate(), into);
                }
            }
        } catch (TException refused) {
            assertThat(refused).hasMessageNotContaining("null");
        }
        try {
            ReplyFrame reply = ReplyFrame.read(Unpooled.wrappedBuffer(bytes), FRAME_MAX);
            if (reply != null) {
                MessageCodec.readResult(
                        reply.result(), AdminRpcs.QUERY_CONFIG.newReply().get());
            }
        } catch (TException refused) {
            assertThat(refused).hasMessageNotContaining("null");
        }
    }
}
