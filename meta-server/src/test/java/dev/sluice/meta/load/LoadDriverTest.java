package dev.sluice.meta.load;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.bulkload.load.AppEvent;
import dev.sluice.bulkload.load.AppLoad;
import dev.sluice.bulkload.load.AppPhase;
import dev.sluice.bulkload.load.LoadChange;
import dev.sluice.bulkload.load.LoadError;
import dev.sluice.bulkload.load.LoadWire;
import dev.sluice.bulkload.load.MemberReport;
import dev.sluice.bulkload.store.BlockService;
import dev.sluice.bulkload.store.BlockStores;
import dev.sluice.bulkload.transfer.DownloadOptions;
import dev.sluice.common.Ballot;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.fault.FaultPoints;
import dev.sluice.common.rpc.AdminRpcs;
import dev.sluice.common.rpc.Caller;
import dev.sluice.common.rpc.RequestHeader;
import dev.sluice.common.rpc.Responder;
import dev.sluice.common.rpc.Rpc;
import dev.sluice.common.rpc.RpcHandlers;
import dev.sluice.common.rpc.Wire;
import dev.sluice.common.time.ThreadEventLoop;
import dev.sluice.meta.journal.testing.InMemoryJournal;
import dev.sluice.meta.leader.Decision;
import dev.sluice.meta.leader.MetaLeader;
import dev.sluice.meta.state.AppRecord;
import dev.sluice.meta.state.Configuration;
import dev.sluice.meta.state.MetaRecord;
import dev.sluice.meta.state.PartitionRecord;
import dev.sluice.wire.WireAddress;
import dev.sluice.wire.bulkload.BulkLoadControlType;
import dev.sluice.wire.bulkload.BulkLoadStatus;
import dev.sluice.wire.bulkload.ClearBulkLoadStateRequest;
import dev.sluice.wire.bulkload.ClearBulkLoadStateResponse;
import dev.sluice.wire.bulkload.ControlBulkLoadRequest;
import dev.sluice.wire.bulkload.ControlBulkLoadResponse;
import dev.sluice.wire.bulkload.LoadMode;
import dev.sluice.wire.bulkload.PartitionBulkLoadState;
import dev.sluice.wire.bulkload.QueryBulkLoadRequest;
import dev.sluice.wire.bulkload.QueryBulkLoadResponse;
import dev.sluice.wire.bulkload.StartBulkLoadRequest;
import dev.sluice.wire.bulkload.StartBulkLoadResponse;
import dev.sluice.wire.internal.LoadDirective;
import dev.sluice.wire.internal.LoadGoal;
import dev.sluice.wire.internal.MemberLoadState;
import dev.sluice.wire.internal.MemberPhase;
import dev.sluice.wire.internal.PartitionLoadReport;
import dev.sluice.wire.internal.ReplicaReport;
import dev.sluice.wire.internal.ReplicaRole;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.thrift.TBase;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The leader's side of a load, with replicas whose reports the test writes. */
@SuppressWarnings("NullAway") // a null that should not be there fails the test
class LoadDriverTest {
    private static final HostPort N1 = new HostPort("127.0.0.1", 34801);
    private static final HostPort N2 = new HostPort("127.0.0.1", 34802);
    private static final HostPort N3 = new HostPort("127.0.0.1", 34803);
    private static final int PARTITIONS = 2;
    /** What replica servers keep free. */
    private static final long RESERVE = DownloadOptions.DEFAULTS.reserveBytes();

    private static final String WORDS_INACTIVE = "app(orders) is not executing bulk load";

    @TempDir
    private Path root;

    private final ThreadEventLoop loop = new ThreadEventLoop("meta");
    private final InMemoryJournal journal = InMemoryJournal.empty(loop);
    private final MetaLeader leader = new MetaLeader(loop, journal, failure -> {});
    private final BlockStores stores = new BlockStores(List.of(BlockService.of("local", "local_service", "")));
    private final Map<HostPort, Long> freeBytes = new ConcurrentHashMap<>();
    private final Set<HostPort> dead = ConcurrentHashMap.newKeySet();
    private final List<String> halts = new CopyOnWriteArrayList<>();
    private final Map<String, Set<Gpid>> toldAtHalt = new ConcurrentHashMap<>();
    private final FaultPoints faults = FaultPoints.of(LoadFaults.halting(), LoadFaults.holding(), true, this::noteHalt);
    private final LoadFaults loadFaults = new LoadFaults(faults);
    private final StoreThreads threads = new StoreThreads();
    private final Set<Gpid> told = ConcurrentHashMap.newKeySet();
    private volatile int nodeIngestingMax = 4;
    private final LoadOptions options = new LoadOptions("full", 2, 3, () -> nodeIngestingMax);
    private final LoadDriver driver =
            new LoadDriver(leader, loop, stores, threads, new FakeNodes(), loadFaults, options);
    private final RpcHandlers handlers = new RpcHandlers();
    private final AtomicLong sequence = new AtomicLong();

