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
import dev.sluice.common.http.CommonRoutes;
import dev.sluice.common.http.HttpLimits;
import dev.sluice.common.http.HttpRoutes;
import dev.sluice.common.http.HttpService;
import dev.sluice.common.metrics.Metrics;
import dev.sluice.common.rpc.Faces;
import dev.sluice.common.rpc.LocalCalls;
import dev.sluice.common.rpc.NettyRpcServer;
import dev.sluice.common.rpc.RpcHandlers;
import dev.sluice.common.rpc.RpcIo;
import dev.sluice.common.rpc.RpcLimits;
import dev.sluice.common.rpc.ServerIdentity;
import dev.sluice.common.time.ThreadEventLoop;
import dev.sluice.meta.http.MetaRoutes;
import dev.sluice.meta.journal.RatisJournal;
import dev.sluice.meta.journal.RatisOptions;
import dev.sluice.meta.leader.MetaLeader;
import dev.sluice.meta.load.StoreThreads;
import dev.sluice.meta.state.MetaState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One meta server, as {@link MetaWiring} puts it together on threads, sockets and Raft. Several may run in one process. */
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
    private @Nullable MetaWiring wiring;
    private @Nullable StoreThreads storeThreads;
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

        BlockStores stores = new BlockStores(blockServices());
        StoreThreads threads = new StoreThreads();
        blockStores = stores;
        storeThreads = threads;
        ServerInfo info = ServerInfo.startedAt(startedMs);
        RemoteCommands remote = new RemoteCommands(info);
        MetaWiring wired = MetaWiring.wire(
                config,
                new MetaWiring.World(self, servers, loop, owner, stores, threads, remote, commandThread),
                handlers);
        wiring = wired;
        MetaMeters.register(metrics, owner, wired.registry());
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
        if (wiring != null) {
            wiring.close();
        }
        if (storeThreads != null) {
            storeThreads.close();
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
}
