package dev.sluice.replica.replica;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bulkload.load.GroupOrder;
import dev.sluice.bulkload.load.MemberReport;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.file.DiskLedger;
import dev.sluice.common.file.FileSystem;
import dev.sluice.common.file.testing.CrashableFileSystem;
import dev.sluice.common.rpc.RequestHeader;
import dev.sluice.common.rpc.Rpc;
import dev.sluice.common.rpc.RpcClient;
import dev.sluice.common.rpc.RpcException;
import dev.sluice.common.rpc.RpcStream;
import dev.sluice.common.rpc.Wire;
import dev.sluice.common.time.Clock;
import dev.sluice.common.time.EventLoop;
import dev.sluice.common.time.ThreadEventLoop;
import dev.sluice.common.time.testing.VirtualTime;
import dev.sluice.replica.compaction.CompactionTurns;
import dev.sluice.replica.disk.DataDirectories;
import dev.sluice.replica.disk.DataDirectory;
import dev.sluice.replica.engine.EngineFactory;
import dev.sluice.replica.engine.testing.InMemoryEngineFactory;
import dev.sluice.replica.learn.CheckpointFetch;
import dev.sluice.replica.learn.CheckpointShelf;
import dev.sluice.replica.learn.Throttle;
import dev.sluice.replica.log.LogOptions;
import dev.sluice.replica.log.SegmentedMutationLog;
import dev.sluice.replica.mutation.Change.Publish;
import dev.sluice.wire.internal.AppDescription;
import dev.sluice.wire.internal.GroupLoadReply;
import dev.sluice.wire.internal.LoadDirective;
import dev.sluice.wire.internal.PartitionDirective;
import dev.sluice.wire.internal.PartitionLoadReport;
import dev.sluice.wire.internal.ReplicaReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.thrift.TBase;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Replicas that are made and given up, on one thread under virtual time. */
final class ReplicasTest {
    private static final Path DATA = Path.of("/data");
    private static final Gpid GPID = new Gpid(1, 0);
    private static final HostPort SELF = new HostPort("127.0.0.1", 34801);
    private static final HostPort OTHER = new HostPort("127.0.0.1", 34802);
    private static final long GARBAGE_MS = 60_000;

    private final VirtualTime time = new VirtualTime();
    private final CrashableFileSystem files = new CrashableFileSystem();
    private final List<Gpid> removed = new ArrayList<>();
    private final CompletableFuture<@Nullable Void> work = new CompletableFuture<>();
    private Replicas replicas;

    @BeforeEach
    void start() throws IOException {
        files.createDirectories(DATA);
        replicas = replicas();
    }

    /** B.1: what a download still writes must not make the directory of a replica anew that was given up meanwhile. */
    @Test
    void aReplicaIsGivenUpOnlyOnceItsDownloadHasEnded() throws IOException {
        tell(directive(3).setLearners(List.of(Wire.address(SELF))));
        files.createDirectories(DATA.resolve("1.0/load/7"));

        tell(directive(4).setGiveUp(true));
        assertThat(removed).isEmpty();
        assertThat(files.list(DATA)).containsExactly("1.0");
        work.complete(null);
        time.runDue();

        assertThat(removed).containsExactly(GPID);
        assertThat(files.list(DATA))
                .singleElement()
                .asString()
                .startsWith("1.0.")
                .endsWith(".gar");
        assertThat(files.list(DATA.resolve(files.list(DATA).get(0))))
                .as("a load's files do not wait for the rest")
                .contains("engine")
                .doesNotContain("load");
        time.advance(GARBAGE_MS);
        assertThat(files.list(DATA)).isEmpty();
    }

    @Test
    void aDownloadThatDoesNotEndKeepsNoReplicaForEver() throws IOException {
        tell(directive(3).setLearners(List.of(Wire.address(SELF))));
        tell(directive(4).setGiveUp(true));
        time.advance(10_000);
        assertThat(removed).containsExactly(GPID);
    }

    @Test
    void whatWasSaidWhileAnOldOrderToGiveUpIsRefusedIsObeyed() throws IOException {
        tell(directive(3).setLearners(List.of(Wire.address(SELF))));
        work.complete(null);
        replicas.onDirective(directive(2).setGiveUp(true));
        replicas.onDirective(directive(4).setGiveUp(true));
        time.runDue();
        assertThat(removed).containsExactly(GPID);
    }