    @BeforeEach
    void leadWithAnApp() throws IOException {
        new LoadHandlers(leader, loop, stores, driver, options).register(handlers);
        leader.addListener(loadFaults);
        leader.addListener(driver);
        loop.execute(() -> {
            leader.start();
            journal.lead();
        });
        await().until(() -> leader.findTerm().isPresent());
        List<Configuration> configurations = new ArrayList<>();
        for (int index = 0; index < PARTITIONS; index++) {
            configurations.add(new Configuration(new Gpid(1, index), new Ballot(1), N1, List.of(N2, N3)));
        }
        replay(
                new AppRecord.AppCreated(
                        1, "orders", "pegasus", PARTITIONS, 3, new TreeMap<>(Map.of()), true, false, 1),
                new PartitionRecord.PartitionsConfigured(1, configurations));
        Files.createDirectories(root.resolve("c/orders"));
        for (int index = 0; index < PARTITIONS; index++) {
            Files.createDirectories(root.resolve("c/orders/" + index));
            Files.writeString(
                    root.resolve("c/orders/" + index + "/bulk_load_metadata"), "{\"files\":[],\"file_total_size\":0}");
        }
        writeInfo("{\"app_id\":1,\"app_name\":\"orders\",\"partition_count\":2}");
    }

    @AfterEach
    void close() {
        driver.close();
        threads.close();
        loop.close();
    }

    @Test
    void aLoadGoesFromStartToSucceedAsReplicasReport() throws Exception {
        assertThat(start().getErr().name()).isEqualTo("ERR_OK");
        await().until(() -> query().getAppStatus() == BulkLoadStatus.BLS_DOWNLOADING && directive(0) != null);
        LoadDirective download = Objects.requireNonNull(directive(0));
        assertThat(download.getGoal()).isEqualTo(LoadGoal.DOWNLOAD);

        report(0, MemberPhase.STAGED);
        await().until(() -> query().getPartitionsStatus().get(0) == BulkLoadStatus.BLS_DOWNLOADED);
        assertThat(query().getAppStatus()).isEqualTo(BulkLoadStatus.BLS_DOWNLOADING);
        report(1, MemberPhase.STAGED);
        await().until(() -> query().getAppStatus() == BulkLoadStatus.BLS_INGESTING);
        assertThat(Objects.requireNonNull(directive(1)).getGoal()).isEqualTo(LoadGoal.PUBLISH);

        report(0, MemberPhase.PUBLISHED);
        report(1, MemberPhase.PUBLISHED);
        await().until(() -> query().getAppStatus() == BulkLoadStatus.BLS_SUCCEED);
        assertThat(query().isIsBulkLoading()).isTrue();
        report(0, MemberPhase.NONE);
        report(1, MemberPhase.NONE);
        await().until(() -> !query().isIsBulkLoading());
        assertThat(query().getBulkLoadStates())
                .hasSize(PARTITIONS)
                .allSatisfy(states ->
                        assertThat(states.values()).hasSize(3).allMatch(PartitionBulkLoadState::isIsCleanedUp));
        assertThat(query().getHintMsg()).isEqualTo("app(orders) is not during bulk load, return last time result");
        assertThat(query().getErr().name()).isEqualTo("ERR_OK");
        assertThat(journal.committedCount()).as("records of a load are few").isLessThanOrEqualTo(12);
    }

    /** A node ingests for few partitions at once, and the query says what the others wait for. */
    @Test
    void partitionsOfANodePublishInTurns() throws Exception {
        publishOneByOne();
        assertThat(awaitsTurn(0)).isFalse();
        assertThat(awaitsTurn(1)).isTrue();
        assertThat(query().getHintMsg())
                .contains("1.1: is staged, and waits until fewer partitions of its nodes publish at once"
                        + " (bulk_load_node_max_ingesting_count)");

        told.clear();
        report(0, MemberPhase.PUBLISHED);
        await().until(() -> !awaitsTurn(1));
        assertThat(told).containsExactly(new Gpid(1, 1));
        assertThat(awaitsTurn(0)).as("published").isFalse();
        report(1, MemberPhase.PUBLISHED);
        await().until(() -> query().getAppStatus() == BulkLoadStatus.BLS_SUCCEED);
    }

    /** Both partitions are staged on the same nodes, and it is the turn of the first. */
    private void publishOneByOne() throws Exception {
        nodeIngestingMax = 1;
        startAndAwaitDirective();
        report(0, MemberPhase.STAGED);
        report(1, MemberPhase.STAGED);
        await().until(() -> query().getAppStatus() == BulkLoadStatus.BLS_INGESTING && !awaitsTurn(0));
    }

