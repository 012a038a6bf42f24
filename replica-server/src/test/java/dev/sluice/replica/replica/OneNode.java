package dev.sluice.replica.replica;

import dev.sluice.bulkload.load.GroupOrder;
import dev.sluice.bulkload.load.MemberReport;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.file.testing.CrashableFileSystem;
import dev.sluice.common.file.testing.DiskFaults;
import dev.sluice.common.rpc.RequestHeader;
import dev.sluice.common.rpc.Rpc;
import dev.sluice.common.rpc.RpcClient;
import dev.sluice.common.rpc.RpcException;
import dev.sluice.common.rpc.RpcStream;
import dev.sluice.common.rpc.Wire;
import dev.sluice.common.time.testing.VirtualTime;
import dev.sluice.replica.compaction.CompactionTurns;
import dev.sluice.replica.disk.DataDirectories;
import dev.sluice.replica.disk.DataDirectory;
import dev.sluice.replica.engine.Engine;
import dev.sluice.replica.engine.EngineException;
import dev.sluice.replica.engine.EngineFactory;
import dev.sluice.replica.engine.testing.InMemoryEngineFactory;
import dev.sluice.replica.learn.CheckpointFetch;
import dev.sluice.replica.learn.CheckpointShelf;
import dev.sluice.replica.learn.Throttle;
import dev.sluice.replica.log.LogOptions;
import dev.sluice.replica.log.SegmentedMutationLog;
import dev.sluice.replica.mutation.Change.Publish;
import dev.sluice.replica.mutation.Change.RowChange;
import dev.sluice.wire.internal.AppDescription;
import dev.sluice.wire.internal.GroupLoadReply;
import dev.sluice.wire.internal.LoadDirective;
import dev.sluice.wire.internal.PartitionDirective;
import dev.sluice.wire.internal.PartitionLoadReport;
import dev.sluice.wire.internal.ReplicaReport;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.apache.thrift.TBase;
import org.jspecify.annotations.Nullable;

/** The replicas of one node in virtual time, on disks of the test's making, without a network. */
final class OneNode implements Replicas.Listener {
    static final HostPort SELF = new HostPort("127.0.0.1", 34801);
    static final HostPort OTHER = new HostPort("127.0.0.1", 34802);
    static final DataDirectory DISK1 = new DataDirectory("one", Path.of("/disk1"));
    static final DataDirectory DISK2 = new DataDirectory("two", Path.of("/disk2"));
    static final long GIVEN_UP_MS = 60_000;
    static final long DAMAGED_MS = 600_000;

    final VirtualTime time = new VirtualTime();
    final CrashableFileSystem files = new CrashableFileSystem();
    final DiskFaults faults = new DiskFaults();
    final Map<Gpid, ReplicaReport> reports = new TreeMap<>();
    final List<Gpid> removed = new ArrayList<>();
    /** What reads of rows run into; null: nothing. */
    EngineException.@Nullable Kind readsFind;

    /** What compactions run into; null: nothing. */
    EngineException.@Nullable Kind compactionsFail;

    /** Runs when a member hears of a load. */
    Runnable onGroupLoad = () -> {};

    /** Runs at each read of a row. */
    Runnable onRead = () -> {};

    /** Of every app. */
    Map<String, String> envs = Map.of("env", "value");

    CompactionTurns compactions = new CompactionTurns(time::execute, 1);
    ReplicaSettings settings = ReplicaSettings.DEFAULT;
    Replicas replicas;
    DataDirectories disks;

    OneNode(DataDirectory... directories) throws IOException {
        files.setFault(faults);
        for (DataDirectory each : directories) {
            files.setCapacityBytes(each.path(), 10_000_000);
        }
        disks = DataDirectories.open(files, List.of(directories), 10);
        replicas = start(false);
    }

    /** Begins anew, as after a crash of the process or of the machine. */
    void restart(boolean powerIsLost, boolean mayLackReplicas, DataDirectory... directories) throws IOException {
        if (powerIsLost) {
            files.crash();
        } else {
            var closed = replicas.closeAll();
            time.advance(1_000);
            closed.join();
        }
        reports.clear();
        disks = DataDirectories.open(files, List.of(directories), 10);
        replicas = start(mayLackReplicas);
    }

    private Replicas start(boolean mayLackReplicas) {
        InMemoryEngineFactory engines = new InMemoryEngineFactory(files, staged -> List.of());
        ReplicaServices services = new ReplicaServices(
                SELF,
                time.wallMs(),
                files,
                disks,
                new DamagedReads(engines),
                directory -> SegmentedMutationLog.open(files, directory, LogOptions.DEFAULT, time::execute),
                new NoNetwork(),
                time::execute,
                compactions,
                new CheckpointShelf(files, time, Throttle.NONE),
                new CheckpointFetch(
                        new NoNetwork(),
                        files,
                        (into, bytes) -> disks.ledger(into).reserve(into, bytes, 0),
                        Throttle.NONE,
                        time,
                        time::execute,
                        1),
                host -> new NoLoads(),
                gpid -> {},
                settings);
        Replicas made = new Replicas(
                services, time, List.of(time), () -> "cluster", mayLackReplicas, GIVEN_UP_MS, DAMAGED_MS, this);
        var opened = made.openAll();
        time.advance(100);
        opened.join();
        return made;
    }

