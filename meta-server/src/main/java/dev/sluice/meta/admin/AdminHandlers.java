package dev.sluice.meta.admin;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.command.CommandHandler;
import dev.sluice.common.command.RemoteCommands;
import dev.sluice.common.config.Config;
import dev.sluice.common.rpc.AdminRpcs;
import dev.sluice.common.rpc.NoAuthentication;
import dev.sluice.common.rpc.RpcHandlers;
import dev.sluice.meta.leader.MetaLeader;
import dev.sluice.meta.recovery.Survey;
import dev.sluice.wire.admin.QueryConfigResponse;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Answers the administration calls of the client protocol at one meta server; those of bulk load are elsewhere. */
public final class AdminHandlers {
    private final MetaLeader leader;
    private final LiveNodes nodes;
    private final Config config;
    private final MetaIdentity identity;
    private final PartitionCare care;
    private final @Nullable Survey survey;
    private final RemoteCommands commands;
    private final Executor commandExecutor;

    /**
     * @param config with the options of {@link AdminOptions}
     * @param survey of what nodes hold, if this server was started to recover a lost meta group
     * @param commands answered as remote commands, on the executor, by leader and followers alike
     */
    public AdminHandlers(
            MetaLeader leader,
            LiveNodes nodes,
            Config config,
            MetaIdentity identity,
            PartitionCare care,
            @Nullable Survey survey,
            RemoteCommands commands,
            Executor commandExecutor) {
        this.leader = leader;
        this.nodes = nodes;
        this.config = config;
        this.identity = identity;
        this.care = care;
        this.survey = survey;
        this.commands = commands;
        this.commandExecutor = commandExecutor;
    }

    /** Adds the handlers to the table of a server that has not started yet. */
    public void register(RpcHandlers handlers) {
        LeaderGate gate = new LeaderGate(leader, identity.self(), handlers, survey != null);
        registerApps(gate);
        registerCluster(gate);
        registerCare(gate);
        registerCompaction(gate);
        AbsentServices.register(gate);
        NoAuthentication.register(handlers);
        CommandHandler.register(handlers, commands, commandExecutor);
    }

    private void registerApps(LeaderGate gate) {
        AppCreation creation = new AppCreation(nodes, config, care);
        AppCommands apps = new AppCommands(config);
        ReplicaCounts replicaCounts = new ReplicaCounts(nodes, config, care);
        AtomicIdempotence idempotence = new AtomicIdempotence(care);
        gate.read(
                        AdminRpcs.QUERY_CONFIG,
                        (state, request) -> RoutingQuery.answer(state, request, care.deadNodes()),
                        this::refuseRouting)
                .write(AdminRpcs.CREATE_APP, creation::create, AppCreation::refuse)
                .write(AdminRpcs.DROP_APP, apps::drop, AppCommands::refuseDrop)
                .write(AdminRpcs.RECALL_APP, apps::recall, AppCommands::refuseRecall)
                .write(AdminRpcs.RENAME_APP, apps::rename, AppCommands::refuseRename)
                .write(AdminRpcs.UPDATE_APP_ENV, EnvCommands::update, EnvCommands::refuse)
                .read(AdminRpcs.LIST_APPS, AppList::answer, AppList::refuse)
                .read(AdminRpcs.GET_MAX_REPLICA_COUNT, ReplicaCounts::get, ReplicaCounts::refuseGet)
                .write(AdminRpcs.SET_MAX_REPLICA_COUNT, replicaCounts::set, ReplicaCounts::refuseSet)
                .read(AdminRpcs.GET_ATOMIC_IDEMPOTENT, AtomicIdempotence::get, AtomicIdempotence::refuseGet)
                .write(AdminRpcs.SET_ATOMIC_IDEMPOTENT, idempotence::set, AtomicIdempotence::refuseSet);
    }

    private void registerCluster(LeaderGate gate) {
        NodeQueries queries = new NodeQueries(nodes, identity, care);
        gate.read(AdminRpcs.LIST_NODES, queries::list, NodeQueries::refuseList)
                .read(AdminRpcs.CLUSTER_INFO, queries::clusterInfo, NodeQueries::refuseClusterInfo)
                .write(AdminRpcs.CONTROL_META, ClusterCommands::control, ClusterCommands::refuse);
    }

    private void registerCare(LeaderGate gate) {
        Proposals proposals = new Proposals(care);
        Diagnosis diagnosis = new Diagnosis(care);
        Recovery recovery = new Recovery(survey);
        gate.act(AdminRpcs.PROPOSE_BALANCER, proposals::propose, proposals::begin, Proposals::refuse, false)
                .write(AdminRpcs.DDD_DIAGNOSE, diagnosis::diagnose, Diagnosis::refuse)
                .act(AdminRpcs.START_RECOVERY, recovery::start, Function.identity(), Recovery::refuse, true);
    }

    private void registerCompaction(LeaderGate gate) {
        ManualCompaction compaction = new ManualCompaction(care);
        gate.write(
                        AdminRpcs.START_MANUAL_COMPACT,
                        ManualCompaction::start,
                        error -> ManualCompaction.startReply(error, ""))
                .look(
                        AdminRpcs.QUERY_MANUAL_COMPACT_STATUS,
                        compaction::query,
                        error -> ManualCompaction.queryReply(error, ""));
    }

    private QueryConfigResponse refuseRouting(ErrorCode error) {
        return error == ErrorCode.ERR_FORWARD_TO_OTHERS
                ? RoutingQuery.forward(leader.findLeader())
                : RoutingQuery.refuse(error);
    }
}
