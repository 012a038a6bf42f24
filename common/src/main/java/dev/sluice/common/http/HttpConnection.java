package dev.sluice.common.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection: takes a request, has it answered, and only then takes the next. Lives on the thread of its channel. */
@SuppressWarnings("FutureReturnValueIgnored") // what fails here closes the connection, and that is heard
final class HttpConnection extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(HttpConnection.class);

    /** Further requests are not read before these are answered. */
    private static final int WAITING_MAX = 16;

    private final HttpRoutes routes;
    private final Executor executor;
    private final HttpLimits limits;
    private final boolean tooMany;
    private @Nullable ScheduledFuture<?> deadline;
    /** Requests that came while another was answered. */
    private final Deque<Asked> waiting = new ArrayDeque<>();

    private boolean arriving;
    private boolean answering;

    /**
     * One request.
     *
     * @param query null if it is none
     * @param refusal why it is none
     * @param keep the connection goes on behind the answer
     */
    private record Asked(
            @Nullable HttpQuery query, @Nullable HttpAnswer refusal, boolean keep) {
        static Asked refused(HttpAnswer refusal, boolean keep) {
            return new Asked(null, refusal, keep);
        }
    }

    HttpConnection(HttpRoutes routes, Executor executor, HttpLimits limits, boolean tooMany) {
        this.routes = routes;
        this.executor = executor;
        this.limits = limits;
        this.tooMany = tooMany;
    }

    /** Sees bytes before they are a request, so that one that trickles in is noticed. Stands first in the pipeline. */
    ChannelHandler clock() {
        return new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object bytes) {
                if (!arriving && !answering) {
                    arriving = true;
                    closeAfter(ctx, limits.requestMs(), "its request does not arrive");
                }
                ctx.fireChannelRead(bytes);
            }
        };
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        closeAfter(ctx, limits.idleMs(), "it is silent");
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
        waiting.add(read(request));
        if (!answering) {
            answerNext(ctx);
        } else if (waiting.size() >= WAITING_MAX) {
            ctx.channel().config().setAutoRead(false);
        }
    }

    /** What was asked, or why it is no question. */
    private Asked read(FullHttpRequest request) {
        boolean keep = HttpUtil.isKeepAlive(request);
        if (tooMany) {
            return Asked.refused(HttpAnswer.failure(503, "too many connections"), false);
        }
        if (request.decoderResult().isFailure()) {
            String reason = request.decoderResult().cause().getMessage();
            return Asked.refused(HttpAnswer.badRequest("failed to parse request: " + reason), false);
        }
        boolean post = request.method().equals(HttpMethod.POST);
        if (!post && !request.method().equals(HttpMethod.GET)) {
            return Asked.refused(HttpAnswer.badRequest("failed to parse request: expected GET or POST"), false);
        }
        try {
            String body = request.content().toString(StandardCharsets.UTF_8);
            return new Asked(HttpQuery.parse(post, request.uri(), body), null, keep);
        } catch (BadRequestException e) {
            return Asked.refused(HttpAnswer.badRequest(String.valueOf(e.getMessage())), keep);
        }
    }

    private void answerNext(ChannelHandlerContext ctx) {
        Asked next = waiting.poll();
        if (next == null) {
            answering = false;
            arriving = false;
            closeAfter(ctx, limits.idleMs(), "it is silent");
            ctx.channel().config().setAutoRead(true);
            return;
        }
        answering = true;
        closeAfter(ctx, limits.requestMs(), "its answer is not made or not taken");
        HttpQuery query = next.query();
        if (query == null) {
            write(ctx, Objects.requireNonNull(next.refusal()), next.keep());
            return;
        }
        try {
            executor.execute(() -> routes.answer(query)
                    .thenAccept(answer -> ctx.executor().execute(() -> write(ctx, answer, next.keep()))));
        } catch (RejectedExecutionException e) {
            write(ctx, HttpAnswer.failure(503, "too many requests wait"), next.keep());
        }
    }

    private void write(ChannelHandlerContext ctx, HttpAnswer answer, boolean keep) {
        ByteBuf body = ByteBufUtil.writeUtf8(ctx.alloc(), answer.body());
        FullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(answer.status()), body);
        answer.headers().forEach(response.headers()::set);
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, answer.contentType())
                .set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes())
                .set("X-Content-Type-Options", "nosniff");
        if (!keep) {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        ctx.writeAndFlush(response).addListener(written -> {
            if (!keep || !written.isSuccess()) {
                ctx.close();
                return;
            }
            answerNext(ctx);
        });
    }

    private void closeAfter(ChannelHandlerContext ctx, long ms, String reason) {
        stopClock();
        deadline = ctx.executor()
                .schedule(
                        () -> {
                            LOG.info(
                                    "{}: HTTP connection closed: {} for {} ms",
                                    ctx.channel().remoteAddress(),
                                    reason,
                                    ms);
                            ctx.close();
                        },
                        ms,
                        TimeUnit.MILLISECONDS);
    }

    private void stopClock() {
        if (deadline != null) {
            deadline.cancel(false);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        stopClock();
        super.channelInactive(ctx);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug("{}: HTTP connection failed and is closed: {}", ctx.channel().remoteAddress(), cause.toString());
        ctx.close();
    }
}
