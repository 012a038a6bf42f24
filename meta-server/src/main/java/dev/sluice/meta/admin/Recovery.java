package dev.sluice.meta.admin;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.Wire;
import dev.sluice.meta.leader.Command;
import dev.sluice.meta.leader.Decision;
import dev.sluice.meta.recovery.Rebuilding.Result;
import dev.sluice.meta.recovery.Survey;
import dev.sluice.wire.admin.StartRecoveryRequest;
import dev.sluice.wire.admin.StartRecoveryResponse;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Starts a cluster anew from what its replica servers hold, once, and only where the meta server was started for that. */
final class Recovery {
    private final @Nullable Survey survey;

    /** @param survey null if this server was not started to recover */
    Recovery(@Nullable Survey survey) {
        this.survey = survey;
    }

    Command<StartRecoveryResponse> start(StartRecoveryRequest request) {
        return (state, wallMs) -> {
            if (survey == null || !state.clusterId().isEmpty()) {
                return Decision.reply(refuse(ErrorCode.ERR_SERVICE_ALREADY_RUNNING)
                        .setHintMessage("only an empty meta group that was started with recover_from_replica_server"
                                + " recovers"));
            }
            Set<HostPort> nodes = new LinkedHashSet<>();
            request.getRecoveryNodes().forEach(node -> Wire.find(node).ifPresent(nodes::add));
            if (nodes.isEmpty()) {
                return Decision.reply(refuse(ErrorCode.ERR_INVALID_PARAMETERS).setHintMessage("no node is named"));
            }
            Result result = survey.rebuild(nodes, request.isSkipBadNodes(), request.isSkipLostPartitions(), wallMs);
            return new Decision<>(refuse(result.error()).setHintMessage(result.hint()), result.records());
        };
    }

    static StartRecoveryResponse refuse(ErrorCode error) {
        return new StartRecoveryResponse().setErr(Wire.error(error)).setHintMessage("");
    }
}
