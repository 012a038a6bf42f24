package dev.sluice.common.rpc;

import dev.sluice.common.HostPort;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens on one port and answers with the handlers it was given.
 *
 * <p>Whatever a connection sends harms that connection only: a request that cannot be read gets an error, a frame that
 * cannot be one closes the connection.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails here closes the connection, and that is heard
public final class NettyRpcServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NettyRpcServer.class);

    private static final int FLUSH_AFTER_REPLIES = 256;

    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
    private final HandlerTable handlers;
    private final @Nullable HelloDesk helloDesk;
    private final RpcLimits limits;
    private final @Nullable Consumer<ChannelPipeline> http;
    private final Channel listening;

    /**
     * Binds and starts to answer. A port of 0 takes a free one.
     *
     * @param identity as whom this server greets other servers, asked whenever one says hello; null if it has nothing to
     *     do with other servers
     * @throws RpcException {@code ERR_ADDRESS_ALREADY_USED} if the address cannot be bound
     */
    public static NettyRpcServer start(
            RpcIo io,
            String bindHost,
            int port,
            RpcHandlers handlers,
            @Nullable Supplier<ServerIdentity> identity,
            RpcLimits limits) {
        return start(io, bindHost, port, handlers, identity, limits, Faces.RPC_ONLY);
    }

    /** The same with more than RPC on the port. */
    public static NettyRpcServer start(
            RpcIo io,
            String bindHost,
            int port,
            RpcHandlers handlers,
            @Nullable Supplier<ServerIdentity> identity,
            RpcLimits limits,
            Faces faces) {
        return new NettyRpcServer(io, bindHost, port, handlers, identity, limits, faces);
    }

    private NettyRpcServer(
            RpcIo io,
            String bindHost,
            int port,
            RpcHandlers handlers,
            @Nullable Supplier<ServerIdentity> identity,
            RpcLimits limits,
            Faces faces) {
        this.helloDesk = identity == null ? null : new HelloDesk(identity);
        this.handlers = new HandlerTable(withHello(handlers, helloDesk != null), faces.meters());
        this.http = faces.http();
        this.limits = limits;
        ChannelFuture bound = new ServerBootstrap()
                .group(io.group())
                .channel(io.serverSocketType())
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_BACKLOG, 1024)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(limits.writeLowWaterBytes(), limits.writeHighWaterBytes()))
                .childHandler(new ConnectionInitializer())
                .bind(bindHost, port)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new RpcException(
                    dev.sluice.common.ErrorCode.ERR_ADDRESS_ALREADY_USED,
                    "cannot listen on " + bindHost + ":" + port + ": "
                            + bound.cause().getMessage(),
                    bound.cause());
        }
        listening = bound.channel();
    }

    /** The address that is listened on. */
    public HostPort address() {
        InetSocketAddress local = (InetSocketAddress) listening.localAddress();
        return new HostPort(local.getAddress().getHostAddress(), local.getPort());
    }

    /** Stops listening and closes all connections; replies given afterwards go nowhere. */
    @Override
    public void close() {
        String address = String.valueOf(listening.localAddress());
        listening.close().awaitUninterruptibly();
        connections.close();
        LOG.debug("{}: closed", address);
    }

    private static Collection<RpcHandlers.Entry<?, ?>> withHello(RpcHandlers handlers, boolean hello) {
        List<RpcHandlers.Entry<?, ?>> entries =
                new ArrayList<>(handlers.entries().values());
        if (hello) {
            entries.add(new RpcHandlers.Entry<>(InternalRpcs.HELLO, RpcHandlers.Access.CLIENTS, null, null, false));
        }
        return entries;
    }

    private final class ConnectionInitializer extends ChannelInitializer<SocketChannel> {
        @Override
        protected void initChannel(SocketChannel channel) {
            connections.add(channel);
            channel.pipeline()
                    .addLast(new FlushConsolidationHandler(FLUSH_AFTER_REPLIES, true))
                    .addLast(new ProtocolSniffer(() -> new ServerConnection(handlers, helloDesk, limits), http));
        }
    }
}
