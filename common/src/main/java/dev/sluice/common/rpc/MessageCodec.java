package dev.sluice.common.rpc;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.wire.WireLong;
import dev.sluice.wire.WireString;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.FastThreadLocal;
import java.nio.charset.StandardCharsets;
import org.apache.thrift.TBase;
import org.apache.thrift.TException;
import org.apache.thrift.protocol.TType;
import org.jspecify.annotations.Nullable;

/** Writes and reads the messages of the protocol: headers, envelopes, and the one field that is the argument or result. */
final class MessageCodec {
    static final int MAGIC = 0x54484654; // THFT
    static final int CALL = 1;
    static final int REPLY = 2;
    static final int ONE_WAY = 4;

    static final int V0_HEADER_BYTES = 48;
    static final int V1_HEADER_BYTES = 16;

    /** Bytes of the meta struct behind a v1 header as we send it. */
    static final int V1_META_BYTES = 37;

    /** Longest task code; of a longer name in a request only so much is kept. */
    static final int TASK_CODE_BYTES_MAX = 47;

    static final int STRICT_VERSION = 0x80010000;
    static final int STRICT_VERSION_MASK = 0xffff0000;

    private static final int ARGUMENT_FIELD = 1;
    private static final int RESULT_FIELD = 0;
    private static final FastThreadLocal<ByteBufProtocol> PROTOCOL = new FastThreadLocal<>() {
        @Override
        protected ByteBufProtocol initialValue() {
            return new ByteBufProtocol();
        }
    };

    private MessageCodec() {}

    /** Writes a whole request frame, header version 1, with a sequence id of 0; returns where the sequence id stands. */
    static int writeRequest(ByteBuf out, RequestHeader header, Rpc<?, ?> rpc, TBase<?, ?> request) throws TException {
        out.writeInt(MAGIC).writeInt(1).writeInt(V1_META_BYTES);
        int bodyLengthAt = out.writerIndex();
        out.writeInt(0);
        out.writeByte(TType.I32).writeShort(1).writeInt(header.gpid().appId());
        out.writeByte(TType.I32).writeShort(2).writeInt(header.gpid().partitionIndex());
        out.writeByte(TType.I32).writeShort(3).writeInt(header.timeoutMs());
        out.writeByte(TType.I64).writeShort(4).writeLong(header.partitionHash());
        out.writeByte(TType.BOOL).writeShort(5).writeBoolean(header.backupRequest());
        out.writeByte(TType.STOP);
        int bodyAt = out.writerIndex();
        out.writeInt(STRICT_VERSION | CALL);
        writeAscii(out, rpc.taskCode());
        int sequenceIdAt = out.writerIndex();
        out.writeInt(0);
        writeField(out, ARGUMENT_FIELD, request);
        out.setInt(bodyLengthAt, out.writerIndex() - bodyAt);
        return sequenceIdAt;
    }

    /** Writes a whole reply frame; a header error has no result. */
    static void writeReply(ByteBuf out, byte[] ackName, int sequenceId, TBase<?, ?> result) throws TException {
        int start = out.writerIndex();
        writeReplyHead(out, ErrorCode.ERR_OK, ackName, sequenceId);
        writeField(out, RESULT_FIELD, result);
        out.setInt(start, out.writerIndex() - start);
    }

    static void writeErrorReply(ByteBuf out, ErrorCode error, byte[] ackName, int sequenceId) {
        int start = out.writerIndex();
        writeReplyHead(out, error, ackName, sequenceId);
        out.setInt(start, out.writerIndex() - start);
    }

    /** Name of the reply to a request of that name. */
    static byte[] ackName(byte[] taskCode) {
        byte[] ack = new byte[taskCode.length + 4];
        System.arraycopy(taskCode, 0, ack, 0, taskCode.length);
        System.arraycopy("_ACK".getBytes(StandardCharsets.US_ASCII), 0, ack, taskCode.length, 4);
        return ack;
    }

    /** Reads the argument of a request into the object. The buffer ends with the frame. */
    static void readArgument(ByteBuf in, TBase<?, ?> request) throws TException {
        readField(in, ARGUMENT_FIELD, request);
    }

    /** Reads the result of a reply into the object. The buffer ends with the frame. */
    static void readResult(ByteBuf in, TBase<?, ?> result) throws TException {
        readField(in, RESULT_FIELD, result);
    }

    /** Reads the meta struct behind a v1 header. */
    static RequestHeader readMeta(ByteBuf in) throws TException {
        RequestHeader usual = readUsualMeta(in);
        return usual != null ? usual : withProtocol(in, MetaStruct::read);
    }

    /** The meta struct as clients write it, all fields in order; null if this is another. */
    private static @Nullable RequestHeader readUsualMeta(ByteBuf in) {
        int at = in.readerIndex();
        boolean usual = in.readableBytes() == V1_META_BYTES
                && isField(in, at, TType.I32, 1)
                && isField(in, at + 7, TType.I32, 2)
                && isField(in, at + 14, TType.I32, 3)
                && isField(in, at + 21, TType.I64, 4)
                && isField(in, at + 32, TType.BOOL, 5)
                && in.getByte(at + 36) == TType.STOP;
        return usual
                ? new RequestHeader(
                        new Gpid(in.getInt(at + 3), in.getInt(at + 10)),
                        in.getInt(at + 17),
                        in.getLong(at + 24),
                        in.getByte(at + 35) == 1)
                : null;
    }

    private static boolean isField(ByteBuf in, int at, byte type, int id) {
        return in.getByte(at) == type && in.getShort(at + 1) == id;
    }

    private static void writeReplyHead(ByteBuf out, ErrorCode error, byte[] ackName, int sequenceId) {
        out.writeInt(0);
        writeAscii(out, error.name());
        out.writeInt(STRICT_VERSION | REPLY);
        out.writeInt(ackName.length).writeBytes(ackName);
        out.writeInt(sequenceId);
    }

    private static void writeAscii(ByteBuf out, String text) {
        out.writeInt(text.length());
        out.writeCharSequence(text, StandardCharsets.US_ASCII);
    }

    private static void writeField(ByteBuf out, int fieldId, TBase<?, ?> value) throws TException {
        out.writeByte(typeOf(value)).writeShort(fieldId);
        withProtocol(out, protocol -> {
            value.write(protocol);
            return value;
        });
        out.writeByte(TType.STOP);
    }

    private static void readField(ByteBuf in, int fieldId, TBase<?, ?> value) throws TException {
        withProtocol(in, protocol -> {
            byte type = protocol.readByte();
            if (type != typeOf(value)) {
                throw new TException("field of type " + type + " where " + typeOf(value) + " was expected");
            }
            short id = protocol.readI16();
            if (id != fieldId) {
                throw new TException("field " + id + " where field " + fieldId + " was expected");
            }
            value.read(protocol);
            protocol.readByte();
            return value;
        });
    }

    private static byte typeOf(TBase<?, ?> value) {
        if (value instanceof WireString) {
            return TType.STRING;
        }
        return value instanceof WireLong ? TType.I64 : TType.STRUCT;
    }

    private static <T> T withProtocol(ByteBuf buffer, ProtocolUse<T> use) throws TException {
        ByteBufProtocol protocol = PROTOCOL.get().over(buffer);
        boolean done = false;
        try {
            T result = use.apply(protocol);
            done = true;
            return result;
        } finally {
            if (done) {
                protocol.over(Unpooled.EMPTY_BUFFER);
            } else {
                PROTOCOL.remove(); // its count of nested structs is not what it was
            }
        }
    }

    private interface ProtocolUse<T> {
        T apply(ByteBufProtocol protocol) throws TException;
    }
}
