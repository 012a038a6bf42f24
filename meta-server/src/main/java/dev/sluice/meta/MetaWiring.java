package dev.sluice.meta;

import dev.sluice.bulkload.store.BlockStores;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.command.RemoteCommands;
import dev.sluice.common.config.Config;
import dev.sluice.common.fault.FaultPoints;
import dev.sluice.common.rpc.InternalRpcs;
import dev.sluice.common.rpc.RpcHandlers;
import dev.sluice.common.time.EventLoop;
import dev.sluice.meta.admin.AdminHandlers;
import dev.sluice.meta.admin.LiveNodes;
import dev.sluice.meta.admin.MetaIdentity;
import dev.sluice.meta.guardian.Guardian;
import dev.sluice.meta.guardian.Standing;
import dev.sluice.meta.leader.MetaLeader;
import dev.sluice.meta.leader.StateListener;
import dev.sluice.meta.load.LoadDriver;
import dev.sluice.meta.load.LoadFaults;
import dev.sluice.meta.load.LoadHandlers;
import dev.sluice.meta.load.LoadOptions;
import dev.sluice.meta.load.Nodes;
import dev.sluice.meta.node.BalanceOptions;
import dev.sluice.meta.node.Freeze;
import dev.sluice.meta.node.Keeper;
import dev.sluice.meta.node.NodeOptions;
import dev.sluice.meta.node.NodeRegistry;
import dev.sluice.meta.node.ReportListener;
import dev.sluice.meta.recovery.Survey;
import dev.sluice.meta.state.FunctionLevel;
import dev.sluice.meta.state.MetaState;
import dev.sluice.wire.internal.ReplicaReport;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a meta server together, whatever world it runs in: threads, sockets and Raft, or a simulation.
 *
 * <pre>
 *   clients ──► AdminHandlers ──► MetaLeader ──► RatisJournal
 *                                   │    ▲
 *                     committed ────┤    │ configurations
 *                                   ▼    │
 *   nodes ◄──► NodeRegistry ──────► Keeper ──► Guardian
 * </pre>
 *
 * @param loads the loads of all apps
 * @param registry of the replica servers
 */
