package dev.sluice.meta.admin;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.config.Config;
import dev.sluice.common.rpc.Wire;
import dev.sluice.meta.leader.Command;
import dev.sluice.meta.leader.Decision;
import dev.sluice.meta.state.App;
import dev.sluice.meta.state.AppRecord.AppCreated;
import dev.sluice.meta.state.FunctionLevel;
import dev.sluice.meta.state.MetaState;
import dev.sluice.wire.admin.CreateAppOptions;
import dev.sluice.wire.admin.CreateAppRequest;
import dev.sluice.wire.admin.CreateAppResponse;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates apps. The reply says that the app is recorded; its partitions get replicas afterwards. */
final class AppCreation {
    private static final Logger LOG = LoggerFactory.getLogger(AppCreation.class);

    private final LiveNodes nodes;
    private final Config config;
    private final PartitionCare care;

    AppCreation(LiveNodes nodes, Config config, PartitionCare care) {
        this.nodes = nodes;
        this.config = config;
        this.care = care;
    }

    Command<CreateAppResponse> create(CreateAppRequest request) {
        return (state, wallMs) -> decide(state, wallMs, request.getAppName(), request.getOptions());
    }

    static CreateAppResponse refuse(ErrorCode error) {
        return new CreateAppResponse().setErr(Wire.error(error));
    }

    private Decision<CreateAppResponse> decide(MetaState state, long wallMs, String name, CreateAppOptions options) {
        if (care.functionLevel(state).compareTo(FunctionLevel.FREEZED) <= 0) {
            return Decision.reply(refuse(ErrorCode.ERR_STATE_FREEZED));
        }
        Optional<String> problem = findProblem(name, options);
        if (problem.isPresent()) {
            LOG.info("App '{}' is not created: {}", name, problem.get());
            return Decision.reply(refuse(ErrorCode.ERR_INVALID_PARAMETERS));
        }
        Optional<App> existing = state.findApp(name);
        if (existing.isPresent()) {
            return Decision.reply(answerForExisting(existing.get(), options));
        }
        int id = state.lastAppId() + 1;
        return Decision.record(
                ok(id),
                new AppCreated(
                        id,
                        name,
                        options.getAppType(),
                        options.getPartitionCount(),
                        options.getReplicaCount(),
                        new TreeMap<>(options.getEnvs()),
                        options.isIsStateful(),
                        options.isAtomicIdempotent(),
                        wallMs / 1000));
    }

    private Optional<String> findProblem(String name, CreateAppOptions options) {
        int partitionsMax = config.get(AdminOptions.MAX_ALLOWED_PARTITION_COUNT);
        if (!AppNames.isAllowed(name)) {
            return Optional.of("the name is empty, too long, or not fit to be part of a path");
        }
        if (options.getPartitionCount() < 1 || options.getPartitionCount() > partitionsMax) {
            return Optional.of("partition count " + options.getPartitionCount() + ", expected 1 to " + partitionsMax);
        }
        return ReplicaCounts.findProblem(options.getReplicaCount(), config, nodes)
                .or(() -> AppEnvs.findProblemOfNewApp(options.getEnvs()));
    }

    private static CreateAppResponse answerForExisting(App app, CreateAppOptions options) {
        if (!options.isSuccessIfExist()) {
            return refuse(ErrorCode.ERR_APP_EXIST);
        }
        boolean same = app.partitionCount() == options.getPartitionCount()
                && app.maxReplicaCount() == options.getReplicaCount()
                && app.type().equals(options.getAppType())
                && app.stateful() == options.isIsStateful()
                && app.envs().equals(options.getEnvs());
        return same ? ok(app.id()) : refuse(ErrorCode.ERR_INVALID_PARAMETERS);
    }

    private static CreateAppResponse ok(int id) {
        return refuse(ErrorCode.ERR_OK).setAppid(id);
    }
}
