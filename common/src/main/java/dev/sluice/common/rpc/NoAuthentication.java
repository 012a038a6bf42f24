package dev.sluice.common.rpc;

import dev.sluice.wire.Blob;
import dev.sluice.wire.admin.NegotiationResponse;
import dev.sluice.wire.admin.NegotiationStatus;

/** Answers clients that want to authenticate themselves: there is no authentication, and they go on without it. */
public final class NoAuthentication {
    private NoAuthentication() {}

    /** Adds the handler. It answers every step of a negotiation in the same way. */
    public static void register(RpcHandlers handlers) {
        handlers.on(
                AdminRpcs.NEGOTIATION,
                RpcHandlers.Access.CLIENTS,
                (caller, header, request, responder) -> responder.reply(new NegotiationResponse()
                        .setStatus(NegotiationStatus.SASL_AUTH_DISABLE)
                        .setMsg(Blob.of(new byte[0]))));
    }
}
