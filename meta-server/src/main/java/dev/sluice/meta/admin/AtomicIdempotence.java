package dev.sluice.meta.admin;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.rpc.Wire;
import dev.sluice.meta.leader.Command;
import dev.sluice.meta.leader.Decision;
import dev.sluice.meta.state.App;
import dev.sluice.meta.state.AppRecord.AtomicIdempotentSet;
import dev.sluice.meta.state.FunctionLevel;
import dev.sluice.meta.state.MetaState;
import dev.sluice.wire.admin.GetAtomicIdempotentRequest;
import dev.sluice.wire.admin.GetAtomicIdempotentResponse;
import dev.sluice.wire.admin.SetAtomicIdempotentRequest;
import dev.sluice.wire.admin.SetAtomicIdempotentResponse;
import java.util.Optional;

/** A flag of an app that tools set and show. It changes nothing: a mutation always carries results. */
final class AtomicIdempotence {
    private final PartitionCare care;

    AtomicIdempotence(PartitionCare care) {
        this.care = care;
    }

    static GetAtomicIdempotentResponse get(MetaState state, GetAtomicIdempotentRequest request) {
        return state.findApp(request.getAppName())
                .map(app -> refuseGet(ErrorCode.ERR_OK).setAtomicIdempotent(app.atomicIdempotent()))
                .orElseGet(() -> refuseGet(ErrorCode.ERR_APP_NOT_EXIST)
                        .setHintMessage(ReplicaCounts.notThere(request.getAppName())));
    }

    static GetAtomicIdempotentResponse refuseGet(ErrorCode error) {
        return new GetAtomicIdempotentResponse().setErr(Wire.error(error)).setHintMessage("");
    }

    Command<SetAtomicIdempotentResponse> set(SetAtomicIdempotentRequest request) {
        return (state, wallMs) -> decide(state, request.getAppName(), request.isAtomicIdempotent());
    }

    static SetAtomicIdempotentResponse refuseSet(ErrorCode error) {
        return new SetAtomicIdempotentResponse().setErr(Wire.error(error)).setHintMessage("");
    }

    private Decision<SetAtomicIdempotentResponse> decide(MetaState state, String name, boolean wanted) {
        Optional<App> found = state.findApp(name);
        if (found.isEmpty()) {
            return Decision.reply(refuseSet(ErrorCode.ERR_APP_NOT_EXIST).setHintMessage(ReplicaCounts.notThere(name)));
        }
        boolean old = found.get().atomicIdempotent();
        if (care.functionLevel(state).compareTo(FunctionLevel.FREEZED) <= 0) {
            return Decision.reply(refuseSet(ErrorCode.ERR_STATE_FREEZED)
                    .setOldAtomicIdempotent(old)
                    .setHintMessage(ReplicaCounts.FREEZED));
        }
        SetAtomicIdempotentResponse reply = refuseSet(ErrorCode.ERR_OK).setOldAtomicIdempotent(old);
        return wanted == old
                ? Decision.reply(reply.setHintMessage("no need to update: it is " + old + " already"))
                : Decision.record(reply, new AtomicIdempotentSet(found.get().id(), wanted));
    }
}