    /** B.1: also what a process left that ended just then. */
    @Test
    void whatIsLeftOfALoadWithoutAReplicaIsDeletedAtTheStart() throws IOException {
        files.createDirectories(DATA.resolve("1.0/load/7"));
        files.createDirectories(DATA.resolve("1.1/engine"));
        files.createDirectories(DATA.resolve("notes/load"));
        var opened = replicas().openAll();
        time.runDue();
        assertThat(opened).isCompleted();
        assertThat(files.list(DATA)).containsExactlyInAnyOrder("1.1", "notes");
    }

    /** An engine that stays open keeps its directory from being opened again in this process. */
    @Test
    void aReplicaThatIsBeingMadeWhenTheServerClosesIsClosedToo() throws Exception {
        EngineFactory engines = new InMemoryEngineFactory(files, path -> List.of());
        BlockingQueue<Runnable> maintenance = new LinkedBlockingQueue<>();
        try (ThreadEventLoop loop = new ThreadEventLoop("replica")) {
            Replicas made = replicas(engines, loop, maintenance::add);
            PartitionDirective directive = directive(3).setLearners(List.of(Wire.address(SELF)));
            loop.execute(() -> made.onDirective(directive));
            Runnable opening = Objects.requireNonNull(maintenance.poll(20, TimeUnit.SECONDS));
            CompletableFuture<Void> closing = CompletableFuture.runAsync(made::close);
            opening.run();
            while (!closing.isDone()) {
                Runnable next = maintenance.poll(10, TimeUnit.MILLISECONDS);
                if (next != null) {
                    next.run();
                }
            }
            // The twin refuses it while it is open.
            engines.open(DATA.resolve("1.0/engine")).close();
        }
    }

    private Replicas replicas() {
        return replicas(new InMemoryEngineFactory(files, path -> List.of()), time, time::execute);
    }

    private Replicas replicas(EngineFactory engines, EventLoop loop, Executor maintenance) {
        ReplicaServices services = services(files, engines, time, maintenance, host -> new Hooks());
        return new Replicas(
                services, loop, List.of(loop), () -> "cluster", false, GARBAGE_MS, GARBAGE_MS, new Replicas.Listener() {
                    @Override
                    public void onReport(ReplicaReport report) {}

                    @Override
                    public void onRemoved(Gpid gpid) {
                        removed.add(gpid);
                    }
                });
    }

    /** Services of a node that nobody is reached from. */
    static ReplicaServices services(
            FileSystem files, EngineFactory engines, Clock clock, Executor maintenance, LoadHooksFactory loads) {
        return new ReplicaServices(
                SELF,
                1,
                files,
                disks(files),
                engines,
                directory -> SegmentedMutationLog.open(files, directory, LogOptions.DEFAULT, Runnable::run),
                new NoNetwork(),
                maintenance,
                new CompactionTurns(maintenance, 1),
                new CheckpointShelf(files, clock, Throttle.NONE),
                new CheckpointFetch(
                        new NoNetwork(),
                        files,
                        (into, bytes) -> DiskLedger.of(files, into).reserve(into, bytes, 0),
                        Throttle.NONE,
                        new VirtualTime(),
                        maintenance,
                        1),
                loads,
                gpid -> {},
                ReplicaSettings.DEFAULT);
    }

    private static DataDirectories disks(FileSystem files) {
        try {
            return DataDirectories.open(files, List.of(new DataDirectory("data", DATA)), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void tell(PartitionDirective directive) {
        replicas.onDirective(directive);
        time.runDue();
    }

    private static PartitionDirective directive(long ballot) {
        return new PartitionDirective()
                .setGpid(Wire.gpid(GPID))
                .setBallot(ballot)
                .setPrimary(Wire.address(OTHER))
                .setSecondaries(List.of())
                .setLearners(List.of())
                .setApp(new AppDescription(1, "orders", 1, 3, Map.of()))
                .setMinReplicaCount(2);
    }

    /** Nobody is reached. */
    private static final class NoNetwork implements RpcClient {
        @Override
        public <Q extends TBase<?, ?>, R extends TBase<?, ?>> CompletableFuture<R> call(
                HostPort target, Rpc<Q, R> rpc, RequestHeader header, Q request) {
            return CompletableFuture.failedFuture(new RpcException(ErrorCode.ERR_NETWORK_FAILURE, "no network"));
        }

        @Override
        public <Q extends TBase<?, ?>, R extends TBase<?, ?>> RpcStream<Q> openStream(
                HostPort target, Rpc<Q, R> rpc, RpcStream.Listener<R> listener) {
            throw new UnsupportedOperationException("replicas open no streams");
        }

        @Override
        public void close() {}
    }

    /** A load whose work ends when the test says so. */
    private final class Hooks implements LoadHooks {
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
            throw new UnsupportedOperationException("nobody asks");
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
            return work;
        }
    }
}
