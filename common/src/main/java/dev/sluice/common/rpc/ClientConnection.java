package dev.sluice.common.rpc;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import dev.sluice.wire.internal.HelloReply;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.flush.FlushConsolidationHandler;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.thrift.TException;
import org.jspecify.annotations.Nullable;

/** One connection to a server: made, greeted if need be, read from until it is closed. Lives on one network thread. */
@SuppressWarnings("FutureReturnValueIgnored") // what fails here closes the connection, and that is heard
final class ClientConnection extends ByteToMessageDecoder {
    /** Sequence id of the hello; users of the connection begin above it. */
    static final int HELLO_SEQUENCE_ID = 0;

    private static final int FLUSH_AFTER_REQUESTS = 256;

    private final HostPort target;
    private final @Nullable HelloDesk helloDesk;
    private final RpcLimits limits;
    private final User user;
    private @Nullable RpcException reason;
    private @Nullable Channel channel;
    private boolean ready;
    private boolean ended;

    /** Who uses the connection; called on its network thread. */
    interface User {
        /** The connection stands, and the other side has greeted us if it had to. */
        void onReady(Channel channel);

        /** A reply came; its buffer is gone afterwards. */
        void onReply(ReplyFrame reply) throws TException;

        /** There is room again for what is to be sent. */
        void onWritable();

        /** The last call: the connection is gone, or could not be made. */
        void onClosed(RpcException why);
    }

    /**
     * @param helloDesk says hello first; null for a connection that goes without
     */
    ClientConnection(HostPort target, @Nullable HelloDesk helloDesk, RpcLimits limits, User user) {
        this.target = target;
        this.helloDesk = helloDesk;
        this.limits = limits;
        this.user = user;
    }

    /** Begins to connect. Called on the loop. */
    void connect(RpcIo io, EventLoop loop) {
        ChannelFuture connecting = new Bootstrap()
                .group(loop)
                .channel(io.socketType())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, limits.connectTimeoutMs())
                .option(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(limits.writeLowWaterBytes(), limits.writeHighWaterBytes()))
                .handler(new io.netty.channel.ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel made) {
                        made.pipeline()
                                .addLast(new FlushConsolidationHandler(FLUSH_AFTER_REQUESTS, true))
                                .addLast(ClientConnection.this);
                    }
                })
                .connect(InetSocketAddress.createUnresolved(target.host(), target.port()));
        channel = connecting.channel();
        connecting.addListener(done -> {
            if (!done.isSuccess()) {
                end(failure("cannot connect: " + done.cause().getMessage()));
            }
        });
        if (helloDesk != null) {
            loop.schedule(
                    () -> {
                        if (!ready) {
                            close(failure("no answer to the hello within " + limits.connectTimeoutMs() + " ms"));
                        }
                    },
                    limits.connectTimeoutMs(),
                    TimeUnit.MILLISECONDS);
        }
    }

    /** Closes the connection; {@link User#onClosed} hears why. Called on the loop. */
    void close(RpcException why) {
        if (reason == null) {
            reason = why;
        }
        Channel open = channel;
        if (open != null) {
            open.close();
        }
        end(why);
    }

    private void end(RpcException why) {
        if (!ended) {
            ended = true;
            user.onClosed(reason == null ? why : reason);
        }
    }

    private RpcException failure(String what) {
        return new RpcException(ErrorCode.ERR_NETWORK_FAILURE, target + ": " + what);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) throws Exception {
        super.channelActive(ctx);
        if (ended) {
            ctx.close();
        } else if (helloDesk == null) {
            ready = true;
            user.onReady(ctx.channel());
        } else {
            ByteBuf out = ctx.alloc().ioBuffer();
            // The sequence id that is written is 0 already.
            MessageCodec.writeRequest(
                    out, RequestHeader.toServer(limits.connectTimeoutMs()), InternalRpcs.HELLO, helloDesk.hello());
            ctx.writeAndFlush(out, ctx.voidPromise());
        }
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (ended) {
            in.skipBytes(in.readableBytes());
            return;
        }
        try {
            ReplyFrame frame = ReplyFrame.read(in, limits.frameBytesMax());
            if (frame == null) {
                return;
            }
            if (ready) {
                user.onReply(frame);
            } else {
                onHelloReply(ctx, frame);
            }
        } catch (TException e) {
            in.skipBytes(in.readableBytes());
            close(new RpcException(ErrorCode.ERR_NETWORK_FAILURE, target + ": reply cannot be read", e));
        }
    }

    private void onHelloReply(ChannelHandlerContext ctx, ReplyFrame frame) throws TException {
        if (helloDesk == null || !frame.error().isOk() || frame.sequenceId() != HELLO_SEQUENCE_ID) {
            close(new RpcException(frame.error(), target + ": hello not answered as a server of ours would"));
            return;
        }
        HelloReply reply = new HelloReply();
        MessageCodec.readResult(frame.result(), reply);
        RpcException refused = helloDesk.check(reply);
        if (refused != null) {
            close(refused);
        } else {
            ready = true;
            user.onReady(ctx.channel());
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) throws Exception {
        if (ready && ctx.channel().isWritable()) {
            user.onWritable();
        }
        super.channelWritabilityChanged(ctx);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        super.channelInactive(ctx);
        end(failure("connection closed by the other side"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        close(new RpcException(ErrorCode.ERR_NETWORK_FAILURE, target + ": connection lost", cause));
    }
}