    /** Nobody waits for a partition that cannot publish. */
    @Test
    void aPartitionThatHasToStageAnewGivesItsTurnUp() throws Exception {
        publishOneByOne();
        reportGroup(0, Map.of(N1, MemberPhase.STAGED, N2, MemberPhase.STAGED, N3, MemberPhase.DOWNLOADING));
        await().until(() -> !awaitsTurn(1));
        assertThat(awaitsTurn(0)).isTrue();

        report(0, MemberPhase.STAGED);
        report(1, MemberPhase.PUBLISHED);
        await().until(() -> !awaitsTurn(0));
    }

    /** The member of a dead node may have said that it is staged. */
    @Test
    void aPartitionWithADeadMemberGivesItsTurnUp() throws Exception {
        publishOneByOne();
        dead.add(N3);
        loop.execute(driver::onStandingChanged);
        await().until(() -> awaitsTurn(0));
        assertThat(query().getHintMsg()).contains(N3 + " is dead").doesNotContain("fewer partitions");
    }

    @Test
    void aHigherLimitCountsWithoutAnotherReport() throws Exception {
        publishOneByOne();
        assertThat(awaitsTurn(1)).isTrue();
        nodeIngestingMax = 2;
        await().until(() -> !awaitsTurn(1));
        assertThat(awaitsTurn(0)).isFalse();
    }

    @Test
    void thePriorityOfALoadIsCheckedAndSentToItsReplicas() throws Exception {
        StartBulkLoadRequest request = request("orders", "local", "c");
        StartBulkLoadResponse refused = call(AdminRpcs.START_BULK_LOAD, request.setPriority(10));
        assertThat(refused.getErr().name()).isEqualTo("ERR_INVALID_PARAMETERS");
        assertThat(refused.getHintMsg()).contains("priority 10, expected -9 to 9");
        StartBulkLoadResponse started = call(AdminRpcs.START_BULK_LOAD, request.setPriority(-9));
        assertThat(started.getErr().name()).isEqualTo("ERR_OK");
        await().until(() -> directive(0) != null);
        assertThat(Objects.requireNonNull(directive(0)).getPriority()).isEqualTo(-9);
    }

    /** B.5: what a report says is in the next query. */
    @Test
    void progressIsSeenByTheNextQuery() throws Exception {
        startAndAwaitDirective();
        report(0, MemberPhase.DOWNLOADING);
        await().atMost(200, TimeUnit.MILLISECONDS)
                .pollInterval(5, TimeUnit.MILLISECONDS)
                .until(() -> query().getBulkLoadStates().get(0).size() == 3);
        assertThat(Objects.requireNonNull(query().getBulkLoadStates().get(0).get(Wire.address(N2)))
                        .getDownloadProgress())
                .isEqualTo(40);
        assertThat(query().getHintMsg()).contains("1.0: 127.0.0.1:34801 downloads 40%");
    }

    /** B.7: cancel also where Pegasus refuses it, and never after publish. */
    @Test
    void cancelIsTakenBeforePublishAndRefusedWithTheReasonAfterIt() throws Exception {
        startAndAwaitDirective();
        report(0, MemberPhase.STAGED);
        report(1, MemberPhase.STAGED);
        await().until(() -> query().getAppStatus() == BulkLoadStatus.BLS_INGESTING);
        for (BulkLoadControlType cancel :
                List.of(BulkLoadControlType.BLC_CANCEL, BulkLoadControlType.BLC_FORCE_CANCEL)) {
            ControlBulkLoadResponse refused = control(cancel);
            assertThat(refused.getErr().name()).isEqualTo("ERR_INVALID_STATE");
            assertThat(refused.getHintMsg())
                    .startsWith("can not cancel bulk load for app(orders) with"
                            + " status(replication::bulk_load_status::BLS_INGESTING)")
                    .contains("published");
        }
    }

    /** As a newer client would send it: it is not guessed what was meant, and the load goes on. */
    @Test
    void aControlThatIsNotKnownChangesNothing() throws Exception {
        startAndAwaitDirective();
        ControlBulkLoadResponse refused =
                call(AdminRpcs.CONTROL_BULK_LOAD, new ControlBulkLoadRequest().setAppName("orders"));
        assertThat(refused.getErr().name()).isEqualTo("ERR_INVALID_PARAMETERS");
        assertThat(refused.getHintMsg()).isEqualTo("unknown control type");
        assertThat(query().getAppStatus()).isEqualTo(BulkLoadStatus.BLS_DOWNLOADING);
    }

