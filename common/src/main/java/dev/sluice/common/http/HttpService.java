package dev.sluice.common.http;

import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Speaks HTTP on connections that it is given, and answers from a table of routes. */
public final class HttpService implements Consumer<ChannelPipeline> {
    private static final int CHUNK_BYTES_MAX = 8 << 10;

    private final HttpRoutes routes;
    private final Executor executor;
    private final HttpLimits limits;
    private final AtomicInteger connections = new AtomicInteger();

    /**
     * @param executor runs the handlers of routes; one that throws {@code RejectedExecutionException} has too much to do,
     *     and the caller is told so
     */
    public HttpService(HttpRoutes routes, Executor executor, HttpLimits limits) {
        this.routes = routes;
        this.executor = executor;
        this.limits = limits;
    }

    /** Takes over a connection of which nothing was read yet. */
    @Override
    public void accept(ChannelPipeline pipeline) {
        boolean tooMany = connections.incrementAndGet() > limits.connectionsMax();
        pipeline.channel().closeFuture().addListener(closed -> connections.decrementAndGet());
        HttpDecoderConfig config = new HttpDecoderConfig()
                .setMaxInitialLineLength(limits.lineBytesMax())
                .setMaxHeaderSize(limits.headerBytesMax())
                .setMaxChunkSize(CHUNK_BYTES_MAX);
        HttpConnection connection = new HttpConnection(routes, executor, limits, tooMany);
        pipeline.addLast(connection.clock())
                .addLast(new HttpServerCodec(config))
                .addLast(new HttpObjectAggregator(limits.bodyBytesMax(), true))
                .addLast(connection);
    }
}
