package dev.sluice.replica.load;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SstFile;
import dev.sluice.bulkload.fileset.SstFileName;
import dev.sluice.bulkload.load.GroupOrder;
import dev.sluice.bulkload.load.LoadWire;
import dev.sluice.bulkload.repack.SstRepacker;
import dev.sluice.bulkload.store.BlockStores;
import dev.sluice.bulkload.transfer.DownloadOptions;
import dev.sluice.common.Ballot;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.config.Config;
import dev.sluice.common.fault.FaultPoints;
import dev.sluice.common.file.DiskLedger;
import dev.sluice.common.file.FileSystem;
import dev.sluice.common.file.testing.CrashableFileSystem;
import dev.sluice.common.metrics.Metrics;
import dev.sluice.common.time.EventLoop;
import dev.sluice.common.time.testing.VirtualTime;
import dev.sluice.replica.ReplicaOptions;
import dev.sluice.replica.mutation.Change.Publish;
import dev.sluice.replica.replica.LoadHost;
import dev.sluice.replica.replica.ReplicaView;
import dev.sluice.replica.replication.Configuration;
import dev.sluice.replica.replication.RoleName;
import dev.sluice.replica.throttle.NodeThrottle;
import dev.sluice.wire.bulkload.LoadMode;
import dev.sluice.wire.internal.GroupLoadReply;
import dev.sluice.wire.internal.GroupLoadRequest;
import dev.sluice.wire.internal.LoadDirective;
import dev.sluice.wire.internal.LoadGoal;
import dev.sluice.wire.internal.LoadPartReply;
import dev.sluice.wire.internal.LoadPartRequest;
import dev.sluice.wire.internal.LoadProgressReply;
import dev.sluice.wire.internal.LoadProgressRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class ReplicaLoadsTest {
    private static final Path DIRECTORY = Path.of("/replica/load");
    private static final HostPort SELF = new HostPort("127.0.0.1", 34801);

    private final VirtualTime time = new VirtualTime();
    private final CrashableFileSystem files = new CrashableFileSystem();
    private final DiskLedger ledger = DiskLedger.of(files, DIRECTORY);
    private final Host host = new Host();

    /**
     * B.10: a replica that finds a staged load on its disk and the publish of it in its log, not applied yet, keeps the files
     * whatever the leader wants next: the log still brings them.
     */
    @Test
    void stagedFilesStayUntilAPublishThatTheLogHoldsIsAppliedOrDropped() throws IOException {
        Manifest manifest = stage(4);
        try (BlockStores stores = new BlockStores(List.of())) {
            NodeLoads node = node(stores);
            ReplicaLoads loads = new ReplicaLoads(host, node);
            host.awaited = 4;
            loads.onDirectiveAlone(nothingIsWantedOf(5));
            time.advance(1_000);
            assertThat(loads.isStaged(publish(manifest))).isTrue();
            assertThat(files.exists(DIRECTORY.resolve("4/0.sst"))).isTrue();

            host.awaited = 0;
            loads.onViewChanged();
            time.advance(1_000);
            assertThat(files.exists(DIRECTORY.resolve("4/0.sst"))).isFalse();
            loads.close();
        }
    }

    /** Its files are not those of the load that is to be published next. */
    @Test
    void whatIsStagedOfTheLoadBeforeIsNotPreparedForThePublishOfTheNext() throws IOException {
        stage(4);
        host.role = RoleName.SECONDARY;
        host.awaited = 4;
        try (BlockStores stores = new BlockStores(List.of())) {
            ReplicaLoads loads = new ReplicaLoads(host, node(stores));
            loads.onGroupLoad(publishOf(1, 5));
            assertThat(host.prepared).isEmpty();
            loads.onGroupLoad(publishOf(2, 4));
            assertThat(host.prepared).containsExactly(4L);
            loads.close();
        }
    }

    /** What would hold writes up is done before, and partitions of a node take turns. */
    @Test
    void thePrimaryProposesThePublishWhenItsTurnComesAndItHasPrepared() throws IOException {
        stage(4);
        host.role = RoleName.PRIMARY;
        try (BlockStores stores = new BlockStores(List.of())) {
            ReplicaLoads loads = new ReplicaLoads(host, node(stores));
            loads.onDirective(toPublish(4).setAwaitsTurn(true));
            time.advance(1_000);
            assertThat(host.prepared).isEmpty();
            assertThat(host.proposed).isEmpty();
            loads.onDirective(toPublish(4));
            assertThat(host.prepared).containsExactly(4L);
            assertThat(host.proposed).isEmpty();
            host.prepareEnds.get(0).accept(null);
            assertThat(host.proposed).containsExactly(4L);
            loads.close();
        }
    }

    @Test
    void thePrimaryWaitsForWhatItPreparesThoughItIsItsTurn() throws IOException {
        stage(4);
        host.role = RoleName.PRIMARY;
        try (BlockStores stores = new BlockStores(List.of())) {
            ReplicaLoads loads = new ReplicaLoads(host, node(stores));
            loads.onDirective(toPublish(4));
            time.advance(1_000);
            assertThat(host.proposed).isEmpty();
            host.prepareEnds.get(0).accept(new IllegalStateException("no memory to flush"));
            assertThat(host.proposed).containsExactly(4L);
            loads.close();
        }
    }

    @Test
    void theMetersSayHowManyLoadsRunAndForHowLong() throws IOException {
        withStagedLoad((loads, metrics) -> {
            time.advance(1_000);
            assertMeters(metrics, 1, 1_000, 0, 0);
            loads.onDirective(toPublish(4));
            time.advance(200);
            assertMeters(metrics, 1, 1_200, 1, 200);
            loads.onDirective(toPublish(4).setGoal(LoadGoal.PAUSE));
            assertMeters(metrics, 1, 1_200, 0, 0);
            loads.onPublished(new Publish(4, LoadMode.MERGE, 1, ""), 7);
            assertMeters(metrics, 0, 0, 0, 0);
            loads.onDirectiveAlone(nothingIsWantedOf(4));
            assertMeters(metrics, 0, 0, 0, 0);
        });
    }

    /** The engine is ready since before the pause, and does not get ready once more. */
    @Test
    void aPublishThatGoesOnAfterAPauseIsMeteredFromThereOn() throws IOException {
        withStagedLoad((loads, metrics) -> {
            loads.onDirective(toPublish(4));
            host.prepareEnds.get(0).accept(null);
            loads.onDirective(toPublish(4).setGoal(LoadGoal.PAUSE));
            time.advance(1_000);
            assertMeters(metrics, 1, 1_000, 0, 0);

            loads.onDirective(toPublish(4));
            time.advance(300);

            assertMeters(metrics, 1, 1_300, 1, 300);
            assertThat(host.prepared).hasSize(1);
        });
    }

    @Test
    void whatWaitsForItsTurnOrIsInNoGroupPublishesNothing() throws IOException {
        withStagedLoad((loads, metrics) -> {
            loads.onDirective(toPublish(4).setAwaitsTurn(true));
            assertMeters(metrics, 1, 0, 0, 0);
            loads.onDirective(toPublish(4));
            assertMeters(metrics, 1, 0, 1, 0);
            host.role = RoleName.INACTIVE;
            loads.onViewChanged();
            assertMeters(metrics, 1, 0, 0, 0);
        });
    }

    @Test
    void theAgeOfALoadIsNotThatOfTheOneBefore() throws IOException {
        withStagedLoad((loads, metrics) -> {
            time.advance(1_000);
            loads.onDirective(toPublish(5).setGoal(LoadGoal.DOWNLOAD));
            time.advance(100);
            assertThat(metrics.scrape().lines()).contains("bulk_load_max_duration_ms 100.0");
        });
    }

    @Test
    void aReplicaThatIsGoneHasNoLoadRunning() throws IOException {
        withStagedLoad((loads, metrics) -> {
            loads.onDirective(toPublish(4));
            assertMeters(metrics, 1, 0, 1, 0);
            loads.close();
            assertMeters(metrics, 0, 0, 0, 0);
            loads.onViewChanged();
            assertMeters(metrics, 0, 0, 0, 0);
        });
    }

    /** A primary that has load 4 on its disk, and the meters of its node. */
    private void withStagedLoad(BiConsumer<ReplicaLoads, Metrics> test) throws IOException {
        stage(4);
        host.role = RoleName.PRIMARY;
        try (BlockStores stores = new BlockStores(List.of());
                Metrics metrics = new Metrics()) {
            NodeLoads node = node(stores);
            node.registerMeters(metrics);
            ReplicaLoads loads = new ReplicaLoads(host, node);
            test.accept(loads, metrics);
            loads.close();
        }
    }

    private static void assertMeters(Metrics metrics, int running, long runningMs, int ingesting, long ingestingMs) {
        assertThat(metrics.scrape().lines())
                .contains(
                        "bulk_load_running_count " + (double) running,
                        "bulk_load_max_duration_ms " + (double) runningMs,
                        "bulk_load_ingesting_count " + (double) ingesting,
                        "bulk_load_ingestion_max_duration_ms " + (double) ingestingMs);
    }

    /** A pool that is full, or a disk that hangs, holds up the publish, and all that wait for its turn to end. */
    @Test
    void aPreparationThatDoesNotEndIsNotWaitedForWithoutLimit() throws IOException {
        stage(4);
        host.role = RoleName.PRIMARY;
        try (BlockStores stores = new BlockStores(List.of())) {
            ReplicaLoads loads = new ReplicaLoads(host, node(stores));
            loads.onDirective(toPublish(4));
            time.advance(29_000);
            assertThat(host.proposed).isEmpty();
            time.advance(2_000);
            assertThat(host.proposed).containsExactly(4L);
            loads.close();
        }
    }

    /** B.2: without another write nobody else would flush, and the next load would wait for it for ever. */
    @Test
    void aPublishThatCameWithACheckpointIsMadeDurable() throws IOException {
        stage(4);
        host.role = RoleName.SECONDARY;
        try (BlockStores stores = new BlockStores(List.of())) {
            ReplicaLoads loads = new ReplicaLoads(host, node(stores));
            host.published = 4;
            host.applied = 24;
            loads.onGroupLoad(publishOf(1, 4));
            time.advance(1_000);
            assertThat(host.flushedUpTo).isEqualTo(24);
            loads.onDurable(24);
            loads.onGroupLoad(said(2, LoadWire.nothing().setLoadId(5)));
            time.advance(1_000);
            assertThat(files.exists(DIRECTORY.resolve("4/0.sst"))).isFalse();
            loads.close();
        }
    }

    private static LoadDirective toPublish(long loadId) {
        return LoadWire.nothing().setLoadId(loadId).setGoal(LoadGoal.PUBLISH);
    }

    private static GroupOrder publishOf(long sequence, long loadId) {
        return said(sequence, toPublish(loadId));
    }

    private static GroupOrder said(long sequence, LoadDirective directive) {
        return LoadWire.groupOrder(new GroupLoadRequest().setSequence(sequence).setLoad(directive), SELF);
    }

    /** What a load had still to fetch when the process ended is promised to it before anybody else begins. */
    @Test
    void whatABegunLoadNeedsIsReservedAgainAtTheStartAndGivenBackWithIt() throws IOException {
        Manifest manifest = new Manifest(List.of(file("0.sst", 3), file("1.sst", 10), file("2.sst", 100)));
        StagedMark mark = new StagedMark(files, DIRECTORY);
        files.createDirectories(DIRECTORY);
        mark.staging(4).prepare(manifest);
        write(mark.staging(4).path().resolve("0.sst"), 3);
        write(mark.staging(4).path().resolve("1.sst.part"), 4);
        try (BlockStores stores = new BlockStores(List.of())) {
            ReplicaLoads closed = new ReplicaLoads(host, node(stores));
            assertThat(ledger.reservedBytes()).isEqualTo(106);
            closed.close();
            assertThat(ledger.reservedBytes()).isZero();

            ReplicaLoads loads = new ReplicaLoads(host, node(stores));
            assertThat(ledger.reservedBytes()).isEqualTo(106);
            loads.onDirectiveAlone(nothingIsWantedOf(5));
            time.advance(1_000);
            assertThat(files.exists(DIRECTORY.resolve("4"))).isFalse();
            assertThat(ledger.reservedBytes()).isZero();
            loads.close();
        }
    }

    /** A staged load has all of its bytes on the disk: the free space does not count them any more. */
    @Test
    void aStagedLoadReservesNothing() throws IOException {
        stage(4);
        try (BlockStores stores = new BlockStores(List.of())) {
            ReplicaLoads loads = new ReplicaLoads(host, node(stores));
            assertThat(ledger.reservedBytes()).isZero();
            loads.close();
        }
    }

    /** B.22: the query says of each replica why it is not further. */
    @Test
    void aReplicaThatIsThrottledSaysSo() {
        host.role = RoleName.SECONDARY;
        Config config =
                Config.of(ReplicaOptions.schema(), Map.of("replication.bulk_load_bytes_per_second_max", "5000"));
        GroupOrder wanted = said(1, LoadWire.nothing().setLoadId(4).setGoal(LoadGoal.DOWNLOAD));
        try (BlockStores stores = new BlockStores(List.of())) {
            ReplicaLoads loads = new ReplicaLoads(host, node(stores, config, neverRuns -> {}));
            loads.onGroupLoad(wanted);
            time.advance(1_000);
            assertThat(loads.onGroupLoad(wanted).getState().getMessage())
                    .isEqualTo("reads the manifest (throttled to 5000 bytes/s: the limit that was set)");
            loads.close();
        }
    }

    /** B.22 */
    @Test
    void aReplicaThatWaitsForASlotSaysHowManyAreBeforeIt() {
        host.role = RoleName.SECONDARY;
        Config config = Config.of(
                ReplicaOptions.schema(), Map.of("replication.max_concurrent_bulk_load_downloading_count", "0"));
        try (BlockStores stores = new BlockStores(List.of())) {
            NodeLoads node = node(stores, config, neverRuns -> {});
            node.slots().acquire("another", 2, () -> {});
            ReplicaLoads loads = new ReplicaLoads(host, node);
            GroupOrder wanted = said(1, LoadWire.nothing().setLoadId(4).setGoal(LoadGoal.DOWNLOAD));
            assertThat(loads.onGroupLoad(wanted).getState().getMessage())
                    .isEqualTo("waits for a download slot: all that max_concurrent_bulk_load_downloading_count allows"
                            + " are in use, 1 wait before it");
            loads.close();
        }
    }

    @Test
    void aReplicaOfALoadOfHigherPriorityGetsTheNextSlot() {
        host.role = RoleName.SECONDARY;
        Config config = Config.of(
                ReplicaOptions.schema(), Map.of("replication.max_concurrent_bulk_load_downloading_count", "0"));
        try (BlockStores stores = new BlockStores(List.of())) {
            NodeLoads node = node(stores, config, neverRuns -> {});
            node.slots().acquire("another", 2, () -> {});
            ReplicaLoads loads = new ReplicaLoads(host, node);
            loads.onGroupLoad(said(
                    1,
                    LoadWire.nothing().setLoadId(4).setGoal(LoadGoal.DOWNLOAD).setPriority(3)));
            assertThat(node.slots().waiting()).containsExactly("1.0@" + SELF, "another");
            loads.close();
        }
    }

    private NodeLoads node(BlockStores stores) {
        return node(stores, Config.of(ReplicaOptions.schema()), Runnable::run);
    }

    private NodeLoads node(BlockStores stores, Config config, Executor workers) {
        return new NodeLoads(
                new NodeLoads.World(
                        files,
                        path -> ledger,
                        stores,
                        new SstRepacker(files),
                        time,
                        config,
                        new NodeThrottle(config, time),
                        FaultPoints.none()),
                DownloadOptions.DEFAULTS,
                workers,
                Runnable::run,
                Runnable::run);
    }

    private static SstFile file(String name, int bytes) {
        return new SstFile(new SstFileName(name), bytes, "");
    }

    private void write(Path path, int bytes) throws IOException {
        try (FileSystem.File file = files.create(path)) {
            file.write(ByteBuffer.allocate(bytes), 0);
            file.sync();
        }
    }

    private static LoadDirective nothingIsWantedOf(long loadId) {
        return LoadWire.nothing().setLoadId(loadId);
    }

    private static Publish publish(Manifest manifest) {
        return new Publish(4, LoadMode.MERGE, 1, manifest.digest());
    }

    private Manifest stage(long loadId) throws IOException {
        byte[] content = "any".getBytes(UTF_8);
        Manifest manifest = new Manifest(List.of(new SstFile(new SstFileName("0.sst"), content.length, "")));
        StagedMark mark = new StagedMark(files, DIRECTORY);
        files.createDirectories(DIRECTORY);
        mark.staging(loadId).prepare(manifest);
        try (FileSystem.File file =
                files.create(mark.staging(loadId).file(manifest.files().get(0).name()))) {
            file.write(ByteBuffer.wrap(content), 0);
            file.sync();
        }
        mark.write(loadId, new StagedSet(manifest, mark.staging(loadId).paths(manifest)), true);
        return manifest;
    }

    /** A replica that is no member, and says what its log holds. */
    private final class Host implements LoadHost {
        private long awaited;
        private long published;
        private long applied;
        private long flushedUpTo;
        private final List<Long> prepared = new ArrayList<>();
        private final List<Long> proposed = new ArrayList<>();
        private final List<Consumer<@Nullable RuntimeException>> prepareEnds = new ArrayList<>();
        private RoleName role = RoleName.INACTIVE;

        @Override
        public Gpid gpid() {
            return new Gpid(1, 0);
        }

        @Override
        public HostPort self() {
            return SELF;
        }

        @Override
        public CompletableFuture<LoadPartReply> askPart(HostPort member, LoadPartRequest request) {
            return CompletableFuture.failedFuture(new IllegalStateException("nobody is asked"));
        }

        @Override
        public long incarnation() {
            return 1;
        }

        @Override
        public EventLoop loop() {
            return time;
        }

        @Override
        public Path loadDirectory() {
            return DIRECTORY;
        }

        @Override
        public ReplicaView view() {
            boolean isPrimary = role == RoleName.PRIMARY;
            Configuration configuration =
                    new Configuration(new Ballot(3), isPrimary ? SELF : null, List.of(), List.of(), 1);
            return new ReplicaView(role, isPrimary, configuration, null);
        }

        @Override
        public long publishedLoadId() {
            return published;
        }

        @Override
        public Optional<String> findBehindConflict(List<Path> stagedFiles) {
            return Optional.empty();
        }

        @Override
        public boolean keepsGeneration(long id) {
            return id == 0;
        }

        @Override
        public boolean awaitsPublish(long loadId) {
            return loadId == awaited;
        }

        @Override
        public long appliedDecree() {
            return applied;
        }

        @Override
        public long durableDecree() {
            return 0;
        }

        @Override
        public void flushSoon(long decree) {
            flushedUpTo = decree;
        }

        @Override
        public void reportChanged() {}

        @Override
        public void preparePublish(Publish publish, List<Path> stagedFiles, Consumer<@Nullable RuntimeException> done) {
            prepared.add(publish.loadId());
            prepareEnds.add(done);
        }

        @Override
        public void proposePublish(Publish publish, BiConsumer<@Nullable Long, @Nullable RuntimeException> done) {
            proposed.add(publish.loadId());
        }

        @Override
        public void sendGroupLoad(
                HostPort member,
                GroupLoadRequest request,
                BiConsumer<@Nullable GroupLoadReply, @Nullable Throwable> done) {}

        @Override
        public void sendProgress(
                LoadProgressRequest progress, BiConsumer<@Nullable LoadProgressReply, @Nullable Throwable> done) {}

        @Override
        public void failReplica(String message) {
            throw new AssertionError(message);
        }
    }
}
