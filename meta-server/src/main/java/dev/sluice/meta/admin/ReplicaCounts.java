package dev.sluice.meta.admin;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.config.Config;
import dev.sluice.common.rpc.Wire;
import dev.sluice.meta.leader.Command;
import dev.sluice.meta.leader.Decision;
import dev.sluice.meta.state.App;
import dev.sluice.meta.state.AppRecord.MaxReplicaCountSet;
import dev.sluice.meta.state.FunctionLevel;
import dev.sluice.meta.state.MetaState;
import dev.sluice.wire.admin.GetMaxReplicaCountRequest;
import dev.sluice.wire.admin.GetMaxReplicaCountResponse;
import dev.sluice.wire.admin.SetMaxReplicaCountRequest;
import dev.sluice.wire.admin.SetMaxReplicaCountResponse;
import java.util.Optional;

/** How many replicas the partitions of an app should have. */
final class ReplicaCounts {
    static final String FREEZED = "the meta function level is freezed or below";

    private final LiveNodes nodes;
    private final Config config;
    private final PartitionCare care;

    ReplicaCounts(LiveNodes nodes, Config config, PartitionCare care) {
        this.nodes = nodes;
        this.config = config;
        this.care = care;
    }

    /** What speaks against so many replicas, if anything. */
    static Optional<String> findProblem(int count, Config config, LiveNodes nodes) {
        int min = config.get(AdminOptions.MIN_ALLOWED_REPLICA_COUNT);
        int max = config.get(AdminOptions.MAX_ALLOWED_REPLICA_COUNT);
        if (count < min || count > max) {
            return Optional.of("replica count " + count + ", expected " + min + " to " + max);
        }
        int alive = nodes.aliveCount();
        return count > alive
                ? Optional.of("replica count " + count + ", but only " + alive + " nodes are alive")
                : Optional.empty();
    }

    static GetMaxReplicaCountResponse get(MetaState state, GetMaxReplicaCountRequest request) {
        return state.findApp(request.getAppName())
                .map(app -> refuseGet(ErrorCode.ERR_OK).setMaxReplicaCount(app.maxReplicaCount()))
                .orElseGet(() -> refuseGet(ErrorCode.ERR_APP_NOT_EXIST).setHintMessage(notThere(request.getAppName())));
    }

    static GetMaxReplicaCountResponse refuseGet(ErrorCode error) {
        return new GetMaxReplicaCountResponse().setErr(Wire.error(error)).setHintMessage("");
    }

    Command<SetMaxReplicaCountResponse> set(SetMaxReplicaCountRequest request) {
        return (state, wallMs) -> decide(state, request.getAppName(), request.getMaxReplicaCount());
    }

    static SetMaxReplicaCountResponse refuseSet(ErrorCode error) {
        return new SetMaxReplicaCountResponse().setErr(Wire.error(error)).setHintMessage("");
    }

    private Decision<SetMaxReplicaCountResponse> decide(MetaState state, String name, int count) {
        Optional<App> found = state.findApp(name);
        if (found.isEmpty()) {
            return Decision.reply(refuseSet(ErrorCode.ERR_APP_NOT_EXIST).setHintMessage(notThere(name)));
        }
        App app = found.get();
        int old = app.maxReplicaCount();
        if (care.functionLevel(state).compareTo(FunctionLevel.FREEZED) <= 0) {
            return Decision.reply(refuseSet(ErrorCode.ERR_STATE_FREEZED)
                    .setOldMaxReplicaCount(old)
                    .setHintMessage(FREEZED));
        }
        Optional<String> problem = findProblem(count, config, nodes);
        if (problem.isPresent()) {
            return Decision.reply(refuseSet(ErrorCode.ERR_INVALID_PARAMETERS)
                    .setOldMaxReplicaCount(old)
                    .setHintMessage(problem.get()));
        }
        SetMaxReplicaCountResponse reply = refuseSet(ErrorCode.ERR_OK).setOldMaxReplicaCount(old);
        return count == old
                ? Decision.reply(reply.setHintMessage("no need to update: it is " + old + " already"))
                : Decision.record(reply, new MaxReplicaCountSet(app.id(), count));
    }

    static String notThere(String appName) {
        return "app(" + appName + ") does not exist";
    }
}
