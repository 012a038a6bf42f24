package dev.sluice.common.rpc;

import dev.sluice.common.ErrorCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.apache.thrift.TException;
import org.jspecify.annotations.Nullable;

/**
 * One reply as it stands in a buffer, the result still unread.
 *
 * @param result from the result struct to the end of the frame; empty if there is an error
 */
record ReplyFrame(ErrorCode error, int sequenceId, ByteBuf result) {
    private static final int LENGTH_BYTES = 4;
    private static final int ERROR_NAME_BYTES_MAX = 128;
    /** Nearly every reply has it: it is recognised without making a text. */
    private static final ByteBuf OK =
            Unpooled.unreleasableBuffer(Unpooled.copiedBuffer(ErrorCode.ERR_OK.name(), StandardCharsets.US_ASCII));

    private static final int OK_BYTES = OK.readableBytes();

    /**
     * Takes the next frame off the buffer; null if it is not all there yet, and nothing is taken then. Throws
     * {@link TException} if what stands there can never become a reply.
     */
    static @Nullable ReplyFrame read(ByteBuf in, int frameBytesMax) throws TException {
        if (in.readableBytes() < LENGTH_BYTES) {
            return null;
        }
        long frameBytes = in.getUnsignedInt(in.readerIndex());
        if (frameBytes < LENGTH_BYTES || frameBytes > frameBytesMax) {
            throw new TException("reply of " + frameBytes + " bytes, expected at most " + frameBytesMax);
        }
        if (in.readableBytes() < frameBytes) {
            return null;
        }
        ByteBuf frame = in.readSlice((int) frameBytes).skipBytes(LENGTH_BYTES);
        ErrorCode error = readError(frame);
        int first = readInt(frame);
        boolean strict = first < 0;
        int nameBytes = strict ? readInt(frame) : first;
        if (nameBytes < 0 || nameBytes > frame.readableBytes()) {
            throw new TException("reply name of " + nameBytes + " bytes");
        }
        frame.skipBytes(nameBytes);
        if (!strict && frame.isReadable()) {
            frame.skipBytes(1);
        }
        return new ReplyFrame(error, readInt(frame), frame);
    }

    private static ErrorCode readError(ByteBuf frame) throws TException {
        int length = readInt(frame);
        if (length < 0 || length > Math.min(ERROR_NAME_BYTES_MAX, frame.readableBytes())) {
            throw new TException("error name of " + length + " bytes, expected at most " + ERROR_NAME_BYTES_MAX);
        }
        if (length == OK_BYTES && ByteBufUtil.equals(OK, 0, frame, frame.readerIndex(), length)) {
            frame.skipBytes(length);
            return ErrorCode.ERR_OK;
        }
        return ErrorCode.of(
                frame.readCharSequence(length, StandardCharsets.US_ASCII).toString());
    }

    private static int readInt(ByteBuf frame) throws TException {
        if (frame.readableBytes() < 4) {
            throw new TException("reply ends inside its envelope");
        }
        return frame.readInt();
    }
}
