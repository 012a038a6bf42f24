package dev.sluice.meta.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.meta.state.ClusterRecord.FunctionLevelSet;
import dev.sluice.meta.state.FunctionLevel;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A cluster of which too few nodes are alive is left as it is, under virtual time. */
class FreezeTest extends StreamFixture {
    @Test
    void enoughLiveNodesAreRepairedAndTooFewAreNotUntilOneComesBack() {
        livePercentMin = 65;
        List<FakeNode> nodes = cluster(3);
        createApp(3);
        FakeNode first = primary(nodes);
        runFor(GRACE_MS + 500, without(nodes, first));
        assertThat(partition().ballot().number()).as("with two of three").isEqualTo(2);
        assertThat(freeze.level(leader.state())).isEqualTo(FunctionLevel.STEADY);

        FakeNode second = primary(nodes);
        FakeNode last = without(without(nodes, first), second).get(0);
        runFor(GRACE_MS + 2_000, List.of(last));
        assertThat(partition().primary()).as("with one of three").isEqualTo(second.address);
        assertThat(partition().ballot().number()).isEqualTo(2);
        assertThat(freeze.level(leader.state())).isEqualTo(FunctionLevel.FREEZED);

        first.hello();
        runFor(1_500, List.of(first, last));
        assertThat(freeze.level(leader.state())).isEqualTo(FunctionLevel.STEADY);
        assertThat(partition().primary()).isEqualTo(last.address);
    }

    @Test
    void theShareCanBeLoweredWhileItFreezes() {
        livePercentMin = 100;
        List<FakeNode> nodes = cluster(3);
        createApp(3);
        FakeNode primary = primary(nodes);
        runFor(GRACE_MS + 2_000, without(nodes, primary));
        assertThat(partition().primary()).isEqualTo(primary.address);

        livePercentMin = 0;
        runFor(1_500, without(nodes, primary));
        assertThat(partition().primary()).isNotEqualTo(primary.address);
    }

    @Test
    void aNodeThatIsOnlySilentIsNotMissed() {
        livePercentMin = 100;
        List<FakeNode> nodes = cluster(3);
        nodes.get(0).up.onClosed("reset");
        time.runDue();
        assertThat(freeze.level(leader.state())).isEqualTo(FunctionLevel.STEADY);
    }

    @Test
    void aLevelBelowStaysAsItWasSet() {
        livePercentMin = 100;
        List<FakeNode> nodes = cluster(2);
        commit(new FunctionLevelSet(FunctionLevel.BLIND));
        runFor(GRACE_MS + 500, nodes.subList(0, 1));
        assertThat(freeze.isOn()).isTrue();
        assertThat(freeze.level(leader.state())).isEqualTo(FunctionLevel.BLIND);
    }

    @Test
    void aShorterDelayOfReplacementsCountsForWhoIsWaitedForAlready() {
        List<FakeNode> nodes = cluster(4);
        createApp(3);
        FakeNode primary = primary(nodes);
        runFor(GRACE_MS + 1_000, without(nodes, primary));
        assertThat(primary(nodes).told().getLearners())
                .as("whoever left may come back")
                .isEmpty();

        replaceDelayMs = 500;
        runFor(1_500, without(nodes, primary));
        assertThat(primary(nodes).told().getLearners()).hasSize(1);
    }
}
