package dev.sluice.common.rpc;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import java.util.concurrent.CompletableFuture;
import org.apache.thrift.TBase;

/** Calls the handlers of this very server, without the network: for another face of the same server. */
public final class LocalCalls {
    private final RpcHandlers handlers;
    private final Caller caller;

    /** @param self as whom the handlers see the caller */
    public LocalCalls(RpcHandlers handlers, HostPort self) {
        this.handlers = handlers;
        this.caller = new Caller(self, null, 0);
    }

    /** Fails with {@link RpcException} for a header error. */
    public <Q extends TBase<?, ?>, R extends TBase<?, ?>> CompletableFuture<R> call(Rpc<Q, R> rpc, Q request) {
        // The table has the handler of an rpc under its task code.
        @SuppressWarnings("unchecked")
        RpcHandlers.Entry<Q, R> entry =
                (RpcHandlers.Entry<Q, R>) handlers.entries().get(rpc.taskCode());
        CompletableFuture<R> answer = new CompletableFuture<>();
        if (entry == null || entry.handler() == null) {
            answer.completeExceptionally(
                    new RpcException(ErrorCode.ERR_HANDLER_NOT_FOUND, rpc + " is not served here"));
            return answer;
        }
        entry.handler().handle(caller, RequestHeader.toServer(0), request, new Responder<>() {
            @Override
            public void reply(R reply) {
                answer.complete(reply);
            }

            @Override
            public void fail(ErrorCode error) {
                answer.completeExceptionally(new RpcException(error, rpc + " failed"));
            }
        });
        return answer;
    }
}