    @Test
    void aDryRunOfARollbackIsRefusedAndRollsNothingBack() throws Exception {
        StartBulkLoadResponse refused = call(
                AdminRpcs.START_BULK_LOAD,
                request("orders", "local", "c")
                        .setMode(LoadMode.ROLLBACK.getValue())
                        .setDryRun(true));
        assertThat(refused.getErr().name()).isEqualTo("ERR_INVALID_PARAMETERS");
        assertThat(refused.getHintMsg()).isEqualTo("a rollback has nothing to try: it fetches nothing");
        assertThat(leader.state().loads().find(1)).isEmpty();
    }

    /** B.7: also between the last replica that is staged and the publish, which follows by itself. */
    @Test
    void cancelInDownloadedLeavesNothingToPublish() throws Exception {
        startAndAwaitDirective();
        AppLoad downloading = leader.state().loads().find(1).orElseThrow();
        List<LoadChange> staged =
                List.of(new LoadChange.PartitionsStaged(List.of(stagedPartition(0), stagedPartition(1))));
        // Both are in the queue before the driver hears that all is staged: so the cancel meets DOWNLOADED.
        CompletableFuture<AppPhase> phase = new CompletableFuture<>();
        loop.execute(() -> {
            var unused = leader.submit((state, wallMs) -> Decision.record(
                    true, LoadDriver.records(downloading, staged).toArray(MetaRecord[]::new)));
            var unusedToo = leader.submit((state, wallMs) -> {
                AppLoad load = state.loads().find(1).orElseThrow();
                phase.complete(load.phase());
                return loadFaults.propose(
                        true,
                        LoadDriver.records(
                                load,
                                load.decide(AppEvent.Kind.CANCEL, "orders").changes()));
            });
        });
        assertThat(phase.get(10, TimeUnit.SECONDS)).isEqualTo(new AppPhase.Downloaded());
        await().until(() -> query().getAppStatus() == BulkLoadStatus.BLS_CANCELED);
        assertThat(Objects.requireNonNull(directive(0)).getGoal()).isEqualTo(LoadGoal.CLEAN_UP);
        report(0, MemberPhase.NONE);
        report(1, MemberPhase.NONE);
        await().until(() -> !query().isIsBulkLoading());
        assertThat(query().getAppStatus()).isEqualTo(BulkLoadStatus.BLS_CANCELED);
    }

    /** B.18: the replicas of a dropped app are in no group, so each speaks for itself. */
    @Test
    void aDroppedAppsLoadIsCanceledOnceEachOfItsReplicasSaysThatItIsClean() throws Exception {
        startAndAwaitDirective();
        report(0, MemberPhase.STAGED);
        replay(new AppRecord.AppDropped(1, 1, 1_000));
        assertThat(Objects.requireNonNull(directive(0)).getGoal()).isEqualTo(LoadGoal.CLEAN_UP);
        for (int index = 0; index < PARTITIONS; index++) {
            reportAlone(index, N1, MemberPhase.NONE);
            reportAlone(index, N2, MemberPhase.NONE);
            reportAlone(index, N3, MemberPhase.PAUSED);
        }
        reportAlone(0, N3, MemberPhase.NONE);
        onLoop(() -> {});
        assertThat(phase()).isInstanceOf(AppPhase.CleaningUp.class);
        reportAlone(1, N3, MemberPhase.NONE);
        await().until(() -> phase() instanceof AppPhase.Ended);
        assertThat(phase().status()).isEqualTo(BulkLoadStatus.BLS_CANCELED);
    }

    /** B.7: a learner has files as well. */
    @Test
    void aCancelWaitsForLearners() throws Exception {
        replay(new PartitionRecord.PartitionsConfigured(
                2, List.of(new Configuration(new Gpid(1, 0), new Ballot(2), N1, List.of(N2)))));
        startAndAwaitDirective();
        assertThat(control(BulkLoadControlType.BLC_CANCEL).getErr().name()).isEqualTo("ERR_OK");
        report(1, MemberPhase.NONE);
        reportGroup(0, Map.of(N1, MemberPhase.NONE, N2, MemberPhase.NONE, N3, MemberPhase.PAUSED));
        onLoop(() -> {});
        assertThat(query().isIsBulkLoading()).isTrue();
        reportGroup(0, Map.of(N1, MemberPhase.NONE, N2, MemberPhase.NONE, N3, MemberPhase.NONE));
        await().until(() -> !query().isIsBulkLoading());
    }

    private AppPhase phase() {
        return leader.state().loads().find(1).orElseThrow().phase();
    }

    private static LoadChange.StagedPartition stagedPartition(int index) {
        return new LoadChange.StagedPartition(index, new Ballot(1), List.of(N1, N2, N3));
    }

