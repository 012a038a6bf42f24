package dev.sluice.common.rpc;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import dev.sluice.wire.internal.Hello;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.net.InetSocketAddress;
import java.util.List;
import org.apache.thrift.TBase;
import org.apache.thrift.TException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection of a server: takes requests off it and hands them to their handlers. */
@SuppressWarnings("FutureReturnValueIgnored") // what fails here closes the connection, and that is heard
final class ServerConnection extends ByteToMessageDecoder {
    private static final Logger LOG = LoggerFactory.getLogger(ServerConnection.class);

    private final HandlerTable handlers;
    private final @Nullable HelloDesk helloDesk;
    private final RpcLimits limits;
    private @Nullable Peer peer;
    private @Nullable OpenStream<?> stream;
    private @Nullable Caller caller;
    private boolean closing;
    private boolean decoding;

    ServerConnection(HandlerTable handlers, @Nullable HelloDesk helloDesk, RpcLimits limits) {
        this.handlers = handlers;
        this.helloDesk = helloDesk;
        this.limits = limits;
    }

    /** The server at the other end, as it said hello. */
    record Peer(String clusterId, HostPort address, long incarnation) {}

    private record OpenStream<Q extends TBase<?, ?>>(Rpc<Q, ?> rpc, int sequenceId, ChannelStream<?, Q> stream) {
        void onFrame(ByteBuf argument) throws TException {
            Q frame = rpc.newRequest().get();
            MessageCodec.readArgument(argument, frame);
            stream.onFrame(frame);
        }
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (closing) {
            in.skipBytes(in.readableBytes());
            return;
        }
        if (stream == null && !ctx.channel().isWritable()) {
            return; // what was read already waits here until the replies before it are taken
        }
        decoding = true;
        try {
            RequestFrame frame = RequestFrame.read(in, limits.frameBytesMax());
            if (frame != null) {
                take(ctx, frame);
            }
        } catch (TException e) {
            in.skipBytes(in.readableBytes());
            close(ctx, e.getMessage());
        } finally {
            decoding = false;
        }
    }

    private void take(ChannelHandlerContext ctx, RequestFrame frame) throws TException {
        HandlerTable.Row row = handlers.find(
                frame.name(), frame.name().readerIndex(), frame.name().readableBytes());
        OpenStream<?> open = stream;
        if (open != null) {
            if (row == null || !row.entry.rpc().equals(open.rpc()) || frame.sequenceId() != open.sequenceId()) {
                throw new TException(
                        "a frame of something else than " + open.rpc() + " on the connection of its stream");
            }
            open.onFrame(frame.argument());
        } else if (row == null || !isOpenTo(row, frame)) {
            byte[] ackName = row == null ? MessageCodec.ackName(frame.nameBytes()) : row.ackName;
            new Reply<>(ctx.channel(), ackName, frame.sequenceId(), limits, RpcMeter.NONE)
                    .fail(ErrorCode.ERR_HANDLER_NOT_FOUND);
        } else {
            serve(ctx, row, row.entry, frame);
        }
    }

    private boolean isOpenTo(HandlerTable.Row row, RequestFrame frame) {
        if (row.forPartition && frame.header().gpid().appId() <= 0) {
            return false;
        }
        if (row.entry.access() == RpcHandlers.Access.CLIENTS) {
            return true;
        }
        // A server without a cluster, or that knows ours when we do not yet, may talk about that, in a stream.
        return ours() != null || (peer != null && row.entry.streamHandler() != null);
    }

