package dev.sluice.common.rpc;

import dev.sluice.common.Gpid;
import io.netty.buffer.ByteBuf;
import org.apache.thrift.TException;
import org.jspecify.annotations.Nullable;

/**
 * One request as it stands in a buffer: header, task code, sequence id, and the argument still unread.
 *
 * @param name the bytes of the task code
 * @param argument from the argument struct to the end of the frame
 */
record RequestFrame(RequestHeader header, ByteBuf name, int sequenceId, ByteBuf argument) {
    private static final int PREFIX_BYTES = 12;

    /**
     * Takes the next frame off the buffer; null if it is not all there yet, and nothing is taken then. Throws
     * {@link TException} if what stands there can never become a request.
     */
    static @Nullable RequestFrame read(ByteBuf in, int frameBytesMax) throws TException {
        int available = in.readableBytes();
        if (available < PREFIX_BYTES) {
            return null;
        }
        int start = in.readerIndex();
        if (in.getInt(start) != MessageCodec.MAGIC) {
            throw new TException("frame begins with " + Integer.toHexString(in.getInt(start)) + ", expected THFT");
        }
        int version = in.getInt(start + 4);
        int headerBytes = version == 0 ? MessageCodec.V0_HEADER_BYTES : MessageCodec.V1_HEADER_BYTES;
        long lengthField = in.getUnsignedInt(start + 8);
        if (version != 0 && version != 1) {
            throw new TException("header version " + version + ", expected 0 or 1");
        }
        if (version == 0 && lengthField != MessageCodec.V0_HEADER_BYTES) {
            throw new TException(
                    "header of " + lengthField + " bytes, expected " + MessageCodec.V0_HEADER_BYTES + " in version 0");
        }
        if (available < headerBytes) {
            return null;
        }
        long metaBytes = version == 0 ? 0 : lengthField;
        long bodyBytes = in.getUnsignedInt(start + (version == 0 ? 16 : 12));
        long frameBytes = headerBytes + metaBytes + bodyBytes;
        if (frameBytes > frameBytesMax) {
            throw new TException("frame of " + frameBytes + " bytes, expected at most " + frameBytesMax);
        }
        if (available < frameBytes) {
            return null;
        }
        RequestHeader header = version == 0
                ? readV0(in, start)
                : MessageCodec.readMeta(in.slice(start + headerBytes, (int) metaBytes));
        ByteBuf body = in.slice((int) (start + headerBytes + metaBytes), (int) bodyBytes);
        in.skipBytes((int) frameBytes);
        return readEnvelope(header.withBodyBytes((int) bodyBytes), body);
    }

    private static RequestHeader readV0(ByteBuf in, int start) {
        Gpid gpid = new Gpid(in.getInt(start + 24), in.getInt(start + 28));
        return new RequestHeader(gpid, in.getInt(start + 32), in.getLong(start + 40), false);
    }

    private static RequestFrame readEnvelope(RequestHeader header, ByteBuf body) throws TException {
        int first = readInt(body);
        boolean strict = first < 0;
        if (strict && (first & MessageCodec.STRICT_VERSION_MASK) != MessageCodec.STRICT_VERSION) {
            throw new TException("message version " + Integer.toHexString(first) + ", expected 8001....");
        }
        int nameBytes = strict ? readInt(body) : first;
        if (nameBytes < 0 || nameBytes > body.readableBytes()) {
            throw new TException(
                    "task code of " + nameBytes + " bytes in a body with " + body.readableBytes() + " left");
        }
        ByteBuf name = body.readSlice(nameBytes);
        if (!strict && !body.isReadable()) {
            throw new TException("message ends behind its name");
        }
        int type = strict ? first & 0xff : body.readByte();
        if (type != MessageCodec.CALL && type != MessageCodec.ONE_WAY) {
            throw new TException("message type " + type + ", expected call or oneway");
        }
        return new RequestFrame(header, name, readInt(body), body);
    }

    private static int readInt(ByteBuf body) throws TException {
        if (body.readableBytes() < 4) {
            throw new TException("message ends inside its envelope");
        }
        return body.readInt();
    }

    /** The task code for the name of the reply; no more of it than a task code may have. */
    byte[] nameBytes() {
        byte[] bytes = new byte[Math.min(name.readableBytes(), MessageCodec.TASK_CODE_BYTES_MAX)];
        name.getBytes(name.readerIndex(), bytes);
        return bytes;
    }
}