    @Test
    void pauseRestartAndCancelAnswerInTheWordsOfTheProtocol() throws Exception {
        assertThat(control(BulkLoadControlType.BLC_PAUSE).getErr().name()).isEqualTo("ERR_INACTIVE_STATE");
        assertThat(control(BulkLoadControlType.BLC_PAUSE).getHintMsg()).isEqualTo(WORDS_INACTIVE);
        startAndAwaitDirective();
        assertThat(start().getErr().name()).isEqualTo("ERR_BUSY");
        assertThat(start().getHintMsg()).isEqualTo("app(orders) is already executing bulk load");
        assertThat(control(BulkLoadControlType.BLC_RESTART).getHintMsg())
                .isEqualTo("can not restart bulk load for app(orders) with"
                        + " status(replication::bulk_load_status::BLS_DOWNLOADING)");
        assertThat(clear().getHintMsg()).isEqualTo("app(orders) is executing bulk load");
        assertThat(control(BulkLoadControlType.BLC_PAUSE).getErr().name()).isEqualTo("ERR_OK");
        assertThat(query().getAppStatus()).isEqualTo(BulkLoadStatus.BLS_PAUSING);
        report(0, MemberPhase.PAUSED);
        report(1, MemberPhase.PAUSED);
        await().until(() -> query().getAppStatus() == BulkLoadStatus.BLS_PAUSED);
        assertThat(control(BulkLoadControlType.BLC_RESTART).getErr().name()).isEqualTo("ERR_OK");
        assertThat(control(BulkLoadControlType.BLC_CANCEL).getErr().name()).isEqualTo("ERR_OK");
        report(0, MemberPhase.NONE);
        report(1, MemberPhase.NONE);
        await().until(() -> !query().isIsBulkLoading());
        assertThat(query().getAppStatus()).isEqualTo(BulkLoadStatus.BLS_CANCELED);
        assertThat(clear().getHintMsg())
                .isEqualTo("clear app(orders) bulk load result succeed, remove bulk load dir succeed");
        assertThat(query().getAppStatus()).isEqualTo(BulkLoadStatus.BLS_INVALID);
    }

    /** B.13: one bad source fails the load by name. */
    @Test
    void aSourceErrorOfOneReplicaFailsTheLoadAndANodeErrorDoesNot() throws Exception {
        startAndAwaitDirective();
        report(0, MemberPhase.FAILED, true);
        assertThat(query().getAppStatus()).isEqualTo(BulkLoadStatus.BLS_DOWNLOADING);
        report(0, MemberPhase.FAILED, false);
        await().until(() -> query().getAppStatus() == BulkLoadStatus.BLS_FAILED);
        report(0, MemberPhase.NONE);
        report(1, MemberPhase.NONE);
        await().until(() -> !query().isIsBulkLoading());
        assertThat(query().getErr().name()).isEqualTo("ERR_CORRUPTION");
        assertThat(query().getHintMsg()).endsWith(": 1.0 on 127.0.0.1:34801: 0.sst: wrong MD5");
    }

    /** B.13: a missing manifest is found by the leader. */
    @Test
    void aMissingManifestFailsTheLoad() throws Exception {
        Files.delete(root.resolve("c/orders/1/bulk_load_metadata"));
        assertThat(start().getErr().name()).isEqualTo("ERR_OK");
        await().until(() -> query().getAppStatus() == BulkLoadStatus.BLS_FAILED);
        assertThat(query().getHintMsg()).contains("1.1").contains("bulk_load_metadata");
    }

    /** B.13: a set that is too large for the disks is refused with the numbers, and no group shrinks for it. */
    @Test
    void aSetThatANodeHasNoRoomForFailsTheLoadBeforeAnythingIsWanted() throws Exception {
        writeManifest(0, 700);
        writeManifest(1, 300);
        freeBytes.put(N1, RESERVE + 1_000);
        freeBytes.put(N2, RESERVE + 999);
        assertThat(start().getErr().name()).isEqualTo("ERR_OK");
        await().until(() -> query().getAppStatus() == BulkLoadStatus.BLS_FAILED);
        assertThat(Objects.requireNonNull(directive(0)).getGoal()).isEqualTo(LoadGoal.CLEAN_UP);
        report(0, MemberPhase.NONE);
        report(1, MemberPhase.NONE);
        await().until(() -> !query().isIsBulkLoading());
        assertThat(query().getErr().name()).isEqualTo("ERR_DISK_INSUFFICIENT");
        assertThat(query().getHintMsg())
                .contains("127.0.0.1:34802: 1000 bytes needed for 2 of its partitions and " + RESERVE
                        + " to be kept free, but only " + (RESERVE + 999) + " bytes are free");
        assertThat(configuration(0).members()).hasSize(3);
    }

