package dev.sluice.common.rpc;

import dev.sluice.common.ErrorCode;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.thrift.TBase;
import org.apache.thrift.TException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The answer to one request; written in the thread that gives it. */
@SuppressWarnings("FutureReturnValueIgnored") // what fails here closes the connection, and that is heard
final class Reply<R extends TBase<?, ?>> implements Responder<R> {
    private static final Logger LOG = LoggerFactory.getLogger(Reply.class);

    private final Channel channel;
    private final byte[] ackName;
    private final int sequenceId;
    private final RpcLimits limits;
    private final AtomicBoolean answered = new AtomicBoolean();

    private final RpcMeter meter;
    private final long startedNanos = System.nanoTime();

    Reply(Channel channel, byte[] ackName, int sequenceId, RpcLimits limits, RpcMeter meter) {
        this.channel = channel;
        this.ackName = ackName;
        this.sequenceId = sequenceId;
        this.limits = limits;
        this.meter = meter;
    }

    @Override
    public void reply(R reply) {
        if (!answered.compareAndSet(false, true) || !channel.isActive()) {
            return;
        }
        ByteBuf out = channel.alloc().ioBuffer();
        ErrorCode error = ErrorCode.ERR_UNKNOWN;
        try {
            MessageCodec.writeReply(out, ackName, sequenceId, reply);
            error = out.readableBytes() <= limits.frameBytesMax() ? ErrorCode.ERR_OK : ErrorCode.ERR_INVALID_DATA;
            if (!error.isOk()) {
                LOG.warn(
                        "{} to {}: a reply of {} bytes cannot be sent, at most {} are possible",
                        new String(ackName, StandardCharsets.US_ASCII),
                        channel.remoteAddress(),
                        out.readableBytes(),
                        limits.frameBytesMax());
            }
        } catch (TException | RuntimeException e) {
            LOG.error("{}: the reply cannot be written", new String(ackName, StandardCharsets.US_ASCII), e);
        }
        if (!error.isOk()) {
            out.release();
            out = channel.alloc().ioBuffer();
            MessageCodec.writeErrorReply(out, error, ackName, sequenceId);
        }
        channel.writeAndFlush(out, channel.voidPromise());
        meter.answered(System.nanoTime() - startedNanos, !error.isOk());
    }

    @Override
    public void fail(ErrorCode error) {
        if (error.isOk()) {
            throw new IllegalArgumentException("a request does not fail with ERR_OK");
        }
        if (!answered.compareAndSet(false, true) || !channel.isActive()) {
            return;
        }
        ByteBuf out = channel.alloc().ioBuffer();
        MessageCodec.writeErrorReply(out, error, ackName, sequenceId);
        channel.writeAndFlush(out, channel.voidPromise());
        meter.answered(System.nanoTime() - startedNanos, true);
    }
}
