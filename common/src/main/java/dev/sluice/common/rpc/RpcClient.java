package dev.sluice.common.rpc;

import dev.sluice.common.HostPort;
import java.util.concurrent.CompletableFuture;
import org.apache.thrift.TBase;

/** Sends requests, keeping one connection per target. */
public interface RpcClient extends AutoCloseable {
    /**
     * Sends a request. The future completes on a network thread, with the reply or with an {@link RpcException}, at the
     * latest when the header's time-out has passed.
     */
    <Q extends TBase<?, ?>, R extends TBase<?, ?>> CompletableFuture<R> call(
            HostPort target, Rpc<Q, R> rpc, RequestHeader header, Q request);

    /**
     * Sends a request as {@link #call(HostPort, Rpc, RequestHeader, TBase)} does, and says once, on a network thread, that
     * it has had no answer for a while; it is still waited for.
     *
     * @param silenceMs how long that is, more or less
     */
    default <Q extends TBase<?, ?>, R extends TBase<?, ?>> CompletableFuture<R> call(
            HostPort target, Rpc<Q, R> rpc, RequestHeader header, Q request, int silenceMs, Runnable onSilence) {
        return call(target, rpc, header, request);
    }

    /**
     * Opens a stream on a connection of its own: frames of type {@code Q} up, frames of type {@code R} down, in order
     * both ways, until either side closes. The other side hears of the stream with its first frame. Events come on a network thread, one after the other; a stream that cannot be
     * opened only says {@link RpcStream.Listener#onClosed}.
     */
    <Q extends TBase<?, ?>, R extends TBase<?, ?>> RpcStream<Q> openStream(
            HostPort target, Rpc<Q, R> rpc, RpcStream.Listener<R> listener);

    /** Closes all connections; what was asked and not answered fails with {@code ERR_NETWORK_FAILURE}. */
    @Override
    void close();
}
