package dev.sluice.meta.admin;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.rpc.Wire;
import dev.sluice.meta.leader.Command;
import dev.sluice.meta.leader.Decision;
import dev.sluice.meta.state.ClusterRecord.FunctionLevelSet;
import dev.sluice.meta.state.FunctionLevel;
import dev.sluice.meta.state.MetaState;
import dev.sluice.wire.admin.MetaControlRequest;
import dev.sluice.wire.admin.MetaControlResponse;
import dev.sluice.wire.admin.MetaFunctionLevel;
import org.jspecify.annotations.Nullable;

/** How much the meta server does by itself. */
final class ClusterCommands {
    private ClusterCommands() {}

    /** Sets the level and answers the old one; {@code FL_INVALID} only asks. */
    static Command<MetaControlResponse> control(MetaControlRequest request) {
        return (state, wallMs) -> decide(state, request.getLevel());
    }

    static MetaControlResponse refuse(ErrorCode error) {
        return new MetaControlResponse().setErr(Wire.error(error)).setOldLevel(MetaFunctionLevel.FL_INVALID);
    }

    private static Decision<MetaControlResponse> decide(MetaState state, @Nullable MetaFunctionLevel wanted) {
        FunctionLevel old = state.functionLevel();
        MetaControlResponse reply = refuse(ErrorCode.ERR_OK).setOldLevel(onWire(old));
        if (wanted == null) {
            return Decision.reply(reply.setErr(Wire.error(ErrorCode.ERR_INVALID_PARAMETERS)));
        }
        for (FunctionLevel level : FunctionLevel.values()) {
            if (level.number() == wanted.getValue() && level != old) {
                return Decision.record(reply, new FunctionLevelSet(level));
            }
        }
        return Decision.reply(reply);
    }

    private static MetaFunctionLevel onWire(FunctionLevel level) {
        return MetaFunctionLevel.valueOf("FL_" + level.name());
    }
}
