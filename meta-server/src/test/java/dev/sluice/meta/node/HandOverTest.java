package dev.sluice.meta.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.Wire;
import dev.sluice.meta.guardian.Move;
import dev.sluice.meta.state.ClusterRecord.FunctionLevelSet;
import dev.sluice.meta.state.FunctionLevel;
import dev.sluice.wire.internal.PartitionDirective;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A primary that serves is replaced only after it confirmed that it serves no more: whatever is lost, late or repeated. */
class HandOverTest extends StreamFixture {
    private List<FakeNode> nodes = List.of();
    private FakeNode primary;
    private HostPort next = new HostPort("nobody", 1);

    @BeforeEach
    void moveBegins() {
        nodes = cluster(3);
        createApp(3);
        primary = primary(nodes);
        next = partition().secondaries().get(1);
        begin();
        time.runDue();
    }

    private void begin() {
        assertThat(keeper.begin(P, Move.primary(next, time.wallMs()))).isTrue();
        time.runDue();
    }

    @Test
    void theSwitchIsRecordedOnceThePrimaryConfirms() {
        assertThat(primary.told().isHandOver()).isTrue();
        assertThat(partition().primary()).isEqualTo(primary.address);

        confirm(primary.told().getSequence());
        assertThat(partition().primary()).isEqualTo(next);
        assertThat(partition().ballot().number()).isEqualTo(2);
        assertThat(primary.told().isHandOver()).isFalse();
        time.runDue();
        assertThat(keeper.moves()).isEmpty();
    }

    @Test
    void otherMembersAreNotAskedToHandOver() {
        assertThat(without(nodes, primary)).noneMatch(node -> node.told().isHandOver());
    }

    @Test
    void withoutConfirmationNothingIsRecordedAndThePrimaryServesOn() {
        long asked = primary.told().getSequence();
        runFor(11_000, nodes);
        assertThat(partition().primary()).isEqualTo(primary.address);
        assertThat(primary.told().isHandOver()).isFalse();
        assertThat(primary.told().getSequence()).isGreaterThan(asked);
        assertThat(keeper.moves()).isEmpty();

        confirm(asked);
        assertThat(partition().primary()).as("after a late confirmation").isEqualTo(primary.address);
        begin();
        assertThat(partition().primary())
                .as("asked again, with the old confirmation at hand")
                .isEqualTo(primary.address);
        confirm(primary.told().getSequence());
        assertThat(partition().primary()).isEqualTo(next);
    }

    @Test
    void aConfirmationUnderAnOlderBallotOrOfAnotherRunDoesNotCount() {
        long asked = primary.told().getSequence();
        primary.report(primary.incarnation, 1, replica(0).setHandedOver(asked));
        primary.report(primary.incarnation - 1, 1, replica(1).setHandedOver(asked));
        primary.report(primary.incarnation, 0, replica(1).setHandedOver(asked));
        assertThat(partition().primary()).isEqualTo(primary.address);
    }

    @Test
    void whileTheRecordIsOnItsWayThePrimaryIsNotToldToServe() {
        journal.holdCommits();
        confirm(primary.told().getSequence());
        primary.directives.clear();
        runFor(12_000, nodes);
        assertThat(primary.directives.values()).allMatch(PartitionDirective::isHandOver);

        journal.releaseCommits();
        time.runDue();
        assertThat(partition().primary()).isEqualTo(next);
    }

    @Test
    void aRecordThatIsCommittedAfterTheLeadershipWasLostCounts() {
        long asked = primary.told().getSequence();
        journal.holdCommits();
        confirm(asked);
        journal.loseLeadership(1);
        time.runDue();
        lead(2);
        assertThat(partition().primary()).isEqualTo(next);
    }

    @Test
    void aNewLeaderLetsThePrimaryServeIfTheRecordWasLost() {
        long asked = primary.told().getSequence();
        journal.holdCommits();
        confirm(asked);
        journal.loseLeadership(0);
        time.runDue();
        lead(2);
        assertThat(partition().primary()).isEqualTo(primary.address);
        assertThat(primary.told().isHandOver()).isFalse();
        assertThat(primary.told().getSequence()).isGreaterThan(asked);
        primary.report(primary.incarnation, 2, replica(1).setHandedOver(asked));
        assertThat(partition().primary()).isEqualTo(primary.address);
    }

    @Test
    void aLowerFunctionLevelDropsTheMove() {
        commit(new FunctionLevelSet(FunctionLevel.LIVELY));
        commit(new FunctionLevelSet(FunctionLevel.STEADY));
        time.runDue();
        assertThat(keeper.moves()).isEmpty();
        assertThat(primary.told().isHandOver()).isFalse();
    }

    @Test
    void whileFreezedNothingMoves() {
        commit(new FunctionLevelSet(FunctionLevel.FREEZED));
        time.runDue();
        assertThat(primary.told().isHandOver()).isFalse();
        confirm(primary.told().getSequence());
        assertThat(partition().primary()).isEqualTo(primary.address);
    }

    @Test
    void aMoveIsOverWhenItsTargetDies() {
        FakeNode target = nodes.stream()
                .filter(node -> node.address.equals(next))
                .findFirst()
                .orElseThrow();
        runFor(GRACE_MS + 500, without(nodes, target));
        assertThat(partition().configuration().hasMember(next)).isFalse();
        assertThat(partition().primary()).isEqualTo(primary.address);
        assertThat(keeper.moves()).isEmpty();
        assertThat(primary.told().isHandOver()).isFalse();
    }

    private void confirm(long sequence) {
        primary.report(
                primary.incarnation, 1, replica(partition().ballot().number()).setHandedOver(sequence));
    }

    private void lead(long term) {
        journal.releaseCommits();
        journal.lead();
        time.runDue();
        assertThat(leader.findTerm()).hasValue(term);
        nodes.forEach(FakeNode::hello);
        assertThat(Wire.hostPort(primary.told().getPrimary()))
                .isEqualTo(partition().primary());
    }
}
