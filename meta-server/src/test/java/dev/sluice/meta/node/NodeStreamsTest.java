package dev.sluice.meta.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.RpcStream;
import dev.sluice.common.rpc.Wire;
import dev.sluice.common.time.testing.VirtualTime;
import dev.sluice.meta.guardian.Admission;
import dev.sluice.meta.guardian.Guardian;
import dev.sluice.meta.guardian.Standing;
import dev.sluice.meta.journal.testing.InMemoryJournal;
import dev.sluice.meta.leader.Decision;
import dev.sluice.meta.leader.MetaLeader;
import dev.sluice.meta.state.AppRecord.AppCreated;
import dev.sluice.meta.state.AppRecord.AppDropped;
import dev.sluice.meta.state.ClusterRecord.ClusterCreated;
import dev.sluice.meta.state.FunctionLevel;
import dev.sluice.meta.state.MetaRecord;
import dev.sluice.meta.state.Partition;
import dev.sluice.wire.internal.Beat;
import dev.sluice.wire.internal.LearnerState;
import dev.sluice.wire.internal.NodeHello;
import dev.sluice.wire.internal.NodeReport;
import dev.sluice.wire.internal.NodeStreamDown;
import dev.sluice.wire.internal.NodeStreamUp;
import dev.sluice.wire.internal.PartitionDirective;
import dev.sluice.wire.internal.ReplicaOnDisk;
import dev.sluice.wire.internal.ReplicaReport;
import dev.sluice.wire.internal.ReplicaRole;
import dev.sluice.wire.internal.internalConstants;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Node streams, registry and guardian together, under virtual time. */
class NodeStreamsTest {
    private static final Gpid P = new Gpid(1, 0);
    private static final long GRACE_MS = 3_000;

    private final VirtualTime time = new VirtualTime();
    private final InMemoryJournal journal = InMemoryJournal.empty(time);
    private final MetaLeader leader = new MetaLeader(time, journal, failure -> {
        throw new AssertionError(failure);
    });
    private final NodeRegistry registry = new NodeRegistry(
            time, leader, new NodeOptions(2_000, GRACE_MS, 500, 10_000, 10_000, 2), LoadDirectives.NONE);
    private final Keeper keeper = new Keeper(time, leader, registry, new Guardian(10_000, Admission.ANY));

    @BeforeEach
    void lead() {
        registry.addListener(keeper);
        leader.addListener(registry);
        leader.addListener(keeper);
        leader.start();
        journal.lead();
        time.runDue();
        commit(new ClusterCreated("c-1", 1, FunctionLevel.STEADY));
    }

    @Test
    void aNodeIsWelcomedRegisteredAndListed() {
        FakeNode node = new FakeNode(1, 7).hello();
        assertThat(node.welcome).isEqualTo(ErrorCode.ERR_OK);
        assertThat(node.clusterId).isEqualTo("c-1");
        assertThat(node.complete).isTrue();
        assertThat(leader.state().findNode(node.address)).isPresent();
        assertThat(registry.standings()).containsEntry(node.address, Standing.LIVE);
    }

    @Test
    void beatsAreAnsweredOnlyWhileTheLeaderLeaseHolds() {
        FakeNode node = new FakeNode(1, 7).hello();
        node.beat();
        assertThat(node.beatsAnswered).isEqualTo(1);
        journal.setLeaseValid(false);
        node.beat();
        assertThat(node.beatsAnswered).isEqualTo(1);
    }

    @Test
    void aNodeOfAnotherClusterAnOlderRunAndAFutureFormatAreRefused() {
        new FakeNode(1, 7).hello();
        assertThat(new FakeNode(1, 6).hello().welcome).isEqualTo(ErrorCode.ERR_VERSION_OUTDATED);
        FakeNode stranger = new FakeNode(2, 1);
        stranger.clusterId = "c-2";
        assertThat(stranger.hello().welcome).isEqualTo(ErrorCode.ERR_CLUSTER_NOT_FOUND);
        assertThat(stranger.closed).isTrue();
        FakeNode future = new FakeNode(3, 1);
        future.format = internalConstants.FORMAT_VERSION + 1;
        assertThat(future.hello().welcome).isEqualTo(ErrorCode.ERR_INVALID_VERSION);
    }

    @Test
    void aFollowerSaysWhereTheLeaderIs() {
        journal.loseLeadership(0);
        time.runDue();
        journal.setLeader(new HostPort("127.0.0.1", 34609));
        FakeNode node = new FakeNode(1, 7).hello();
        assertThat(node.welcome).isEqualTo(ErrorCode.ERR_FORWARD_TO_OTHERS);
        assertThat(node.leader).isEqualTo(new HostPort("127.0.0.1", 34609));
    }

    @Test
    void aNewAppIsAssignedAndEveryMemberIsTold() {
        List<FakeNode> nodes = cluster(3);
        createApp(3);
        for (FakeNode node : nodes) {
            PartitionDirective told = node.told();
            assertThat(told.getBallot()).isEqualTo(1);
            assertThat(told.getSecondaries()).hasSize(2);
            assertThat(told.getMinReplicaCount()).isEqualTo(2);
        }
    }

