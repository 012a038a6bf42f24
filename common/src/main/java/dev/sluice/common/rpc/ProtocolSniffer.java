package dev.sluice.common.rpc;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at the first four bytes of a connection and gives it to whoever speaks that protocol, for as long as it lives. */
@SuppressWarnings("FutureReturnValueIgnored") // what fails here closes the connection, and that is heard
final class ProtocolSniffer extends ByteToMessageDecoder {
    private static final Logger LOG = LoggerFactory.getLogger(ProtocolSniffer.class);

    private static final int PREFIX_BYTES = 4;
    private static final int HTTP_GET = 0x47455420;
    private static final int HTTP_POST = 0x504f5354;

    private final Supplier<ChannelHandler> rpc;
    private final @Nullable Consumer<ChannelPipeline> http;

    ProtocolSniffer(Supplier<ChannelHandler> rpc, @Nullable Consumer<ChannelPipeline> http) {
        this.rpc = rpc;
        this.http = http;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (in.readableBytes() < PREFIX_BYTES) {
            return;
        }
        int prefix = in.getInt(in.readerIndex());
        switch (prefix) {
            case MessageCodec.MAGIC -> ctx.pipeline().replace(this, "rpc", rpc.get());
            case HTTP_GET, HTTP_POST -> {
                if (http == null) {
                    close(ctx, in, "HTTP is not served on this port");
                } else {
                    http.accept(ctx.pipeline());
                    ctx.pipeline().remove(this);
                }
            }
            default ->
                close(
                        ctx,
                        in,
                        "'"
                                + in.toString(in.readerIndex(), PREFIX_BYTES, StandardCharsets.ISO_8859_1)
                                        .replaceAll("[^!-~]", ".")
                                + "' begins no protocol that is served here");
        }
    }

    private static void close(ChannelHandlerContext ctx, ByteBuf in, String reason) {
        in.skipBytes(in.readableBytes());
        LOG.info("{}: {}; connection closed", ctx.channel().remoteAddress(), reason);
        ctx.close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug(
                "{}: connection lost before its first request: {}",
                ctx.channel().remoteAddress(),
                cause.toString());
        ctx.close();
    }
}
