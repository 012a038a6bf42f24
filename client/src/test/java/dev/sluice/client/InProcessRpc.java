package dev.sluice.client;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.Caller;
import dev.sluice.common.rpc.RequestHeader;
import dev.sluice.common.rpc.Responder;
import dev.sluice.common.rpc.Rpc;
import dev.sluice.common.rpc.RpcClient;
import dev.sluice.common.rpc.RpcException;
import dev.sluice.common.rpc.RpcHandlers;
import dev.sluice.common.rpc.RpcStream;
import dev.sluice.common.time.EventLoop;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.thrift.TBase;

/** Servers in this process: requests go straight to their handlers. What no handler answers times out. */
final class InProcessRpc implements RpcClient {
    private static final Caller CALLER = new Caller(new HostPort("127.0.0.1", 1), null, 0);

    private final EventLoop loop;
    private final Map<HostPort, RpcHandlers> servers = new HashMap<>();
    private final Set<HostPort> silent = new HashSet<>();
    /** {@code server code} of every request, in the order of sending. */
    final List<String> sent = Collections.synchronizedList(new ArrayList<>());

    InProcessRpc(EventLoop loop) {
        this.loop = loop;
    }

    RpcHandlers server(HostPort address) {
        return servers.computeIfAbsent(address, key -> new RpcHandlers());
    }

    void stop(HostPort address) {
        servers.remove(address);
    }

    /** The server takes requests, and never answers. */
    void silence(HostPort address) {
        silent.add(address);
    }

    long sentTo(HostPort server, Rpc<?, ?> code) {
        return sent.stream().filter((server + " " + code)::equals).count();
    }

    @Override
    public <Q extends TBase<?, ?>, R extends TBase<?, ?>> CompletableFuture<R> call(
            HostPort target, Rpc<Q, R> rpc, RequestHeader header, Q request, int silenceMs, Runnable onSilence) {
        CompletableFuture<R> answer = call(target, rpc, header, request);
        loop.schedule(silenceMs, () -> {
            if (!answer.isDone()) {
                onSilence.run();
            }
        });
        return answer;
    }

    @Override
    public <Q extends TBase<?, ?>, R extends TBase<?, ?>> CompletableFuture<R> call(
            HostPort target, Rpc<Q, R> rpc, RequestHeader header, Q request) {
        sent.add(target + " " + rpc);
        CompletableFuture<R> answer = new CompletableFuture<>();
        RpcHandlers handlers = servers.get(target);
        if (silent.contains(target)) {
            timeOut(header, answer);
            return answer;
        }
        if (handlers == null) {
            answer.completeExceptionally(
                    new RpcException(ErrorCode.ERR_NETWORK_FAILURE, "connection refused").ofUnsent());
            return answer;
        }
        RpcHandlers.Entry<?, ?> entry = handlers.entries().get(rpc.taskCode());
        if (entry == null) {
            answer.completeExceptionally(new RpcException(ErrorCode.ERR_HANDLER_NOT_FOUND, rpc.taskCode()));
            return answer;
        }
        timeOut(header, answer);
        // The table is by task code, and a code has one pair of types.
        @SuppressWarnings("unchecked")
        RpcHandlers.Handler<Q, R> handler = (RpcHandlers.Handler<Q, R>) entry.handler();
        if (handler != null) {
            handler.handle(CALLER, header, request, new Responder<R>() {
                @Override
                public void reply(R reply) {
                    answer.complete(reply);
                }

                @Override
                public void fail(ErrorCode error) {
                    answer.completeExceptionally(new RpcException(error, "refused by " + target));
                }
            });
        }
        return answer;
    }

    private void timeOut(RequestHeader header, CompletableFuture<?> answer) {
        loop.schedule(
                header.timeoutMs(),
                () -> answer.completeExceptionally(
                        new RpcException(ErrorCode.ERR_TIMEOUT, "no answer in " + header.timeoutMs() + " ms")));
    }

    @Override
    public <Q extends TBase<?, ?>, R extends TBase<?, ?>> RpcStream<Q> openStream(
            HostPort target, Rpc<Q, R> rpc, RpcStream.Listener<R> listener) {
        throw new UnsupportedOperationException("the client opens no streams");
    }

    @Override
    public void close() {
        servers.clear();
    }
}