    @Test
    void aDeadPrimaryIsReplacedAfterTheGraceAndNotBefore() {
        List<FakeNode> nodes = cluster(3);
        createApp(3);
        FakeNode primary = primary(nodes);
        runFor(GRACE_MS - 200, without(nodes, primary));
        assertThat(partition().primary()).isEqualTo(primary.address);
        runFor(500, without(nodes, primary));
        assertThat(partition().primary()).isNotEqualTo(primary.address);
        assertThat(partition().ballot().number()).isEqualTo(2);
        assertThat(partition().secondaries()).hasSize(1);
        assertThat(primary(nodes).told().getBallot()).isEqualTo(2);
    }

    @Test
    void aNewRunOfASecondaryLeavesAtOnceAndComesBackThroughLearning() {
        List<FakeNode> nodes = cluster(3);
        createApp(3);
        FakeNode primary = primary(nodes);
        FakeNode old = without(nodes, primary).get(0);
        FakeNode again = new FakeNode(old.number, 9);
        again.onDisk.add(new ReplicaOnDisk(Wire.gpid(P), 1, 5, 5, 5));
        again.hello();
        assertThat(partition().configuration().hasMember(again.address)).isFalse();
        assertThat(again.told().getLearners()).containsExactly(Wire.address(again.address));
        assertThat(again.told().isGiveUp()).isFalse();

        primary.reportPrimary(partition().ballot().number(), old);
        assertThat(partition().configuration().hasMember(again.address))
                .as("what its earlier run had caught up with")
                .isFalse();
        primary.reportPrimary(partition().ballot().number(), again);
        assertThat(partition().configuration().hasMember(again.address)).isTrue();
        assertThat(partition().ballot().number()).isEqualTo(3);
        assertThat(primary.told().getSecondaries()).hasSize(2);
        assertThat(primary.told().getLearners()).isEmpty();
    }

    @Test
    void aReportOfAnOldTermOrRunChangesNothing() {
        List<FakeNode> nodes = cluster(3);
        createApp(3);
        FakeNode primary = primary(nodes);
        HostPort victim = partition().secondaries().get(0);
        primary.report(primary.incarnation - 1, 1, unreachable(victim));
        primary.report(primary.incarnation, 0, unreachable(victim));
        assertThat(partition().ballot().number()).isEqualTo(1);
        primary.report(primary.incarnation, 1, unreachable(victim));
        assertThat(partition().configuration().hasMember(victim)).isFalse();
    }

    @Test
    void aNewLeaderCountsEveryNodeAsHeardJustNow() {
        List<FakeNode> nodes = cluster(3);
        createApp(3);
        long ballot = partition().ballot().number();
        journal.loseLeadership(0);
        time.advance(GRACE_MS * 10);
        assertThat(nodes).allMatch(node -> node.closed);
        journal.lead();
        time.advance(GRACE_MS - 100);
        assertThat(partition().ballot().number()).isEqualTo(ballot);
        // Whoever is back in the same run is taken as it is.
        nodes.forEach(FakeNode::hello);
        runFor(GRACE_MS * 2, nodes);
        assertThat(partition().ballot().number()).isEqualTo(ballot);
    }

    @Test
    void theLastMemberIsKeptHoweverLongItIsDead() {
        List<FakeNode> nodes = cluster(1);
        createApp(1);
        time.advance(GRACE_MS * 10);
        assertThat(partition().primary()).isEqualTo(nodes.get(0).address);
        assertThat(keeper.waiting().get(P)).contains("no member is alive");
    }

    @Test
    void aDroppedAppsReplicasRestAndAnExpiredOnesAreGivenUp() {
        List<FakeNode> nodes = cluster(1);
        createApp(1);
        long second = time.wallMs() / 1000;
        nodes.get(0).report(nodes.get(0).incarnation, 1, replica(1));
        commit(new AppDropped(1, second, second + 5));
        PartitionDirective resting = nodes.get(0).told();
        assertThat(resting.isSetPrimary()).isFalse();
        assertThat(resting.isGiveUp()).isFalse();
        assertThat(resting.getBallot()).isEqualTo(2);

        runFor(7_000, nodes);
        assertThat(leader.state().findApp(1)).isEmpty();
        assertThat(nodes.get(0).told().isGiveUp()).isTrue();
    }

    @Test
    void aReplicaOfAnAppThatTheLeaderHasNeverHeardOfIsNotGivenUp() {
        FakeNode node = new FakeNode(1, 7);
        node.onDisk.add(new ReplicaOnDisk(Wire.gpid(new Gpid(42, 0)), 3, 5, 5, 5));
        node.hello();
        assertThat(node.complete).isTrue();
        assertThat(node.directives).isEmpty();
    }

