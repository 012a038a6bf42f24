package dev.sluice.replica;

import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.bulkload.work.StoppedException;
import dev.sluice.common.HostPort;
import dev.sluice.common.command.RemoteCommands;
import dev.sluice.common.config.Config;
import dev.sluice.common.file.FileSystem;
import dev.sluice.common.rpc.RpcClient;
import dev.sluice.common.rpc.RpcHandlers;
import dev.sluice.common.time.Clock;
import dev.sluice.common.time.EventLoop;
import dev.sluice.replica.compaction.CompactionTurns;
import dev.sluice.replica.compaction.ManualCompaction;
import dev.sluice.replica.disk.DataDirectories;
import dev.sluice.replica.engine.EngineFactory;
import dev.sluice.replica.learn.CheckpointFetch;
import dev.sluice.replica.learn.CheckpointShelf;
import dev.sluice.replica.learn.Throttle;
import dev.sluice.replica.load.NodeLoads;
import dev.sluice.replica.log.MutationLog;
import dev.sluice.replica.node.Lease;
import dev.sluice.replica.node.NodeIdentity;
import dev.sluice.replica.node.NodeStream;
import dev.sluice.replica.replica.GroupHandlers;
import dev.sluice.replica.replica.ReplicaServices;
import dev.sluice.replica.replica.ReplicaSettings;
import dev.sluice.replica.replica.Replicas;
import dev.sluice.replica.replication.Limits;
import dev.sluice.replica.request.ClientHandlers;
import dev.sluice.replica.request.ReadLimits;
import dev.sluice.replica.throttle.NodeThrottle;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/**
 * Puts the replicas of a node, their loads, their node stream and their handlers together, whatever world they run in: disks,
 * sockets and threads, or a simulation.
 *
 * @param replicas of the node; opened by the caller
 * @param lease until when they may serve
 * @param stream to the meta leader; started by the caller once the replicas are open and the handlers can be reached
 * @param closeBehind ends what is not the stream
 */
