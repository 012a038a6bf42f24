package dev.sluice.client;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.RequestHeader;
import dev.sluice.common.rpc.Rpc;
import dev.sluice.common.rpc.RpcClient;
import dev.sluice.common.rpc.RpcException;
import dev.sluice.common.rpc.Wire;
import dev.sluice.wire.WireErrorCode;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.apache.thrift.TBase;
import org.jspecify.annotations.Nullable;

/** Requests of administration: what a server refused, or did not answer, is a {@link ClientException} of the future. */
final class AdminCalls {
    private final MetaGroup metas;
    private final RpcClient rpc;
    private final ClientOptions options;

    AdminCalls(MetaGroup metas, RpcClient rpc, ClientOptions options) {
        this.metas = metas;
        this.rpc = rpc;
        this.options = options;
    }

    MetaGroup metas() {
        return metas;
    }

    /** Asks the leader for what does no harm if it is carried out twice. */
    <Q extends TBase<?, ?>, R extends TBase<?, ?>> CompletableFuture<R> call(
            String what,
            Rpc<Q, R> code,
            Q request,
            Function<R, WireErrorCode> errorOf,
            Function<R, @Nullable String> hintOf) {
        return expectOk(what, metas.call(what, code, request, errorOf), errorOf, hintOf);
    }

    /** Asks the leader for what must not be carried out twice. */
    <Q extends TBase<?, ?>, R extends TBase<?, ?>> CompletableFuture<R> callOnce(
            String what,
            Rpc<Q, R> code,
            Q request,
            Function<R, WireErrorCode> errorOf,
            Function<R, @Nullable String> hintOf) {
        return expectOk(what, metas.callOnce(what, code, request, errorOf), errorOf, hintOf);
    }

    /** Asks one server, once, for what it may refuse. */
    <Q extends TBase<?, ?>, R extends TBase<?, ?>> CompletableFuture<R> ask(
            String what, HostPort server, Rpc<Q, R> code, Q request, Function<R, WireErrorCode> errorOf) {
        return expectOk(what, ask(what, server, code, request), errorOf, AdminCalls::noHint);
    }

    /** Asks one server, once; no other could answer in its place. */
    <Q extends TBase<?, ?>, R extends TBase<?, ?>> CompletableFuture<R> ask(
            String what, HostPort server, Rpc<Q, R> code, Q request) {
        return rpc.call(server, code, RequestHeader.toServer(options.timeoutMs()), request)
                .exceptionally(failure -> {
                    Throwable cause = failure instanceof CompletionException && failure.getCause() != null
                            ? failure.getCause()
                            : failure;
                    throw cause instanceof RpcException known
                            ? new ClientException(known.error(), what + ": " + known.getMessage())
                            : new ClientException(ErrorCode.ERR_UNKNOWN, what + ": " + cause);
                });
    }

    /** For replies that have no hint. */
    static <R> @Nullable String noHint(R reply) {
        return null;
    }

    static void expectOk(String what, WireErrorCode error, @Nullable String hint) {
        ErrorCode code = Wire.error(error);
        if (!code.isOk()) {
            throw new ClientException(code, what, hint == null ? "" : hint);
        }
    }

    private static <R> CompletableFuture<R> expectOk(
            String what,
            CompletableFuture<R> reply,
            Function<R, WireErrorCode> errorOf,
            Function<R, @Nullable String> hintOf) {
        return reply.thenApply(answer -> {
            expectOk(what, errorOf.apply(answer), hintOf.apply(answer));
            return answer;
        });
    }
}