    void tell(Gpid gpid, long ballot, @Nullable HostPort primary, List<HostPort> secondaries, HostPort... learners) {
        PartitionDirective directive = new PartitionDirective()
                .setGpid(Wire.gpid(gpid))
                .setBallot(ballot)
                .setSecondaries(Wire.addresses(secondaries))
                .setLearners(Wire.addresses(List.of(learners)))
                .setApp(new AppDescription(gpid.appId(), "orders", 8, 3, envs))
                .setMinReplicaCount(1);
        if (primary != null) {
            directive.setPrimary(Wire.address(primary));
        }
        replicas.onDirective(directive);
        time.advance(500);
    }

    void giveUp(Gpid gpid, long ballot) {
        replicas.onDirective(new PartitionDirective()
                .setGpid(Wire.gpid(gpid))
                .setBallot(ballot)
                .setSecondaries(List.of())
                .setLearners(List.of())
                .setApp(new AppDescription(gpid.appId(), "orders", 8, 3, Map.of()))
                .setGiveUp(true));
        time.advance(500);
    }

    Replica replica(Gpid gpid) {
        return Objects.requireNonNull(replicas.find(gpid), "a replica of " + gpid);
    }

    /** Error of a write. */
    ErrorCode put(Gpid gpid, byte[] key, byte[] value) {
        ErrorCode[] answer = {ErrorCode.ERR_TIMEOUT};
        replica(gpid).write(List.of(new RowChange(key, value)), (decree, error) -> answer[0] = error);
        time.advance(200);
        return answer[0];
    }

    /** What a server does every so often. */
    void keepHouse() {
        disks.check();
        replicas.mend();
        time.advance(500);
    }

    ReplicaReport report(Gpid gpid) {
        return Objects.requireNonNull(reports.get(gpid), "a report of " + gpid);
    }

    @Override
    public void onReport(ReplicaReport report) {
        reports.put(Wire.gpid(report.getGpid()), report);
    }

    @Override
    public void onRemoved(Gpid gpid) {
        removed.add(gpid);
    }

    /** Engines whose reads run into what the test wants. */
    private final class DamagedReads implements EngineFactory {
        private static final Set<String> READS = Set.of("get", "snapshot", "checkpoint");

        private final EngineFactory engines;

        private DamagedReads(EngineFactory engines) {
            this.engines = engines;
        }

        @Override
        public Engine open(Path directory, boolean allowsBehind) {
            Engine engine = engines.open(directory, allowsBehind);
            return (Engine) Proxy.newProxyInstance(
                    Engine.class.getClassLoader(), new Class<?>[] {Engine.class}, (proxy, method, arguments) -> {
                        if (readsFind != null && READS.contains(method.getName())) {
                            throw new EngineException(readsFind, directory + ": block 7 is damaged", null);
                        }
                        if (compactionsFail != null && method.getName().equals("compact")) {
                            throw new EngineException(compactionsFail, directory + ": no compaction", null);
                        }
                        if (method.getName().startsWith("get")) {
                            onRead.run();
                        }
                        try {
                            return method.invoke(engine, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
        }

        @Override
        public void close() {
            engines.close();
        }
    }

    private static final class NoNetwork implements RpcClient {
        @Override
        public <Q extends TBase<?, ?>, R extends TBase<?, ?>> CompletableFuture<R> call(
                HostPort target, Rpc<Q, R> rpc, RequestHeader header, Q request) {
            return CompletableFuture.failedFuture(new RpcException(ErrorCode.ERR_NETWORK_FAILURE, "no network"));
        }

        @Override
        public <Q extends TBase<?, ?>, R extends TBase<?, ?>> RpcStream<Q> openStream(
                HostPort target, Rpc<Q, R> rpc, RpcStream.Listener<R> listener) {
            throw new UnsupportedOperationException("no network");
        }

        @Override
        public void close() {}
    }

    /** A node without loads. */
    private final class NoLoads implements LoadHooks {
        @Override
        public boolean isStaged(Publish publish) {
            return false;
        }

        @Override
        public List<Path> stagedFiles(Publish publish) {
            return List.of();
        }

        @Override
        public boolean rollsBack() {
            return false;
        }

        @Override
        public long stagedLoadId() {
            return 0;
        }

        @Override
        public void onViewChanged() {}

        @Override
        public void onPublished(Publish publish, long decree) {}

        @Override
        public void onDurable(long decree) {}

        @Override
        public void onDirective(@Nullable LoadDirective directive) {}

        @Override
        public void onDirectiveAlone(LoadDirective directive) {}

        @Override
        public GroupLoadReply onGroupLoad(GroupOrder order) {
            onGroupLoad.run();
            return new GroupLoadReply();
        }

        @Override
        public void onProgress(HostPort member, MemberReport report) {}

        @Override
        public @Nullable PartitionLoadReport report() {
            return null;
        }

        @Override
        public void close() {}

        @Override
        public CompletableFuture<?> ended() {
            return CompletableFuture.completedFuture(true);
        }
    }
}