public record MetaWiring(LoadDriver loads, NodeRegistry registry) implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MetaWiring.class);

    /**
     * What a meta server is given.
     *
     * @param servers of the group, this one among them
     * @param leader not started yet; started by the caller once everything listens
     * @param storeThreads run what waits for the block store of that name
     * @param commands the server's remote commands; those of loads are added
     * @param commandExecutor runs remote commands
     */
    public record World(
            HostPort self,
            List<HostPort> servers,
            EventLoop loop,
            MetaLeader leader,
            BlockStores stores,
            Function<String, ? extends Executor> storeThreads,
            RemoteCommands commands,
            Executor commandExecutor) {
        public World {
            servers = List.copyOf(servers);
        }
    }

    /** Adds what listens to the leader, and the handlers to the table. Close what it returns. */
    public static MetaWiring wire(Config config, World world, RpcHandlers handlers) {
        MetaLeader owner = world.leader();
        EventLoop loop = world.loop();
        NodeOptions nodeOptions = nodeOptions(config);
        // Loads ask which nodes live, and say what nodes are to do: one of the two has to come first.
        AtomicReference<@Nullable NodeRegistry> nodes = new AtomicReference<>();
        FaultPoints faultPoints =
                FaultPoints.of(LoadFaults.halting(), LoadFaults.holding(), config.get(MetaOptions.ALLOW_FAULT_POINTS));
        LoadFaults faults = new LoadFaults(faultPoints);
        LoadOptions loadOptions = new LoadOptions(
                config.get(MetaOptions.BULK_LOAD_VERIFY),
                config.get(MetaOptions.MIN_REPLICA_COUNT),
                config.get(MetaOptions.BULK_LOAD_TINY_FILES_MAX),
                () -> config.get(MetaOptions.BULK_LOAD_NODE_INGESTING_MAX));
        LoadDriver loads = new LoadDriver(
                owner, loop, world.stores(), world.storeThreads(), new NodesFrom(nodes::get), faults, loadOptions);
        NodeRegistry registry = new NodeRegistry(loop, owner, nodeOptions, loads::findDirective);
        nodes.set(registry);
        Freeze freeze = new Freeze(registry::standings, () -> config.get(MetaOptions.LIVE_PERCENT_MIN));
        IgnoredApps ignoredApps = new IgnoredApps();
        Keeper keeper = new Keeper(
                loop,
                owner,
                registry,
                () -> new Guardian(
                        config.get(MetaOptions.ASSIGN_DELAY_MS),
                        (state, gpid, learner, view) -> loads.admits(state, gpid, learner)),
                freeze,
                () -> balanceOptions(config, ignoredApps));
        registry.addListener(new LoadReportsFrom(loads));
        registry.addListener(keeper);
        owner.addListener(faults);
        Survey survey = null;
        if (config.get(MetaOptions.RECOVER)) {
            survey = new Survey(loop, functionLevel(config));
            registry.addListener(survey);
        } else {
            owner.addListener(new Founder(owner, functionLevel(config)));
        }
        owner.addListener(registry);
        owner.addListener(loads);
        owner.addListener(keeper);
        owner.addListener(new LeaderLog(world.self()));

        faultPoints.registerCommand(world.commands(), "meta.fault-point");
        BalanceCommands.register(world.commands(), config, () -> keeper.moves().values(), ignoredApps);
        new AdminHandlers(
                        owner,
                        () -> liveNodes(registry),
                        config,
                        new MetaIdentity(world.self(), config.get(MetaOptions.CLUSTER_NAME), world.servers()),
                        new Care(registry, keeper, freeze),
                        survey,
                        world.commands(),
                        world.commandExecutor())
                .register(handlers);
        new LoadHandlers(owner, loop, world.stores(), loads, loadOptions).register(handlers);
        // A server that belongs to no cluster yet must get in: the hello of the stream itself is checked.
        handlers.onStream(
                InternalRpcs.NODE_STREAM, RpcHandlers.Access.CLIENTS, (caller, stream) -> registry.accept(stream));
        return new MetaWiring(loads, registry);
    }

    @Override
    public void close() {
        loads.close();
    }

    /** Only a node that is connected can be given replicas. */
    private static List<LiveNodes.LiveNode> liveNodes(NodeRegistry registry) {
        return registry.standings().entrySet().stream()
                .map(node -> new LiveNodes.LiveNode(node.getKey(), node.getValue() == Standing.LIVE))
                .toList();
    }

    private static NodeOptions nodeOptions(Config config) {
        return new NodeOptions(
                config.get(MetaOptions.NODE_LEASE_MS),
                config.get(MetaOptions.NODE_GRACE_MS),
                config.get(MetaOptions.NODE_BEAT_INTERVAL_MS),
                config.get(MetaOptions.DIRECTIVE_REPEAT_MS),
                config.get(MetaOptions.MIN_REPLICA_COUNT));
    }

    private static BalanceOptions balanceOptions(Config config, IgnoredApps ignored) {
        return new BalanceOptions(
                config.get(MetaOptions.BALANCE_MOVES_MAX),
                config.get(MetaOptions.BALANCE_ONLY_PRIMARIES) || config.get(MetaOptions.BALANCE_PRIMARIES_ONLY),
                config.get(MetaOptions.BALANCE_IN_TURN),
                ignored.ids());
    }

    private static FunctionLevel functionLevel(Config config) {
        return FunctionLevel.valueOf(
                config.get(MetaOptions.FUNCTION_LEVEL_ON_START).toUpperCase(Locale.ROOT));
    }

    /** What loads ask of the nodes, once there is a registry. */
    private record NodesFrom(Supplier<@Nullable NodeRegistry> registry) implements Nodes {
        @Override
        public boolean isLive(HostPort node) {
            NodeRegistry known = registry.get();
            return known != null && !known.isDead(node);
        }

        @Override
        public OptionalLong freeBytes(HostPort node) {
            NodeRegistry known = registry.get();
            NodeRegistry.DiskSpace space = known == null ? new NodeRegistry.DiskSpace(0, 0) : known.diskSpace(node);
            return space.capacityBytes() == 0 ? OptionalLong.empty() : OptionalLong.of(space.availableBytes());
        }

        @Override
        public void tell(Collection<Gpid> partitions) {
            NodeRegistry known = registry.get();
            if (known != null) {
                known.refresh(partitions);
            }
        }
    }

    /** Hands on what node streams say of loads. */
    private record LoadReportsFrom(LoadDriver loads) implements ReportListener {
        @Override
        public void onReport(HostPort node, long incarnation, ReplicaReport report) {
            loads.onReport(node, report);
        }

        @Override
        public void onStandingChanged(HostPort node) {
            loads.onStandingChanged();
        }
    }

    /** One line for each change of leadership. */
    private record LeaderLog(HostPort self) implements StateListener {
        @Override
        public void onLeading(long term, MetaState state) {
            LOG.info("{} leads the meta group, term {}", self, term);
        }

        @Override
        public void onLeadershipLost() {
            LOG.info("{} leads the meta group no more", self);
        }
    }
}