    /** B.13: what just fits is loaded; a dead node, and one that has not said what is free, are not asked. */
    @Test
    void aSetThatJustFitsIsLoadedWhateverDeadNodesHave() throws Exception {
        writeManifest(0, 700);
        writeManifest(1, 300);
        freeBytes.put(N1, RESERVE + 1_000);
        freeBytes.put(N3, 0L);
        dead.add(N3);
        startAndAwaitDirective();
        assertThat(Objects.requireNonNull(directive(0)).getGoal()).isEqualTo(LoadGoal.DOWNLOAD);
        assertThat(query().getAppStatus()).isEqualTo(BulkLoadStatus.BLS_DOWNLOADING);
    }

    /** B.7: a load that is held before it is published can be canceled there, and one that is let go goes on. */
    @Test
    void aLoadIsHeldAtAFaultPointUntilItIsReleased() throws Exception {
        faults.hold("load.before-pin-manifests");
        faults.hold("load.before-note-staged");
        faults.hold("load.before-publish");
        faults.hold("load.before-decide-result");
        faults.hold("load.before-end");
        assertThat(start().getErr().name()).isEqualTo("ERR_OK");
        settle();
        assertThat(directive(0)).isNull();
        faults.release("load.before-pin-manifests");
        await().until(() -> directive(0) != null);
        report(0, MemberPhase.STAGED);
        report(1, MemberPhase.STAGED);
        settle();
        assertThat(query().getAppStatus()).isEqualTo(BulkLoadStatus.BLS_DOWNLOADING);
        faults.release("load.before-note-staged");
        await().until(() -> query().getAppStatus() == BulkLoadStatus.BLS_DOWNLOADED);
        settle();
        assertThat(query().getAppStatus()).isEqualTo(BulkLoadStatus.BLS_DOWNLOADED);
        faults.release("load.before-publish");
        await().until(() -> query().getAppStatus() == BulkLoadStatus.BLS_INGESTING);
        report(0, MemberPhase.PUBLISHED);
        report(1, MemberPhase.PUBLISHED);
        settle();
        assertThat(query().getAppStatus()).isEqualTo(BulkLoadStatus.BLS_INGESTING);
        faults.release("load.before-decide-result");
        await().until(() -> query().getAppStatus() == BulkLoadStatus.BLS_SUCCEED);
        report(0, MemberPhase.NONE);
        report(1, MemberPhase.NONE);
        settle();
        assertThat(query().isIsBulkLoading()).isTrue();
        faults.release("load.before-end");
        await().until(() -> !query().isIsBulkLoading());
    }

    /** B.9: where the process can end: before each record, and when it is in the state and no directive or reply has gone out. */
    @Test
    void thereIsAPointBeforeAndAfterEachStepOfALoad() throws Exception {
        LoadFaults.halting().forEach(faults::halt);
        startAndAwaitDirective();
        control(BulkLoadControlType.BLC_PAUSE);
        report(0, MemberPhase.PAUSED);
        report(1, MemberPhase.PAUSED);
        await().until(() -> query().getAppStatus() == BulkLoadStatus.BLS_PAUSED);
        control(BulkLoadControlType.BLC_RESTART);
        onLoop(
                () -> { // in one turn of the loop, so that one record says it of both
                    report(0, MemberPhase.STAGED);
                    report(1, MemberPhase.STAGED);
                });
        await().until(() -> query().getAppStatus() == BulkLoadStatus.BLS_INGESTING);
        report(0, MemberPhase.PUBLISHED);
        report(1, MemberPhase.PUBLISHED);
        await().until(() -> query().getAppStatus() == BulkLoadStatus.BLS_SUCCEED);
        report(0, MemberPhase.NONE);
        report(1, MemberPhase.NONE);
        await().until(() -> !query().isIsBulkLoading());
        clear();

        assertThat(halts)
                .containsExactly(
                        "load.before-start in no load",
                        "load.after-start in Downloading",
                        "load.before-pin-manifests in Downloading",
                        "load.after-pin-manifests in Downloading",
                        "load.before-ask-pause in Downloading",
                        "load.after-ask-pause in Pausing",
                        "load.before-pause in Pausing",
                        "load.after-pause in Paused",
                        "load.before-restart in Paused",
                        "load.after-restart in Downloading",
                        "load.before-note-staged in Downloading",
                        "load.after-note-staged in Downloaded",
                        "load.before-publish in Downloaded",
                        "load.after-publish in Ingesting",
                        "load.before-decide-result in Ingesting",
                        "load.after-decide-result in CleaningUp",
                        "load.before-end in CleaningUp",
                        "load.after-end in Ended",
                        "load.before-clear in Ended",
                        "load.after-clear in no load");
        assertThat(toldAtHalt.get("load.after-publish")).isEmpty();
        assertThat(told).as("after that point").isNotEmpty();
    }

