package dev.sluice.meta.admin;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.rpc.AdminRpcs;
import dev.sluice.common.rpc.Rpc;
import dev.sluice.common.rpc.RpcHandlers;
import dev.sluice.common.rpc.RpcHandlers.Access;
import dev.sluice.common.rpc.Wire;
import dev.sluice.meta.state.App;
import dev.sluice.meta.state.MetaState;
import dev.sluice.wire.Blob;
import dev.sluice.wire.admin.AbsentServiceRequest;
import dev.sluice.wire.admin.AbsentServiceResponse;
import dev.sluice.wire.admin.NegotiationResponse;
import dev.sluice.wire.admin.NegotiationStatus;
import dev.sluice.wire.admin.ProposeBalancerRequest;
import dev.sluice.wire.admin.ProposeBalancerResponse;
import dev.sluice.wire.admin.QueryManualCompactResponse;
import dev.sluice.wire.admin.StartManualCompactResponse;
import dev.sluice.wire.admin.StartRecoveryResponse;

/** What the protocol has and Sluice does not: it says so, so that a client does not wait or try again. */
final class AbsentServices {
    private static final String NO_COMPACTION = "manual compaction is not a service of this cluster";

    private AbsentServices() {}

    static void register(LeaderGate gate, RpcHandlers handlers) {
        for (Rpc<AbsentServiceRequest, AbsentServiceResponse> rpc : AdminRpcs.ABSENT_SERVICES) {
            gate.read(rpc, (state, request) -> absent(ErrorCode.ERR_SERVICE_NOT_ACTIVE), AbsentServices::absent);
        }
        gate.read(
                        AdminRpcs.START_MANUAL_COMPACT,
                        (state, request) -> startCompact(ErrorCode.ERR_SERVICE_NOT_ACTIVE),
                        AbsentServices::startCompact)
                .read(
                        AdminRpcs.QUERY_MANUAL_COMPACT_STATUS,
                        (state, request) -> queryCompact(ErrorCode.ERR_SERVICE_NOT_ACTIVE),
                        AbsentServices::queryCompact)
                .read(
                        AdminRpcs.START_RECOVERY,
                        (state, request) -> startRecovery(ErrorCode.ERR_SERVICE_ALREADY_RUNNING),
                        AbsentServices::startRecovery)
                .read(AdminRpcs.PROPOSE_BALANCER, AbsentServices::propose, AbsentServices::refuseProposal);
        handlers.on(
                AdminRpcs.NEGOTIATION,
                Access.CLIENTS,
                (caller, header, request, responder) -> responder.reply(noAuthentication()));
    }

    /** There is no authentication; a client that asks goes on without it. */
    private static NegotiationResponse noAuthentication() {
        return new NegotiationResponse()
                .setStatus(NegotiationStatus.SASL_AUTH_DISABLE)
                .setMsg(Blob.of(new byte[0]));
    }

    /** Replicas are placed by the guardian and the balancer alone. */
    private static ProposeBalancerResponse propose(MetaState state, ProposeBalancerRequest request) {
        boolean exists = state.findApp(request.getGpid().appId())
                .filter(App::isAvailable)
                .filter(app -> request.getGpid().partitionIndex() >= 0
                        && request.getGpid().partitionIndex() < app.partitionCount())
                .isPresent();
        return refuseProposal(exists ? ErrorCode.ERR_SERVICE_NOT_ACTIVE : ErrorCode.ERR_INVALID_PARAMETERS);
    }

    private static ProposeBalancerResponse refuseProposal(ErrorCode error) {
        return new ProposeBalancerResponse().setErr(Wire.error(error));
    }

    private static AbsentServiceResponse absent(ErrorCode error) {
        return new AbsentServiceResponse().setErr(Wire.error(error));
    }

    private static StartManualCompactResponse startCompact(ErrorCode error) {
        return new StartManualCompactResponse().setErr(Wire.error(error)).setHintMsg(NO_COMPACTION);
    }

    private static QueryManualCompactResponse queryCompact(ErrorCode error) {
        return new QueryManualCompactResponse().setErr(Wire.error(error)).setHintMsg(NO_COMPACTION);
    }

    private static StartRecoveryResponse startRecovery(ErrorCode error) {
        return new StartRecoveryResponse()
                .setErr(Wire.error(error))
                .setHintMessage("the journal of the meta group is where apps are recovered from");
    }
}