public record ReplicaWiring(Replicas replicas, Lease lease, NodeStream stream, Runnable closeBehind)
        implements AutoCloseable {
    private static final long HOUSEKEEPING_MS = 10_000;

    /**
     * What the replicas of a node are given.
     *
     * @param disks data directories of the node
     * @param control loop of the node; each replica belongs to one of {@code loops}
     * @param logs opens the log in a directory
     * @param throttle what loads and learning may take; started here
     * @param maintenance runs what waits for the disk
     * @param learning runs fetches of checkpoints
     * @param reads runs reads of clients; refuses with {@code RejectedExecutionException} when it is full
     * @param commands the node's remote commands; those of replicas and loads are added
     */
    public record World(
            HostPort self,
            NodeIdentity identity,
            FileSystem files,
            DataDirectories disks,
            Clock clock,
            EventLoop control,
            List<? extends EventLoop> loops,
            RpcClient rpc,
            EngineFactory engines,
            Function<Path, MutationLog> logs,
            NodeLoads loads,
            NodeThrottle throttle,
            Executor maintenance,
            Executor compacting,
            Executor learning,
            Executor reads,
            RemoteCommands commands) {
        public World {
            loops = List.copyOf(loops);
        }
    }

    /** Adds the handlers to the table; nothing runs before the replicas are opened and the stream is started. */
    public static ReplicaWiring wire(Config config, World world, RpcHandlers handlers) {
        // Bytes are counted where they arrive; the sender's disk is read once for each of them.
        CheckpointShelf shelf = new CheckpointShelf(world.files(), world.clock(), Throttle.NONE);
        StopSignal closing = new StopSignal();
        Throttle throttle = bytes -> {
            try {
                world.throttle().budget().acquire(bytes, closing);
            } catch (StoppedException e) {
                throw new InterruptedException("the server closes");
            }
        };
        AtomicReference<ClientHandlers> readers = new AtomicReference<>();
        ReplicaServices services = new ReplicaServices(
                world.self(),
                world.identity().incarnation(),
                world.files(),
                world.disks(),
                world.engines(),
                world.logs(),
                world.rpc(),
                world.maintenance(),
                new CompactionTurns(world.compacting(), config.get(ReplicaOptions.COMPACTIONS_MAX)),
                shelf,
                new CheckpointFetch(
                        world.rpc(),
                        world.files(),
                        (into, bytes) -> world.disks().ledger(into).reserve(into, bytes, 0),
                        throttle,
                        world.control(),
                        world.learning(),
                        config.get(ReplicaOptions.LEARN_CONCURRENT_MAX)),
                world.loads(),
                gpid -> {
                    ClientHandlers clients = readers.get();
                    if (clients != null) {
                        clients.endScans(gpid);
                    }
                },
                settings(config));
        Lease lease = new Lease(world.clock());
        Node node = new Node(world.disks());
        Replicas replicas = new Replicas(
                services,
                world.control(),
                world.loops(),
                world.identity()::clusterId,
                lacksDirectories(world),
                config.get(ReplicaOptions.GARBAGE_SECONDS) * 1000L,
                config.get(ReplicaOptions.DAMAGED_SECONDS) * 1000L,
                node);
        NodeStream stream = new NodeStream(
                world.control(),
                world.rpc(),
                config.get(ReplicaOptions.META_SERVERS).stream()
                        .map(HostPort::parse)
                        .toList(),
                world.self(),
                world.identity(),
                lease,
                node,
                config.get(ReplicaOptions.REPORT_ALL_MS));
        node.connect(replicas, stream);
        GroupHandlers.register(handlers, replicas, shelf, world.loads().desk()::read, world.reads());
        AtomicBoolean deniesClients = new AtomicBoolean(config.get(ReplicaOptions.DENY_CLIENTS));
        config.onChange(ReplicaOptions.DENY_CLIENTS, deniesClients::set);
        ClientHandlers clients = ClientHandlers.register(
                handlers,
                replicas,
                deniesClients::get,
                lease,
                world.clock(),
                world.self(),
                world.reads(),
                config.get(ReplicaOptions.WRITE_BYTES_MAX),
                ReadLimits.of(config),
                world.throttle().reads());
        readers.set(clients);
        DiskInfoHandler.register(handlers, replicas, world.disks());
        ReplicaInfoHandlers.register(handlers, replicas, world.disks());
        world.loads().registerCommands(world.commands(), config);
        world.throttle().registerCommands(world.commands());
        world.commands()
                .register(DigestCommand.NAME, DigestCommand.HELP, new DigestCommand(replicas, world.clock())::answer);
        world.commands()
                .register(GenerationsCommand.NAME, GenerationsCommand.HELP, new GenerationsCommand(replicas)::answer);
        ReplicaCommands.register(world.commands(), replicas, world.self());
        world.commands().registerBoolean("replica.deny-client", config, ReplicaOptions.DENY_CLIENTS);
        world.throttle().start(world.control());
        housekeeping(world.control(), world.maintenance(), () -> {
            world.disks().check();
            replicas.mend();
            shelf.expire();
            clients.expireScans();
        });
        return new ReplicaWiring(replicas, lease, stream, () -> {
            clients.close();
            replicas.close();
            closing.stop();
        });
    }

    private static boolean lacksDirectories(World world) {
        return world.identity().lacksDirectories()
                || world.disks().usable().size() < world.disks().statuses().size();
    }

    private static void housekeeping(EventLoop control, Executor maintenance, Runnable task) {
        control.schedule(HOUSEKEEPING_MS, () -> {
            maintenance.execute(task);
            housekeeping(control, maintenance, task);
        });
    }

    static ReplicaSettings settings(Config config) {
        Limits limits = Limits.DEFAULT.withRounds(
                config.get(ReplicaOptions.ROUNDS_OUTSTANDING_MAX), config.get(ReplicaOptions.PREPARE_TIMEOUT_MS));
        return new ReplicaSettings(
                limits,
                config.get(ReplicaOptions.FLUSH_INTERVAL_SECONDS) * 1000L,
                ReplicaSettings.DEFAULT.flushBytes(),
                (long) config.get(ReplicaOptions.LOG_RESERVE_MB) << 20,
                config.get(ReplicaOptions.LOG_FSYNC),
                config.get(ReplicaOptions.REJECT_WRITES_WHEN_FULL),
                new ReplicaSettings.Expiry(
                        config.get(ReplicaOptions.EXPIRED_INTERVAL_SECONDS) * 1000L,
                        config.get(ReplicaOptions.EXPIRED_ROWS_PER_SECOND_MAX),
                        config.get(ReplicaOptions.EXPIRED_KEEP_SECONDS)),
                new ReplicaSettings.Retention(
                        config.get(ReplicaOptions.GENERATIONS_KEPT),
                        config.get(ReplicaOptions.GENERATION_KEPT_SECONDS) * 1000L),
                new ManualCompaction.Settings(
                        config.get(ReplicaOptions.COMPACTION_MIN_INTERVAL_SECONDS), ZoneId.systemDefault()));
    }

    /** Ends scans, flushes and closes the replicas, stops what waits. The stream is closed before. Blocks. */
    @Override
    public void close() {
        closeBehind.run();
    }
}