    private <Q extends TBase<?, ?>, R extends TBase<?, ?>> void serve(
            ChannelHandlerContext ctx, HandlerTable.Row row, RpcHandlers.Entry<Q, R> entry, RequestFrame frame) {
        Reply<R> reply = new Reply<>(ctx.channel(), row.ackName, frame.sequenceId(), limits, row.meter);
        Responder<R> responder = entry.oneWay() ? NoReply.instance() : reply;
        Q request = entry.rpc().newRequest().get();
        try {
            MessageCodec.readArgument(frame.argument(), request);
        } catch (TException | RuntimeException e) {
            LOG.info(
                    "{} from {}: body cannot be read: {}",
                    entry.rpc(),
                    ctx.channel().remoteAddress(),
                    e.toString());
            responder.fail(ErrorCode.ERR_INVALID_DATA);
            return;
        }
        try {
            if (request instanceof Hello hello && helloDesk != null) {
                peer = helloDesk.receive(
                        hello, new Reply<>(ctx.channel(), row.ackName, frame.sequenceId(), limits, row.meter));
                caller = null;
            } else if (entry.streamHandler() != null) {
                open(ctx, row, entry, entry.streamHandler(), frame.sequenceId(), request);
            } else if (entry.handler() != null) {
                entry.handler().handle(caller(ctx), frame.header(), request, responder);
            }
        } catch (RuntimeException | Error e) {
            LOG.error(
                    "{} from {}: the handler failed", entry.rpc(), ctx.channel().remoteAddress(), e);
            responder.fail(ErrorCode.ERR_UNKNOWN);
        }
    }

    private <Q extends TBase<?, ?>, R extends TBase<?, ?>> void open(
            ChannelHandlerContext ctx,
            HandlerTable.Row row,
            RpcHandlers.Entry<Q, R> entry,
            RpcHandlers.StreamHandler<Q, R> handler,
            int sequenceId,
            Q firstFrame) {
        ChannelStream<R, Q> opened = new ChannelStream<>(
                entry.rpc() + " from " + ctx.channel().remoteAddress(),
                (out, frame) -> MessageCodec.writeReply(out, row.ackName, sequenceId, frame),
                limits.frameBytesMax());
        opened.onConnected(ctx.channel());
        opened.listener(handler.accept(caller(ctx), opened));
        ctx.channel().config().setAutoRead(true);
        stream = new OpenStream<>(entry.rpc(), sequenceId, opened);
        opened.onFrame(firstFrame);
    }

    /** The server at the other end if it is one of our cluster. */
    private @Nullable Peer ours() {
        Peer from = peer;
        return from != null && helloDesk != null && helloDesk.isOfOurCluster(from) ? from : null;
    }

    private Caller caller(ChannelHandlerContext ctx) {
        Caller known = caller;
        Peer from = ours();
        if (known == null || (from == null) != (known.server() == null)) {
            InetSocketAddress remote = (InetSocketAddress) ctx.channel().remoteAddress();
            HostPort remoteAddress = remote == null
                    ? new HostPort("0.0.0.0", 1) // the connection is gone already
                    : new HostPort(remote.getAddress().getHostAddress(), remote.getPort());
            known = from != null
                    ? new Caller(remoteAddress, from.address(), from.incarnation())
                    : new Caller(remoteAddress, null, 0);
            caller = known;
        }
        return known;
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) throws Exception {
        OpenStream<?> open = stream;
        if (open == null) {
            // Who does not take its replies gets no further request read.
            boolean writable = ctx.channel().isWritable();
            ctx.channel().config().setAutoRead(writable);
            if (writable && !decoding) {
                channelRead(ctx, Unpooled.EMPTY_BUFFER);
            }
        } else if (ctx.channel().isWritable()) {
            open.stream().onWritable();
        }
        super.channelWritabilityChanged(ctx);
    }

    /** Without the base class's habit of reading on when no whole frame was there: auto-read decides that. */
    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        discardSomeReadBytes();
        ctx.fireChannelReadComplete();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        super.channelInactive(ctx);
        OpenStream<?> open = stream;
        stream = null;
        if (open != null) {
            open.stream().onClosed("closed by the other side");
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof java.io.IOException) {
            LOG.debug("{}: connection lost: {}", ctx.channel().remoteAddress(), cause.toString());
        } else {
            LOG.warn("{}: connection failed and is closed", ctx.channel().remoteAddress(), cause);
        }
        closing = true;
        ctx.close();
    }

    private void close(ChannelHandlerContext ctx, @Nullable String reason) {
        LOG.info("{}: {}; connection closed", ctx.channel().remoteAddress(), reason);
        closing = true;
        ctx.close();
    }
}
