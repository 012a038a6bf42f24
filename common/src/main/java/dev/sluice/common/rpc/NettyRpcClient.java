package dev.sluice.common.rpc;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.thrift.TBase;
import org.apache.thrift.TException;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests over Netty.
 *
 * <p>Per target there is one connection for what clients ask and one, greeted, for what servers ask of each other
 * ({@link InternalRpcs}). A lost connection is made anew by the next request.
 */
public final class NettyRpcClient implements RpcClient {
    private final RpcIo io;
    private final @Nullable HelloDesk helloDesk;
    private final RpcLimits limits;
    private final Map<Key, CallConnection> connections = new ConcurrentHashMap<>();
    private final Set<ClientStream<?, ?>> streams = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** Which connection a request goes over. */
    record Key(HostPort target, boolean greeted) {}

    /**
     * @param identity as whom to say hello to other servers, asked for every connection; null for a plain client, which
     *     cannot send {@link InternalRpcs}
     */
    public NettyRpcClient(RpcIo io, @Nullable Supplier<ServerIdentity> identity, RpcLimits limits) {
        this.io = io;
        this.helloDesk = identity == null ? null : new HelloDesk(identity);
        this.limits = limits;
    }

    @Override
    public <Q extends TBase<?, ?>, R extends TBase<?, ?>> CompletableFuture<R> call(
            HostPort target, Rpc<Q, R> rpc, RequestHeader header, Q request) {
        return call(target, rpc, header, request, 0, null);
    }

    @Override
    public <Q extends TBase<?, ?>, R extends TBase<?, ?>> CompletableFuture<R> call(
            HostPort target,
            Rpc<Q, R> rpc,
            RequestHeader header,
            Q request,
            int silenceMs,
            @Nullable Runnable onSilence) {
        CompletableFuture<R> future = new CompletableFuture<>();
        boolean greeted = rpc.taskCode().startsWith(InternalRpcs.PREFIX);
        if (greeted && helloDesk == null) {
            future.completeExceptionally(
                    new RpcException(ErrorCode.ERR_HANDLER_NOT_FOUND, rpc + " can only be sent by a server"));
            return future;
        }
        ByteBuf frame = ByteBufAllocator.DEFAULT.ioBuffer();
        int sequenceIdAt;
        try {
            sequenceIdAt = MessageCodec.writeRequest(frame, header, rpc, request);
        } catch (TException | RuntimeException e) {
            frame.release();
            future.completeExceptionally(
                    new RpcException(ErrorCode.ERR_INVALID_DATA, rpc + ": the request cannot be written", e));
            return future;
        }
        if (frame.readableBytes() > limits.frameBytesMax()) {
            RpcException tooLong = new RpcException(
                    ErrorCode.ERR_INVALID_DATA,
                    rpc + ": a request of " + frame.readableBytes() + " bytes, at most " + limits.frameBytesMax()
                            + " are possible");
            frame.release();
            future.completeExceptionally(tooLong);
            return future;
        }
        long now = System.nanoTime();
        long deadline = now + TimeUnit.MILLISECONDS.toNanos(Math.max(1, header.timeoutMs()));
        PendingCall<R> call = new PendingCall<>(rpc, future, frame, sequenceIdAt, deadline);
        if (onSilence != null && silenceMs < header.timeoutMs()) {
            call.onSilence(now + TimeUnit.MILLISECONDS.toNanos(silenceMs), onSilence);
        }
        submit(call, new Key(target, greeted));
        return future;
    }

    @Override
    public <Q extends TBase<?, ?>, R extends TBase<?, ?>> RpcStream<Q> openStream(
            HostPort target, Rpc<Q, R> rpc, RpcStream.Listener<R> listener) {
        boolean greeted = rpc.taskCode().startsWith(InternalRpcs.PREFIX);
        ClientStream<Q, R> stream = new ClientStream<>(rpc, target, limits, listener, streams::remove);
        streams.add(stream);
        try {
            if (closed) {
                stream.onClosed(isClosed());
            } else if (greeted && helloDesk == null) {
                stream.onClosed(new RpcException(ErrorCode.ERR_HANDLER_NOT_FOUND, rpc + " is for servers only"));
            } else {
                stream.connect(io, greeted ? helloDesk : null);
            }
        } catch (RejectedExecutionException e) {
            stream.onClosed(isClosed());
        }
        return stream.stream();
    }

    @Override
    public void close() {
        closed = true;
        for (CallConnection connection : connections.values()) {
            closeConnection(connection);
        }
        for (ClientStream<?, ?> stream : streams) {
            stream.stream().close();
        }
    }

    /** Sends the call over the connection of that key, which is made if there is none. */
    void submit(PendingCall<?> call, Key key) {
        try {
            if (closed) {
                call.fail(isClosed());
                return;
            }
            CallConnection connection = connection(key);
            connection.handOver(call);
            if (closed) {
                closeConnection(connection);
            }
        } catch (RejectedExecutionException e) {
            call.fail(isClosed());
        }
    }

    /** Sends a call that met a connection just as it closed, and was not sent on it. */
    void submitAgain(PendingCall<?> call, Key key) {
        if (call.mayBeSubmittedAgain()) {
            submit(call, key);
        } else {
            call.fail(new RpcException(ErrorCode.ERR_NETWORK_FAILURE, key.target() + ": connection closed"));
        }
    }

    void forget(Key key, CallConnection connection) {
        connections.remove(key, connection);
    }

    private CallConnection connection(Key key) {
        CallConnection known = connections.get(key);
        if (known != null && isCurrent(known, key)) {
            return known;
        }
        if (known != null && connections.remove(key, known)) {
            closeConnection(known);
        }
        return connections.computeIfAbsent(
                key, ignored -> new CallConnection(this, key, key.greeted() ? helloDesk : null, limits, io));
    }

    /** False for a connection whose hello named a cluster that we belong to no longer, or not yet. */
    private boolean isCurrent(CallConnection connection, Key key) {
        return !key.greeted()
                || helloDesk == null
                || connection.helloClusterId().equals(helloDesk.clusterId());
    }

    private static void closeConnection(CallConnection connection) {
        try {
            connection.loop().execute(() -> connection.close(isClosed()));
        } catch (RejectedExecutionException e) {
            // The network threads are gone, and the connection with them.
            return;
        }
    }

    private static RpcException isClosed() {
        return new RpcException(ErrorCode.ERR_NETWORK_FAILURE, "closed on our side");
    }
}
