package dev.sluice.common.rpc;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.thrift.TBase;
import org.jspecify.annotations.Nullable;

/** What a server answers: a table of handlers by task code, filled before the server starts. */
public final class RpcHandlers {
    private final Map<String, Entry<?, ?>> entries = new LinkedHashMap<>();

    /** Who may send a request. */
    public enum Access {
        /** Anybody. */
        CLIENTS,
        /** Connections that began with a hello of our cluster; for others the code does not exist. */
        SERVERS
    }

    /** Handles a request on a network thread; must not block. */
    public interface Handler<Q, R> {
        void handle(Caller caller, RequestHeader header, Q request, Responder<R> responder);
    }

    /** Accepts a stream on a network thread; the listener it returns hears the frames from the other side. */
    public interface StreamHandler<Q, R> {
        RpcStream.Listener<Q> accept(Caller caller, RpcStream<R> stream);
    }

    /** Answers {@code rpc} with the handler. */
    public <Q extends TBase<?, ?>, R extends TBase<?, ?>> RpcHandlers on(
            Rpc<Q, R> rpc, Access access, Handler<Q, R> handler) {
        return add(new Entry<>(rpc, access, handler, null, false));
    }

    /** Hands {@code rpc} to the handler and never answers, as the protocol asks for some codes. */
    public <Q extends TBase<?, ?>, R extends TBase<?, ?>> RpcHandlers onOneWay(
            Rpc<Q, R> rpc, Access access, Handler<Q, R> handler) {
        return add(new Entry<>(rpc, access, handler, null, true));
    }

    /** Accepts streams of {@code rpc}. */
    public <Q extends TBase<?, ?>, R extends TBase<?, ?>> RpcHandlers onStream(
            Rpc<Q, R> rpc, Access access, StreamHandler<Q, R> handler) {
        return add(new Entry<>(rpc, access, null, handler, false));
    }

    /** The table, by task code. */
    public Map<String, Entry<?, ?>> entries() {
        return Collections.unmodifiableMap(entries);
    }

    private RpcHandlers add(Entry<?, ?> entry) {
        if (entries.putIfAbsent(entry.rpc().taskCode(), entry) != null) {
            throw new IllegalArgumentException(entry.rpc().taskCode() + " has a handler already");
        }
        return this;
    }

    /** One row of the table: exactly one of the two handlers is there. */
    public record Entry<Q extends TBase<?, ?>, R extends TBase<?, ?>>(
            Rpc<Q, R> rpc,
            Access access,
            @Nullable Handler<Q, R> handler,
            @Nullable StreamHandler<Q, R> streamHandler,
            boolean oneWay) {}
}
