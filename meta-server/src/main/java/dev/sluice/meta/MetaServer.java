package dev.sluice.meta;

import dev.sluice.bulkload.store.BlockService;
import dev.sluice.bulkload.store.BlockStores;
import dev.sluice.common.HostPort;
import dev.sluice.common.command.CommandThreads;
import dev.sluice.common.command.RemoteCommands;
import dev.sluice.common.command.ServerInfo;
import dev.sluice.common.command.StandardCommands;
import dev.sluice.common.config.Config;
import dev.sluice.common.config.ConfigException;
import dev.sluice.common.config.Settings;
import dev.sluice.common.fault.FaultPoints;
import dev.sluice.common.http.CommonRoutes;
import dev.sluice.common.http.HttpLimits;
import dev.sluice.common.http.HttpRoutes;
import dev.sluice.common.http.HttpService;
import dev.sluice.common.metrics.Metrics;
import dev.sluice.common.rpc.Faces;
import dev.sluice.common.rpc.InternalRpcs;
import dev.sluice.common.rpc.LocalCalls;
import dev.sluice.common.rpc.NettyRpcServer;
import dev.sluice.common.rpc.RpcHandlers;
import dev.sluice.common.rpc.RpcIo;
import dev.sluice.common.rpc.RpcLimits;
import dev.sluice.common.rpc.ServerIdentity;
import dev.sluice.common.time.ThreadEventLoop;
import dev.sluice.meta.admin.AdminHandlers;
import dev.sluice.meta.admin.LiveNodes;
import dev.sluice.meta.admin.MetaIdentity;
import dev.sluice.meta.guardian.Guardian;
import dev.sluice.meta.guardian.Standing;
import dev.sluice.meta.http.MetaRoutes;
import dev.sluice.meta.journal.RatisJournal;
import dev.sluice.meta.journal.RatisOptions;
import dev.sluice.meta.leader.MetaLeader;
import dev.sluice.meta.leader.StateListener;
import dev.sluice.meta.load.LoadDriver;
import dev.sluice.meta.load.LoadHandlers;
import dev.sluice.meta.load.LoadOptions;
import dev.sluice.meta.load.Nodes;
import dev.sluice.meta.node.BalanceOptions;
import dev.sluice.meta.node.Keeper;
import dev.sluice.meta.node.NodeOptions;
import dev.sluice.meta.node.NodeRegistry;
import dev.sluice.meta.node.ReportListener;
import dev.sluice.meta.recovery.Survey;
import dev.sluice.meta.state.FunctionLevel;
import dev.sluice.meta.state.MetaState;
import dev.sluice.wire.internal.ReplicaReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One meta server: journal, leader, node streams, guardian, administration. Several may run in one process.
 *
 * <pre>
 *   clients ──► AdminHandlers ──► MetaLeader ──► RatisJournal
 *                                   │    ▲
 *                     committed ────┤    │ configurations
 *                                   ▼    │
 *   nodes ◄──► NodeRegistry ──────► Keeper ──► Guardian
 * </pre>
 */
