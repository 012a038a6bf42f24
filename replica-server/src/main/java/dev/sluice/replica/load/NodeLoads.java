package dev.sluice.replica.load;

import dev.sluice.bulkload.repack.Repacker;
import dev.sluice.bulkload.store.BlockStores;
import dev.sluice.bulkload.transfer.DownloadOptions;
import dev.sluice.bulkload.transfer.DownloadSlots;
import dev.sluice.bulkload.transfer.Downloader;
import dev.sluice.bulkload.verify.PartitionVerifier;
import dev.sluice.bulkload.work.LoadThreads;
import dev.sluice.common.command.RemoteCommands;
import dev.sluice.common.config.Config;
import dev.sluice.common.fault.FaultPoints;
import dev.sluice.common.file.DiskLedger;
import dev.sluice.common.file.FileSystem;
import dev.sluice.common.metrics.Metrics;
import dev.sluice.common.time.Clock;
import dev.sluice.replica.replica.LoadHooks;
import dev.sluice.replica.replica.LoadHooksFactory;
import dev.sluice.replica.replica.LoadHost;
import dev.sluice.replica.throttle.NodeThrottle;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the loads of all replicas of a node share: stores, slots, rate, and a few threads. */
public final class NodeLoads implements LoadHooksFactory, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeLoads.class);
    private static final int WORKERS = 4;

    private final World world;
    private final Optional<PublicKey> publicKey;
    private final DownloadSlots slots;
    private final Downloader downloader;
    private final PartitionVerifier verifier;
    private final Executor workers;
    /** Apart from the workers: a store that hangs keeps nobody from giving up what it holds. */
    private final Executor deleter;
    /** To be ended with this: those that it started itself. */
    private final List<ExecutorService> own;

    private final AtomicLong changes = new AtomicLong();
    private final LoadCounts counts = new LoadCounts();
    private final RunningLoads running;
    private final RelayDesk desk = new RelayDesk();

    /**
     * What a node is for its loads.
     *
     * @param disks the ledger of the disk that a path is on
     * @param stores closed by whoever opened them
     * @param repacker for partitions of too many files
     * @param faults has the points of {@link #faultPoints}
     */
    public record World(
            FileSystem files,
            Function<Path, DiskLedger> disks,
            BlockStores stores,
            Repacker repacker,
            Clock clock,
            Config config,
            NodeThrottle throttle,
            FaultPoints faults) {}

    /** Loads within the limits of the configuration. */
    public NodeLoads(World world) {
        this(
                world,
                DownloadOptions.DEFAULTS.withLinkLocalFiles(world.config.get(LoadSettings.LINK_LOCAL_FILES)),
                Executors.newFixedThreadPool(WORKERS, new LoadThreads("load-")),
                Executors.newSingleThreadExecutor(new LoadThreads("load-delete-")));
    }

    private NodeLoads(World world, DownloadOptions options, ExecutorService workers, ExecutorService deleter) {
        this(
                world,
                new Downloader(world.files, world.disks, world.throttle.budget(), world.clock, options),
                workers,
                deleter,
                List.of(workers, deleter));
    }

    /**
     * The same on given threads.
     *
     * @param options limits of single downloads
     * @param workers run downloads, each from beginning to end, and verification
     * @param deleter runs deletions
     * @param readers run reads from the stores
     */
    public NodeLoads(World world, DownloadOptions options, Executor workers, Executor deleter, Executor readers) {
        this(
                world,
                new Downloader(
                        world.files, world.disks, world.throttle.budget(), world.clock, options, workers, readers),
                workers,
                deleter,
                List.of());
    }

    private NodeLoads(
            World world, Downloader downloader, Executor workers, Executor deleter, List<ExecutorService> own) {
        this.world = world;
        this.running = new RunningLoads(world.clock);
        this.publicKey = LoadSettings.publicKey(world.config);
        this.slots = new DownloadSlots(world.config.get(LoadSettings.DOWNLOADING_COUNT_MAX));
        this.downloader = downloader;
        this.verifier = new PartitionVerifier(world.files);
        this.workers = workers;
        this.deleter = deleter;
        this.own = own;
        world.config.onChange(LoadSettings.DOWNLOADING_COUNT_MAX, slots::setLimit);
    }

    /** The points before and after what a load makes durable, at which the process may be made to halt. */
    public static List<String> faultPoints() {
        return List.of(
                Work.REPACKED, Work.BEFORE_STAGED, Work.STAGED, ReplicaLoads.BEFORE_DELETE, ReplicaLoads.DELETED);
    }

    /** Adds the commands that read and set the limits at run time. */
    public void registerCommands(RemoteCommands commands, Config config) {
        commands.registerNumber(LoadSettings.DOWNLOADING_COUNT_COMMAND, config, LoadSettings.DOWNLOADING_COUNT_MAX);
        commands.register(
                "replica.query-bulk-load-slots",
                "Slots in use, their limit, and who waits.",
                arguments -> "in use " + slots.inUse() + " of " + slots.limit() + ", waiting " + slots.waiting());
    }

    /** Adds the meters of loads. */
    public void registerMeters(Metrics metrics) {
        metrics.gauge("bulk_load_downloading_count", "Replicas that download now.", slots::inUse);
        metrics.gauge("bulk_load_downloading_count_max", "Replicas that may download at once.", slots::limit);
        metrics.gauge(
                "bulk_load_waiting_count",
                "Replicas that wait to download.",
                () -> slots.waiting().size());
        running.register(metrics);
        counts.register(metrics);
    }

    /** Where other members read what replicas of this node have. */
    public RelayDesk desk() {
        return desk;
    }

    /** True if the members of groups whose primary is here are to read from each other. */
    boolean isRelayed() {
        return LoadSettings.isRelayed(world.config);
    }

    /** What loads of this node count. */
    LoadCounts counts() {
        return counts;
    }

    /** Which replicas of this node have a load on its way. */
    RunningLoads running() {
        return running;
    }

    /** The node's budget of bytes. */
    NodeThrottle throttle() {
        return world.throttle;
    }

    @Override
    public LoadHooks attach(LoadHost host) {
        return new ReplicaLoads(host, this);
    }

    FaultPoints faults() {
        return world.faults;
    }

    FileSystem files() {
        return world.files;
    }

    /** What of the disk of a path is promised. */
    DiskLedger ledger(Path path) {
        return world.disks.apply(path);
    }

    BlockStores stores() {
        return world.stores;
    }

    Clock clock() {
        return world.clock;
    }

    DownloadSlots slots() {
        return slots;
    }

    Downloader downloader() {
        return downloader;
    }

    /** Of whoever signs the sets that are loaded; empty if no signature is asked for. */
    Optional<PublicKey> publicKey() {
        return publicKey;
    }

    Repacker repacker() {
        return world.repacker;
    }

    /** More files of a partition than this are repacked. */
    int repackAboveFiles() {
        return world.config.get(LoadSettings.REPACK_ABOVE_FILES);
    }

    PartitionVerifier verifier() {
        return verifier;
    }

    /** Numbers what replicas report; of the node, so that a replica made anew does not begin below what it said before. */
    long nextChange() {
        return changes.incrementAndGet();
    }

    /** Runs it on one of the node's threads for loads. */
    void execute(Runnable work) {
        executeOn(workers, work);
    }

    /** Deletes files on a thread that nothing else runs on. */
    void executeDelete(Runnable delete) {
        executeOn(deleter, delete);
    }

    private static void executeOn(Executor threads, Runnable work) {
        try {
            threads.execute(work);
        } catch (RejectedExecutionException e) {
            LOG.debug("the node is closing: work of a load is dropped", e);
        }
    }

    /** Stops downloads; what is verified stays. */
    @Override
    public void close() {
        downloader.close();
        own.forEach(ExecutorService::shutdownNow);
    }
}