    @Test
    void aStartIsRefusedInTheOrderAndWordsOfTheProtocol() throws Exception {
        assertThat(start("nobody", "local", "c", false).getHintMsg()).isEqualTo("app not existed is ");
        assertThat(start("orders", "local", "c", true).getHintMsg()).isEqualTo("inconsistent ingestion behind option");
        assertThat(start("orders", "nowhere", "c", false).getHintMsg()).isEqualTo("invalid file_provider");
        assertThat(start("orders", "nowhere", "c", false).getErr().name()).isEqualTo("ERR_INVALID_PARAMETERS");
        StartBulkLoadResponse missing = start("orders", "local", "other", false);
        assertThat(missing.getErr().name()).isEqualTo("ERR_OBJECT_NOT_FOUND");
        assertThat(missing.getHintMsg()).startsWith("read bulk_load_info failed");
        writeInfo("nonsense");
        assertThat(start().getErr().name()).isEqualTo("ERR_CORRUPTION");
        assertThat(start().getHintMsg()).startsWith("bulk_load_info damaged");
        writeInfo("{\"app_id\":2,\"app_name\":\"orders\",\"partition_count\":2}");
        assertThat(start().getErr().name()).isEqualTo("ERR_INCONSISTENT_STATE");
        assertThat(start().getHintMsg()).startsWith("app_id or partition_count is inconsistent");
        writeInfo("{\"app_id\":0,\"app_name\":\"any\",\"partition_count\":2}");
        assertThat(start().getErr().name()).as("a set that is bound to no app").isEqualTo("ERR_OK");
    }

    /** B.11: only the partition with a new member goes back. */
    @Test
    void aNewMemberTakesBackOnlyItsOwnPartition() throws Exception {
        startAndAwaitDirective();
        replay(new PartitionRecord.PartitionsConfigured(
                2, List.of(new Configuration(new Gpid(1, 1), new Ballot(2), N1, List.of(N2)))));
        report(1, MemberPhase.STAGED);
        await().until(() -> query().getPartitionsStatus().get(1) == BulkLoadStatus.BLS_DOWNLOADED);
        replay(new PartitionRecord.PartitionsConfigured(
                3, List.of(new Configuration(new Gpid(1, 1), new Ballot(3), N1, List.of(N2, N3)))));
        assertThat(query().getPartitionsStatus().get(1)).isEqualTo(BulkLoadStatus.BLS_DOWNLOADING);
        report(0, MemberPhase.STAGED);
        await().until(() -> query().getPartitionsStatus().get(0) == BulkLoadStatus.BLS_DOWNLOADED);
        assertThat(query().getAppStatus()).isEqualTo(BulkLoadStatus.BLS_DOWNLOADING);
    }

    // ---- What a test does

    private void writeManifest(int index, int bytes) throws IOException {
        Path partition = root.resolve("c/orders/" + index);
        Files.write(partition.resolve("0.sst"), new byte[bytes]);
        Files.writeString(
                partition.resolve("bulk_load_metadata"),
                "{\"files\":[{\"name\":\"0.sst\",\"size\":" + bytes + ",\"md5\":\"\"}],\"file_total_size\":" + bytes
                        + "}");
    }

    private void noteHalt(String point) {
        String phase = leader.state()
                .loads()
                .find(1)
                .map(load -> load.phase().getClass().getSimpleName())
                .orElse("no load");
        halts.add(point + " in " + phase);
        toldAtHalt.put(point, Set.copyOf(told));
    }

    /** Until the driver has nothing more to do by itself: a step takes a few turns of the loop, and the journal's. */
    private void settle() {
        for (int turn = 0; turn < 20; turn++) {
            onLoop(() -> {});
            replay();
        }
    }

    private final class FakeNodes implements Nodes {
        @Override
        public boolean isLive(HostPort node) {
            return !dead.contains(node);
        }

        @Override
        public OptionalLong freeBytes(HostPort node) {
            Long free = freeBytes.get(node);
            return free == null ? OptionalLong.empty() : OptionalLong.of(free);
        }

        @Override
        public void tell(Collection<Gpid> partitions) {
            told.addAll(partitions);
        }
    }

    private void startAndAwaitDirective() throws Exception {
        assertThat(start().getErr().name()).isEqualTo("ERR_OK");
        await().until(() -> directive(0) != null);
    }

    private void writeInfo(String json) throws IOException {
        Files.writeString(root.resolve("c/orders/bulk_load_info"), json, UTF_8);
    }

    private void replay(MetaRecord... records) {
        leader.submit((state, wallMs) -> Decision.record(true, records)).join();
    }

    private StartBulkLoadResponse start() throws Exception {
        return start("orders", "local", "c", false);
    }

    private StartBulkLoadResponse start(String app, String provider, String cluster, boolean behind) throws Exception {
        return call(AdminRpcs.START_BULK_LOAD, request(app, provider, cluster).setIngestBehind(behind));
    }

    private StartBulkLoadRequest request(String app, String provider, String cluster) {
        return new StartBulkLoadRequest()
                .setAppName(app)
                .setClusterName(cluster)
                .setFileProviderType(provider)
                .setRemoteRootPath(root.toString());
    }

