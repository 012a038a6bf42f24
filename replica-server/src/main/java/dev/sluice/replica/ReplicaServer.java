package dev.sluice.replica;

import dev.sluice.bulkload.repack.SstRepacker;
import dev.sluice.bulkload.store.BlockService;
import dev.sluice.bulkload.store.BlockStores;
import dev.sluice.common.HostPort;
import dev.sluice.common.command.CommandHandler;
import dev.sluice.common.command.CommandThreads;
import dev.sluice.common.command.RemoteCommands;
import dev.sluice.common.command.ServerInfo;
import dev.sluice.common.command.StandardCommands;
import dev.sluice.common.config.Config;
import dev.sluice.common.config.Settings;
import dev.sluice.common.fault.FaultPoints;
import dev.sluice.common.file.FileSystem;
import dev.sluice.common.file.LocalFileSystem;
import dev.sluice.common.http.CommonRoutes;
import dev.sluice.common.http.HttpLimits;
import dev.sluice.common.http.HttpRoutes;
import dev.sluice.common.http.HttpService;
import dev.sluice.common.metrics.Metrics;
import dev.sluice.common.rpc.Faces;
import dev.sluice.common.rpc.NettyRpcClient;
import dev.sluice.common.rpc.NettyRpcServer;
import dev.sluice.common.rpc.NoAuthentication;
import dev.sluice.common.rpc.RpcHandlers;
import dev.sluice.common.rpc.RpcIo;
import dev.sluice.common.rpc.RpcLimits;
import dev.sluice.common.rpc.ServerIdentity;
import dev.sluice.common.time.SystemClock;
import dev.sluice.common.time.ThreadEventLoop;
import dev.sluice.replica.disk.DataDirectories;
import dev.sluice.replica.disk.DataDirectory;
import dev.sluice.replica.engine.EngineOptions;
import dev.sluice.replica.engine.RocksEngineFactory;
import dev.sluice.replica.load.NodeLoads;
import dev.sluice.replica.log.LogOptions;
import dev.sluice.replica.log.LogWriter;
import dev.sluice.replica.log.SegmentedMutationLog;
import dev.sluice.replica.node.NodeIdentity;
import dev.sluice.replica.throttle.NodeThrottle;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A replica server: the replicas of one node, their loads, and what clients and the meta leader talk to. Several may live in
 * one process; nothing is static. {@link #start} opens what lies in the data directory and registers; {@link #close} flushes
 * and ends everything.
 */
public final class ReplicaServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaServer.class);
    private static final int READS_WAITING_MAX = 100_000;

    private final Config config;
    private final FileSystem files;
    private final SystemClock clock = new SystemClock();
    /** What to close, the last opened first. */
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    private final HostPort address;
    private boolean started;

    /** A server with that configuration, on the local file system. */
    public ReplicaServer(Config config) {
        this.config = config;
        this.files = new LocalFileSystem();
        this.address = new HostPort(config.get(ReplicaOptions.HOST), port());
    }

    /** Where it listens once it is started. */
    public HostPort address() {
        return address;
    }

    /** Opens, binds, registers. Throws if the data directory cannot be used or the address is taken; closed then. */
    public synchronized void start() throws IOException {
        try {
            open();
            started = true;
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private void open() throws IOException {
        List<DataDirectory> wanted = DataDirectory.parse(config.get(ReplicaOptions.DATA_DIRS));
        LOG.info("Replica server {} starts, data in {}", address, wanted);
        DataDirectories disks =
                DataDirectories.open(files, wanted, config.get(ReplicaOptions.DISK_AVAILABLE_PERCENT_MIN));
        NodeIdentity identity = NodeIdentity.begin(
                files, disks.usable().stream().map(DataDirectory::path).toList(), clock.wallMs());
        Supplier<ServerIdentity> greeting =
                () -> new ServerIdentity(identity.clusterId(), address, identity.incarnation());
        RpcIo io = closing(RpcIo.start("replica-io-" + address.port(), 2));
        NettyRpcClient rpc = closing(new NettyRpcClient(io, greeting, RpcLimits.DEFAULT));
        FaultPoints faults = FaultPoints.of(
                Stream.concat(RocksEngineFactory.faultPoints().stream(), NodeLoads.faultPoints().stream())
                        .toList(),
                List.of(),
                config.get(ReplicaOptions.ALLOW_FAULT_POINTS));
        RocksEngineFactory engines = closing(new RocksEngineFactory(engineOptions(), faults));
        LogWriter logWriter = closing(new LogWriter("replica-log-" + address.port()));
        BlockStores stores = closing(blockStores());
        ThreadEventLoop control = closing(new ThreadEventLoop("replica-control-" + address.port()));
        NodeThrottle throttle = new NodeThrottle(config, clock);
        NodeLoads loads = closing(new NodeLoads(new NodeLoads.World(
                files, disks::ledger, stores, new SstRepacker(files), clock, config, throttle, faults)));
        Pool maintenance = closing(new Pool("replica-maintenance-" + address.port(), 3, Integer.MAX_VALUE));
        Pool compacting = closing(new Pool(
                "replica-compact-" + address.port(), config.get(ReplicaOptions.COMPACTIONS_MAX), Integer.MAX_VALUE));
        Pool learning = closing(new Pool(
                "replica-learn-" + address.port(), config.get(ReplicaOptions.LEARN_CONCURRENT_MAX), Integer.MAX_VALUE));
        Pool reads = closing(
                new Pool("replica-read-" + address.port(), config.get(ReplicaOptions.READ_THREADS), READS_WAITING_MAX));
        List<ThreadEventLoop> loops = new ArrayList<>();
        for (int i = 0; i < config.get(ReplicaOptions.LOOPS); i++) {
            loops.add(closing(new ThreadEventLoop("replica-loop-" + address.port() + "-" + i)));
        }
        RpcHandlers handlers = new RpcHandlers();
        ServerInfo info = ServerInfo.startedAt(clock.wallMs());
        RemoteCommands commands = new RemoteCommands(info);
        faults.registerCommand(commands, "replica.fault-point");
        ReplicaWiring wired = ReplicaWiring.wire(
                config,
                new ReplicaWiring.World(
                        address,
                        identity,
                        files,
                        disks,
                        clock,
                        control,
                        loops,
                        rpc,
                        engines,
                        directory -> SegmentedMutationLog.open(files, directory, LogOptions.DEFAULT, logWriter),
                        loads,
                        throttle,
                        maintenance,
                        compacting,
                        learning,
                        reads,
                        commands),
                handlers);
        wired.replicas().openAll().join();
        closing(wired);
        ExecutorService commandThreads = CommandThreads.start("replica-commands-" + address.port());
        opened.push(commandThreads::shutdownNow);
        Metrics metrics = closing(new Metrics());
        ReplicaMeters.register(metrics, wired.replicas(), loads, throttle, disks);
        Settings settings = new Settings(config);
        StandardCommands.register(commands, settings, metrics, clock);
        CommandHandler.register(handlers, commands, commandThreads);
        NoAuthentication.register(handlers);
        HttpRoutes routes = new HttpRoutes();
        CommonRoutes.register(routes, info, settings, metrics);
        ReplicaRoutes.register(routes, wired.replicas());
        Faces faces = new Faces(new HttpService(routes, commandThreads, HttpLimits.DEFAULT), metrics::ofTaskCode);
        closing(NettyRpcServer.start(io, address.host(), address.port(), handlers, greeting, RpcLimits.DEFAULT, faces));
        closing(wired.stream());
        wired.stream().start();
        LOG.info(
                "Replica server listens on {}, incarnation {}, {} replicas on disk",
                address,
                identity.incarnation(),
                wired.replicas().all().size());
    }

    /** Ends in the opposite order of opening: first what comes from outside, last what everything stands on. */
    @Override
    public synchronized void close() {
        while (!opened.isEmpty()) {
            AutoCloseable next = opened.pop();
            try {
                next.close();
            } catch (Exception e) {
                LOG.warn("{} did not close cleanly", next, e);
            }
        }
        if (started) {
            started = false;
            LOG.info("Replica server {} is shut down", address);
        }
    }

    private <T extends AutoCloseable> T closing(T resource) {
        opened.push(resource);
        return resource;
    }

    private int port() {
        int port = config.get(ReplicaOptions.PORT);
        if (port != 0) {
            return port;
        }
        // Configurations name a server by its port, so it must be known before anything is opened.
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName(config.get(ReplicaOptions.HOST)))) {
            return free.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException("no free port on " + config.get(ReplicaOptions.HOST), e);
        }
    }

    private EngineOptions engineOptions() {
        EngineOptions usual = EngineOptions.DEFAULT;
        return new EngineOptions(
                config.get(ReplicaOptions.BLOCK_CACHE_BYTES),
                config.get(ReplicaOptions.WRITE_BUFFERS_BYTES),
                config.get(ReplicaOptions.WRITE_BUFFER_BYTES),
                EngineOptions.backgroundThreadsFor(config.get(ReplicaOptions.COMPACTIONS_MAX)),
                usual.backgroundBytesPerSecondMax());
    }

    private BlockStores blockStores() {
        List<BlockService> services = new ArrayList<>();
        for (String name : config.names("block_service")) {
            services.add(BlockService.of(
                    name,
                    config.get(ReplicaOptions.BLOCK_SERVICE_TYPE.in(name)),
                    config.get(ReplicaOptions.BLOCK_SERVICE_ARGS.in(name))));
        }
        return new BlockStores(services);
    }
}