public final class MetaServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MetaServer.class);

    private final Config config;
    private final HostPort self;
    private final List<HostPort> servers;
    private final RpcIo io;
    private final ThreadEventLoop loop;
    private final ExecutorService commandThread;
    private final Metrics metrics = new Metrics();
    private final AtomicBoolean closing = new AtomicBoolean();
    private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();
    private @Nullable NettyRpcServer rpc;
    private @Nullable RatisJournal journal;
    private @Nullable MetaLeader leader;
    private @Nullable LoadDriver loadDriver;
    private @Nullable BlockStores blockStores;

    /** @param config with the options of {@link MetaOptions#schema} */
    public MetaServer(Config config) {
        this.config = config;
        int port = config.get(MetaOptions.PORT);
        String host = config.get(MetaOptions.HOST);
        self = new HostPort(host, port == 0 ? freePort(host) : port);
        servers = servers(config, self);
        String name = "meta-" + self.port();
        io = RpcIo.start(name + "-net", config.get(MetaOptions.NETWORK_THREADS));
        loop = new ThreadEventLoop(name);
        commandThread = CommandThreads.start(name + "-commands");
    }

    /** Joins the group and answers clients and replica servers from here on; the leader is found in a moment. */
    public void start() {
        long startedMs = loop.wallMs();
        RpcHandlers handlers = new RpcHandlers();
        RatisJournal raft = new RatisJournal(raftOptions());
        MetaLeader owner = new MetaLeader(loop, raft, this::onFatal);
        journal = raft;
        leader = owner;

        NodeOptions nodeOptions = nodeOptions();
        BlockStores stores = new BlockStores(blockServices());
        // Loads ask which nodes live, and say what nodes are to do: one of the two has to come first.
        AtomicReference<@Nullable NodeRegistry> nodes = new AtomicReference<>();
        FaultPoints faults = FaultPoints.of(LoadDriver.faultPoints(), config.get(MetaOptions.ALLOW_FAULT_POINTS));
        LoadDriver loads = new LoadDriver(owner, loop, stores, new NodesFrom(nodes::get), faults);
        NodeRegistry registry = new NodeRegistry(loop, owner, nodeOptions, loads::findDirective);
        nodes.set(registry);
        blockStores = stores;
        loadDriver = loads;
        Guardian guardian = new Guardian(
                nodeOptions.replaceDelayMs(), (state, gpid, learner, view) -> loads.admits(state, gpid, learner));
        Keeper keeper = new Keeper(loop, owner, registry, guardian, this::balanceOptions);
        registry.addListener(new LoadReportsFrom(loads));
        registry.addListener(keeper);
        Survey survey = null;
        if (config.get(MetaOptions.RECOVER)) {
            survey = new Survey(loop, functionLevel());
            registry.addListener(survey);
        } else {
            owner.addListener(new Founder(owner, functionLevel()));
        }
        owner.addListener(registry);
        owner.addListener(loads);
        owner.addListener(keeper);
        owner.addListener(new LeaderLog());

        ServerInfo info = ServerInfo.startedAt(startedMs);
        RemoteCommands remote = new RemoteCommands(info);
        faults.registerCommand(remote, "meta.fault-point");
        new AdminHandlers(
                        owner,
                        () -> liveNodes(registry),
                        config,
                        new MetaIdentity(self, config.get(MetaOptions.CLUSTER_NAME), servers),
                        new Care(registry, keeper),
                        survey,
                        remote,
                        commandThread)
                .register(handlers);
        LoadOptions loadOptions =
                new LoadOptions(config.get(MetaOptions.BULK_LOAD_VERIFY), config.get(MetaOptions.MIN_REPLICA_COUNT));
        new LoadHandlers(owner, loop, stores, loads, loadOptions).register(handlers);
        // A server that belongs to no cluster yet must get in: the hello of the stream itself is checked.
        handlers.onStream(
                InternalRpcs.NODE_STREAM, RpcHandlers.Access.CLIENTS, (caller, stream) -> registry.accept(stream));

        MetaMeters.register(metrics, owner, registry);
        Settings settings = new Settings(config);
        StandardCommands.register(remote, settings, metrics, loop);
        HttpRoutes routes = new HttpRoutes();
        CommonRoutes.register(routes, info, settings, metrics);
        MetaRoutes.register(routes, new LocalCalls(handlers, self), owner::findLeader, ZoneId.systemDefault());
        rpc = NettyRpcServer.start(
                io,
                self.host(),
                self.port(),
                handlers,
                () -> new ServerIdentity(owner.state().clusterId(), self, startedMs),
                RpcLimits.DEFAULT,
                new Faces(new HttpService(routes, commandThread, HttpLimits.DEFAULT), metrics::ofTaskCode));
        owner.start();
        LOG.info("Meta server on {}, of {}, journal in {}", self, servers, config.get(MetaOptions.DATA_DIR));
    }

    /** Where clients and replica servers reach this server. */
    public HostPort address() {
        return self;
    }

    /** True while this server leads and takes commands. */
    public boolean isLeading() {
        MetaLeader owner = leader;
        return owner != null && owner.holdsLease() && !owner.state().clusterId().isEmpty();
    }

    /** What this server has replayed. */
    public MetaState state() {
        MetaLeader owner = leader;
        return owner == null ? MetaState.EMPTY : owner.state();
    }

    /** Done once the server is closed; exceptionally, if it could not go on. */
    public CompletableFuture<@Nullable Void> ended() {
        return ended;
    }

    @Override
    public void close() {
        close(null);
    }

    private void onFatal(Throwable cause) {
        LOG.error("This meta server cannot go on", cause);
        Thread closer = new Thread(() -> close(cause), "meta-close");
        closer.setDaemon(true);
        closer.start();
    }

    private void close(@Nullable Throwable cause) {
        if (!closing.compareAndSet(false, true)) {
            return;
        }
        if (rpc != null) {
            rpc.close();
        }
        if (journal != null) {
            journal.close();
        }
        loop.close();
        if (loadDriver != null) {
            loadDriver.close();
        }
        if (blockStores != null) {
            blockStores.close();
        }
        commandThread.shutdownNow();
        io.close();
        metrics.close();
        LOG.info("Meta server {} is closed", self);
        if (cause == null) {
            ended.complete(null);
        } else {
            ended.completeExceptionally(cause);
        }
    }

    private static List<HostPort> servers(Config config, HostPort self) {
        if (config.get(MetaOptions.PORT) == 0) {
            return List.of(self);
        }
        List<HostPort> servers =
                config.get(MetaOptions.SERVERS).stream().map(HostPort::parse).toList();
        if (!servers.contains(self)) {
            throw new ConfigException(
                    MetaOptions.SERVERS + " = " + servers + ": expected this server, " + self + ", among them");
        }
        return servers;
    }

    /** Only a node that is connected can be given replicas. */
    private static List<LiveNodes.LiveNode> liveNodes(NodeRegistry registry) {
        return registry.standings().entrySet().stream()
                .map(node -> new LiveNodes.LiveNode(node.getKey(), node.getValue() == Standing.LIVE))
                .toList();
    }

    private static int freePort(String host) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(host, 0));
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException("no free port on " + host, e);
        }
    }

    private List<BlockService> blockServices() {
        return config.names("block_service").stream()
                .map(name -> BlockService.of(
                        name,
                        config.get(MetaOptions.BLOCK_SERVICE_TYPE.in(name)),
                        config.get(MetaOptions.BLOCK_SERVICE_ARGS.in(name))))
                .toList();
    }

    private RatisOptions raftOptions() {
        int offset = config.get(MetaOptions.RAFT_PORT_OFFSET);
        boolean anyPort = config.get(MetaOptions.PORT) == 0;
        List<RatisOptions.Member> members = servers.stream()
                .map(address -> new RatisOptions.Member(address, anyPort ? 0 : address.port() + offset))
                .toList();
        return new RatisOptions(
                Path.of(config.get(MetaOptions.DATA_DIR)).resolve("journal"),
                servers.indexOf(self),
                members,
                self.host(),
                config.get(MetaOptions.FIRST_ELECTION_TIMEOUT_MS),
                config.get(MetaOptions.ELECTION_TIMEOUT_MS));
    }

    private NodeOptions nodeOptions() {
        return new NodeOptions(
                config.get(MetaOptions.NODE_LEASE_MS),
                config.get(MetaOptions.NODE_GRACE_MS),
                config.get(MetaOptions.NODE_BEAT_INTERVAL_MS),
                config.get(MetaOptions.DIRECTIVE_REPEAT_MS),
                config.get(MetaOptions.ASSIGN_DELAY_MS),
                config.get(MetaOptions.MIN_REPLICA_COUNT));
    }

    private BalanceOptions balanceOptions() {
        return new BalanceOptions(
                config.get(MetaOptions.BALANCE_MOVES_MAX), config.get(MetaOptions.BALANCE_ONLY_PRIMARIES));
    }

    private FunctionLevel functionLevel() {
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
    private final class LeaderLog implements StateListener {
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