    private ControlBulkLoadResponse control(BulkLoadControlType type) throws Exception {
        return call(AdminRpcs.CONTROL_BULK_LOAD, new ControlBulkLoadRequest("orders", type));
    }

    private QueryBulkLoadResponse query() throws Exception {
        return call(AdminRpcs.QUERY_BULK_LOAD_STATUS, new QueryBulkLoadRequest("orders"));
    }

    private ClearBulkLoadStateResponse clear() throws Exception {
        return call(AdminRpcs.CLEAR_BULK_LOAD, new ClearBulkLoadStateRequest("orders"));
    }

    @SuppressWarnings("unchecked") // the table keeps each handler under the rpc that it was added with
    private <Q extends TBase<?, ?>, R extends TBase<?, ?>> R call(Rpc<Q, R> rpc, Q request) throws Exception {
        RpcHandlers.Entry<Q, R> entry = (RpcHandlers.Entry<Q, R>)
                Objects.requireNonNull(handlers.entries().get(rpc.taskCode()));
        CompletableFuture<R> reply = new CompletableFuture<>();
        RpcHandlers.Handler<Q, R> handler = Objects.requireNonNull(entry.handler());
        handler.handle(new Caller(N1, null, 0), RequestHeader.toServer(1000), request, new Responder<>() {
            @Override
            public void reply(R answer) {
                reply.complete(answer);
            }

            @Override
            public void fail(ErrorCode error) {
                reply.completeExceptionally(new IllegalStateException(error.name()));
            }
        });
        return reply.get(10, TimeUnit.SECONDS);
    }

    private @Nullable LoadDirective directive(int index) {
        AtomicReference<@Nullable LoadDirective> found = new AtomicReference<>();
        onLoop(() -> found.set(
                driver.findDirective(leader.state(), new Gpid(1, index)).orElse(null)));
        return found.get();
    }

    private boolean awaitsTurn(int index) {
        LoadDirective directive = Objects.requireNonNull(directive(index));
        return directive.getGoal() == LoadGoal.PUBLISH && directive.isAwaitsTurn();
    }

    private void report(int index, MemberPhase phase) {
        report(index, phase, false);
    }

    private void report(int index, MemberPhase phase, boolean ofNode) {
        MemberReport member = member(index, phase, ofNode);
        Map<HostPort, MemberReport> members = new TreeMap<>();
        configuration(index).members().forEach(node -> members.put(node, member));
        send(N1, index, ReplicaRole.PRIMARY, members);
    }

    private void reportGroup(int index, Map<HostPort, MemberPhase> phases) {
        Map<HostPort, MemberReport> members = new TreeMap<>();
        phases.forEach((node, phase) -> members.put(node, member(index, phase, false)));
        send(N1, index, ReplicaRole.PRIMARY, members);
    }

    private void reportAlone(int index, HostPort node, MemberPhase phase) {
        send(node, index, ReplicaRole.INACTIVE, Map.of(node, member(index, phase, false)));
    }

    private Configuration configuration(int index) {
        return leader.state().requirePartition(new Gpid(1, index)).configuration();
    }

    private MemberReport member(int index, MemberPhase phase, boolean ofNode) {
        AppLoad load = leader.state().loads().find(1).orElseThrow();
        var pin = load.partitions().get(index).pin();
        LoadError error =
                phase == MemberPhase.FAILED ? new LoadError(ErrorCode.ERR_CORRUPTION, "0.sst: wrong MD5") : null;
        return new MemberReport(
                load.loadId(),
                phase,
                40,
                100,
                10,
                0,
                1,
                error,
                ofNode,
                error == null ? "downloads" : error.message(),
                pin == null ? "" : pin.digest(),
                true,
                sequence.incrementAndGet(),
                1);
    }

    private void send(HostPort from, int index, ReplicaRole role, Map<HostPort, MemberReport> members) {
        Map<WireAddress, MemberLoadState> states = new HashMap<>();
        members.forEach((node, member) -> states.put(Wire.address(node), LoadWire.wire(member)));
        PartitionLoadReport said = new PartitionLoadReport();
        said.setLoadId(leader.state().loads().find(1).orElseThrow().loadId());
        said.setMembers(states);
        ReplicaReport report = new ReplicaReport();
        report.setGpid(Wire.gpid(new Gpid(1, index)));
        report.setBallot(configuration(index).ballot().number());
        report.setRole(role);
        report.setLoad(said);
        onLoop(() -> driver.onReport(from, report));
    }

    private void onLoop(Runnable task) {
        if (loop.inLoop()) {
            task.run();
            return;
        }
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        loop.execute(() -> {
            task.run();
            done.complete(true);
        });
        done.join();
    }
}
