package dev.sluice.meta.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.Wire;
import dev.sluice.meta.guardian.Standing;
import dev.sluice.meta.state.AppRecord.AppDropped;
import dev.sluice.wire.internal.LearnerState;
import dev.sluice.wire.internal.PartitionDirective;
import dev.sluice.wire.internal.ReplicaOnDisk;
import dev.sluice.wire.internal.ReplicaReport;
import dev.sluice.wire.internal.internalConstants;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Node streams, registry and guardian together, under virtual time. */
class NodeStreamsTest extends StreamFixture {
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
    void whatAReplicaCompactedForIsKnownUntilItsNodeRunsAnew() {
        FakeNode node = new FakeNode(1, 7).hello();
        createApp(1);
        node.report(7, 1, replica(1).setCompactedFor(5));
        assertThat(registry.view(leader.state()).findReplica(node.address, P))
                .hasValueSatisfying(
                        replica -> assertThat(replica.compactedFor()).isEqualTo(5));
        node.report(7, 1, replica(1).setCompactedFor(6));
        assertThat(registry.view(leader.state()).findReplica(node.address, P))
                .hasValueSatisfying(
                        replica -> assertThat(replica.compactedFor()).isEqualTo(6));
        new FakeNode(1, 8).hello();
        assertThat(registry.view(leader.state()).findReplica(node.address, P)).isEmpty();
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
    void aNodeThatWasDeadHasToRegisterAnewBeforeItsBeatsAreAnswered() {
        List<FakeNode> nodes = cluster(3);
        createApp(3);
        FakeNode primary = primary(nodes);
        runFor(GRACE_MS + 500, without(nodes, primary));
        int answered = primary.beatsAnswered;
        primary.beat();
        assertThat(primary.beatsAnswered).isEqualTo(answered);
        assertThat(primary.closed).isTrue();
        primary.hello().beat();
        assertThat(primary.beatsAnswered).isEqualTo(answered + 1);
        assertThat(primary.told().getBallot()).isEqualTo(2);
    }

    @Test
    void aNodeThatComesBackHearsNothingBeforeItIsDecidedWhatBecameOfItsPlaces() {
        List<FakeNode> nodes = cluster(3);
        createApp(3);
        FakeNode primary = primary(nodes);
        journal.holdCommits();
        runFor(GRACE_MS + 500, without(nodes, primary));
        assertThat(partition().primary()).isEqualTo(primary.address);
        primary.directives.clear();
        primary.complete = false;
        primary.hello().beat();
        assertThat(primary.complete)
                .as("the entry that gives its place to another is on its way")
                .isFalse();
        journal.releaseCommits();
        time.runDue();
        assertThat(primary.complete).isTrue();
        assertThat(primary.told().getBallot()).isEqualTo(2);
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

        long signature = primary.signatureOf(again);
        new FakeNode(old.number, 10).hello();
        primary.reportPrimary(partition().ballot().number(), again, signature);
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
    void aLearnerThatANewLeaderMakesOneAgainIsNoMemberForWhatItHadBefore() {
        List<FakeNode> nodes = cluster(3);
        createApp(3);
        FakeNode primary = primary(nodes);
        FakeNode learner = new FakeNode(without(nodes, primary).get(0).number, 9);
        learner.onDisk.add(new ReplicaOnDisk(Wire.gpid(P), 1, 5, 5, 5));
        learner.hello();
        long before = primary.signatureOf(learner);
        long ballot = partition().ballot().number();

        journal.loseLeadership(0);
        journal.lead();
        time.runDue();
        List<FakeNode> others = without(nodes, nodes.get(learner.number - 1));
        others.forEach(FakeNode::hello);
        learner.hello();
        runFor(GRACE_MS, List.of(primary, learner));
        assertThat(learner.told().getLearners()).containsExactly(Wire.address(learner.address));
        assertThat(primary.signatureOf(learner)).isGreaterThan(before);
        primary.report(primary.incarnation, 2, caughtUp(ballot, learner, before));
        assertThat(partition().ballot().number()).isEqualTo(ballot);
        primary.report(primary.incarnation, 2, caughtUp(ballot, learner, primary.signatureOf(learner)));
        assertThat(partition().configuration().hasMember(learner.address)).isTrue();
    }

    @Test
    void aLearnerThatHadCaughtUpAndDoesNotAnswerBeginsAnew() {
        List<FakeNode> nodes = cluster(3);
        createApp(3);
        FakeNode primary = primary(nodes);
        FakeNode learner = new FakeNode(without(nodes, primary).get(0).number, 9);
        learner.onDisk.add(new ReplicaOnDisk(Wire.gpid(P), 1, 5, 5, 5));
        learner.hello();
        long before = primary.signatureOf(learner);
        long ballot = partition().ballot().number();

        primary.report(primary.incarnation, 1, replica(ballot).setUnreachable(List.of(Wire.address(learner.address))));
        assertThat(primary.told().getLearners())
                .as("the primary waits for it no more")
                .isEmpty();
        primary.report(primary.incarnation, 1, replica(ballot));
        assertThat(primary.told().getLearners()).containsExactly(Wire.address(learner.address));
        assertThat(primary.signatureOf(learner)).isGreaterThan(before);
    }

    private ReplicaReport caughtUp(long ballot, FakeNode learner, long signature) {
        return replica(ballot)
                .setLearners(List.of(new LearnerState(Wire.address(learner.address), true, 5, signature)));
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
}