    @Test
    void aNodeThatDoesNotReadIsToldTheNewestOnceItHasRoom() {
        List<FakeNode> nodes = cluster(1);
        createApp(1);
        nodes.get(0).writable = false;
        long second = time.wallMs() / 1000;
        commit(new AppDropped(1, second, second + 1000));
        assertThat(nodes.get(0).told().getBallot()).isEqualTo(1);
        nodes.get(0).writable = true;
        nodes.get(0).up.onWritable();
        time.runDue();
        assertThat(nodes.get(0).told().getBallot()).isEqualTo(2);
    }

    @Test
    void theWholeListingIsRepeated() {
        List<FakeNode> nodes = cluster(1);
        createApp(1);
        nodes.get(0).directives.clear();
        nodes.get(0).complete = false;
        runFor(11_000, nodes);
        assertThat(nodes.get(0).directives).containsKey(P);
        assertThat(nodes.get(0).complete).isTrue();
    }

    private List<FakeNode> cluster(int count) {
        List<FakeNode> nodes = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            nodes.add(new FakeNode(i, 7).hello());
        }
        return nodes;
    }

    private void createApp(int replicas) {
        commit(new AppCreated(1, "orders", "pegasus", 1, replicas, new TreeMap<>(), true, false, 1));
    }

    private void commit(MetaRecord record) {
        assertThat(leader.submit((state, wallMs) -> Decision.record("done", record)))
                .satisfies(done -> {
                    time.runDue();
                    assertThat(done).isCompletedWithValue("done");
                });
    }

    private Partition partition() {
        return leader.state().requirePartition(P);
    }

    private FakeNode primary(List<FakeNode> nodes) {
        return nodes.stream()
                .filter(node -> node.address.equals(partition().primary()))
                .findFirst()
                .orElseThrow();
    }

    private static List<FakeNode> without(List<FakeNode> nodes, FakeNode one) {
        return nodes.stream().filter(node -> node != one).toList();
    }

    /** Lets time pass while these nodes beat. */
    private void runFor(long durationMs, List<FakeNode> beating) {
        for (long passed = 0; passed < durationMs; passed += 100) {
            time.advance(100);
            beating.forEach(FakeNode::beat);
        }
    }

    private ReplicaReport replica(long ballot) {
        return new ReplicaReport()
                .setGpid(Wire.gpid(P))
                .setBallot(ballot)
                .setRole(ReplicaRole.PRIMARY)
                .setLearners(List.of())
                .setUnreachable(List.of());
    }

    private ReplicaReport unreachable(HostPort node) {
        return replica(1).setUnreachable(List.of(Wire.address(node)));
    }

    /** The other end of a node stream. */
    private final class FakeNode implements RpcStream<NodeStreamDown> {
        final int number;
        final HostPort address;
        final long incarnation;
        final List<ReplicaOnDisk> onDisk = new ArrayList<>();
        final Map<Gpid, PartitionDirective> directives = new TreeMap<>();
        String clusterId = "";
        int format = internalConstants.FORMAT_VERSION;
        ErrorCode welcome = ErrorCode.ERR_UNKNOWN;
        HostPort leader = new HostPort("nobody", 1);
        boolean complete;
        boolean closed;
        boolean writable = true;
        int beatsAnswered;
        RpcStream.Listener<NodeStreamUp> up = registry.accept(this);
        private long sequence;

        FakeNode(int number, long incarnation) {
            this.number = number;
            this.address = new HostPort("127.0.0.1", 34800 + number);
            this.incarnation = incarnation;
        }

        FakeNode hello() {
            closed = false;
            up = registry.accept(this);
            up.onFrame(new NodeStreamUp()
                    .setHello(new NodeHello(format, clusterId, Wire.address(address), incarnation, onDisk)));
            time.runDue();
            return this;
        }

        void beat() {
            up.onFrame(new NodeStreamUp().setBeat(new Beat(++sequence)));
            time.runDue();
        }

        void reportPrimary(long ballot, FakeNode caughtUp) {
            report(
                    incarnation,
                    1,
                    replica(ballot)
                            .setLearners(List.of(new LearnerState(Wire.address(caughtUp.address), true, 5)
                                    .setIncarnation(caughtUp.incarnation))));
        }

        void report(long ofIncarnation, long ofTerm, ReplicaReport replica) {
            up.onFrame(new NodeStreamUp()
                    .setReport(new NodeReport(ofIncarnation, ofTerm, List.of(replica), 100, 50, List.of())));
            time.runDue();
        }

        PartitionDirective told() {
            assertThat(directives).containsKey(P);
            return directives.getOrDefault(P, new PartitionDirective());
        }

        @Override
        public void send(NodeStreamDown frame) {
            if (frame.isSetWelcome()) {
                welcome = Wire.error(frame.getWelcome().getErr());
                Wire.find(frame.getWelcome().getLeader()).ifPresent(found -> leader = found);
                if (welcome.isOk()) {
                    clusterId = frame.getWelcome().getClusterId();
                }
            } else if (frame.isSetBeat()) {
                beatsAnswered++;
            } else {
                frame.getDirectives()
                        .getPartitions()
                        .forEach(directive -> directives.put(Wire.gpid(directive.getGpid()), directive));
                complete |= frame.getDirectives().isComplete();
            }
        }

        @Override
        public boolean isWritable() {
            return writable;
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
