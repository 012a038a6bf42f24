package dev.sluice.meta.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.rpc.Wire;
import dev.sluice.meta.guardian.Standing;
import dev.sluice.wire.internal.NodeStreamUp;
import dev.sluice.wire.internal.ReplicaOnDisk;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who counts as alive, and what a new run means, under virtual time. */
class LivenessTest extends StreamFixture {
    @ParameterizedTest
    @CsvSource({"2000, 2000, 500", "2000, 1000, 500", "900, 2000, 500", "2000, 3000, 0"})
    void aGraceThatIsNotLongerThanTheLeaseIsRefused(long leaseMs, long graceMs, long beatMs) {
        assertThatThrownBy(() -> new NodeOptions(leaseMs, graceMs, beatMs, 10_000, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(leaseMs + " ms");
    }

    @Test
    void aNodeWhoseStreamBreaksMayServeUntilTheGraceIsOver() {
        List<FakeNode> nodes = cluster(3);
        createApp(3);
        FakeNode primary = primary(nodes);
        primary.up.onClosed("reset");
        time.runDue();
        assertThat(registry.standings()).containsEntry(primary.address, Standing.SILENT);
        runFor(GRACE_MS - 200, without(nodes, primary));
        assertThat(partition().primary()).isEqualTo(primary.address);
        runFor(500, without(nodes, primary));
        assertThat(partition().primary()).isNotEqualTo(primary.address);
    }

    @Test
    void aLeaderThatWasPausedCountsEveryNodeAsHeardJustNow() {
        List<FakeNode> nodes = cluster(3);
        createApp(3);
        runFor(1_000, nodes);
        time.pause(GRACE_MS * 10);
        time.runDue();
        assertThat(partition().ballot().number()).isEqualTo(1);
        time.advance(GRACE_MS - 200);
        assertThat(partition().ballot().number()).isEqualTo(1);
        runFor(GRACE_MS * 2, nodes);
        assertThat(partition().ballot().number()).isEqualTo(1);
    }

    @Test
    void aNodeThatWasDeadStaysDeadThroughAPause() {
        List<FakeNode> nodes = cluster(3);
        createApp(3);
        FakeNode primary = primary(nodes);
        runFor(GRACE_MS + 500, without(nodes, primary));
        time.pause(GRACE_MS * 10);
        time.runDue();
        assertThat(registry.standings()).containsEntry(primary.address, Standing.DEAD);
    }

    @Test
    void aLeaderWithoutLeaseTellsNobodyThatItMayServe() {
        List<FakeNode> nodes = cluster(3);
        journal.setLeaseValid(false);
        nodes.forEach(FakeNode::beat);
        assertThat(nodes).allMatch(node -> node.beatsAnswered == 0);
    }

    @Test
    void aNewRunOfAPrimaryLeavesAtOnceAndTheOldRunIsHeardNoMore() {
        List<FakeNode> nodes = cluster(3);
        createApp(3);
        FakeNode old = primary(nodes);
        FakeNode again = new FakeNode(old.number, 9);
        again.onDisk.add(new ReplicaOnDisk(Wire.gpid(P), 1, 5, 5, 5));
        again.hello();
        assertThat(partition().configuration().hasMember(old.address)).isFalse();
        assertThat(partition().ballot().number()).isEqualTo(2);
        assertThat(again.told().getLearners()).containsExactly(Wire.address(again.address));

        assertThat(new FakeNode(old.number, 7).hello().welcome).isEqualTo(ErrorCode.ERR_VERSION_OUTDATED);
        old.reportPrimary(2, again, again.signatureOf(again));
        assertThat(partition().configuration().hasMember(again.address)).isFalse();
    }

    @Test
    void theNewRunOfALastMemberIsTakenAsItIs() {
        FakeNode only = cluster(1).get(0);
        createApp(1);
        FakeNode again = new FakeNode(only.number, 9);
        again.onDisk.add(new ReplicaOnDisk(Wire.gpid(P), 1, 5, 5, 5));
        again.hello();
        assertThat(partition().primary()).isEqualTo(again.address);
        assertThat(partition().ballot().number()).isEqualTo(1);
        assertThat(Wire.hostPort(again.told().getPrimary())).isEqualTo(again.address);
    }

    @Test
    void allMembersInNewRunsGoOnWithTheOneThatHasTheMost() {
        List<FakeNode> nodes = cluster(3);
        createApp(3);
        nodes.forEach(node -> node.up.onClosed("killed"));
        time.advance(GRACE_MS + 500);
        for (FakeNode node : nodes) {
            FakeNode again = new FakeNode(node.number, 9);
            long decree = node.number == 2 ? 8 : 5;
            again.onDisk.add(new ReplicaOnDisk(Wire.gpid(P), 1, decree, decree, decree));
            again.up.onFrame(new NodeStreamUp().setHello(again.greeting()));
        }
        time.runDue();
        assertThat(partition().primary()).isEqualTo(nodes.get(1).address);
    }
}
