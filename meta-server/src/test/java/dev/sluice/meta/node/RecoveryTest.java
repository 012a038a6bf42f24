package dev.sluice.meta.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.Wire;
import dev.sluice.meta.leader.Decision;
import dev.sluice.meta.recovery.Rebuilding.Result;
import dev.sluice.meta.recovery.Survey;
import dev.sluice.meta.state.FunctionLevel;
import dev.sluice.wire.internal.AppDescription;
import dev.sluice.wire.internal.ReplicaOnDisk;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An empty meta group that waits to be told to recover, and nodes that have the replicas of a lost one. */
class RecoveryTest extends StreamFixture {
    private final Survey survey = new Survey(time, FunctionLevel.STEADY);

    @Override
    @BeforeEach
    void lead() {
        registry.addListener(survey);
        registry.addListener(keeper);
        leader.addListener(registry);
        leader.addListener(keeper);
        leader.start();
        journal.lead();
        time.runDue();
    }

    @Test
    void nodesAreRefusedUntilTheClusterIsRebuiltAndThenTakenAsTheyAre() {
        FakeNode best = holder(1, 7);
        FakeNode other = holder(2, 5);
        assertThat(best.hello().welcome).isEqualTo(ErrorCode.ERR_SERVICE_NOT_ACTIVE);
        assertThat(other.hello().welcome).isEqualTo(ErrorCode.ERR_SERVICE_NOT_ACTIVE);

        Result result = recover(false, best.address, other.address);
        assertThat(result.error()).isEqualTo(ErrorCode.ERR_OK);
        assertThat(leader.state().clusterId()).isEqualTo("lost");
        assertThat(partition().primary()).isEqualTo(best.address);

        best.hello();
        other.hello();
        assertThat(best.welcome).isEqualTo(ErrorCode.ERR_OK);
        assertThat(Wire.hostPort(best.told().getPrimary())).isEqualTo(best.address);
        assertThat(best.told().getBallot()).isEqualTo(5);
        assertThat(other.told().getLearners()).containsExactly(Wire.address(other.address));
    }

    @Test
    void aNodeThatIsNotThereIsAReasonToWaitUnlessItIsSkipped() {
        FakeNode node = holder(1, 7);
        node.hello();
        HostPort absent = new HostPort("127.0.0.1", 34899);
        Result refused = recover(false, node.address, absent);
        assertThat(refused.error()).isEqualTo(ErrorCode.ERR_TRY_AGAIN);
        assertThat(refused.hint()).contains(absent.toString());
        assertThat(leader.state().clusterId()).isEmpty();

        Result skipped = recover(true, node.address, absent);
        assertThat(skipped.error()).isEqualTo(ErrorCode.ERR_OK);
        assertThat(skipped.hint()).contains("left out, since not heard of: [" + absent);
    }

    @Test
    void whatANodeSaidLongAgoCountsNoMore() {
        FakeNode node = holder(1, 7);
        node.hello();
        time.advance(60_000);
        assertThat(recover(false, node.address).error()).isEqualTo(ErrorCode.ERR_TRY_AGAIN);
    }

    @Test
    void aNodeWithReplicasThatNobodyNamedIsSaidSo() {
        FakeNode named = holder(1, 7);
        FakeNode forgotten = holder(2, 9);
        named.hello();
        forgotten.hello();
        assertThat(recover(false, named.address).hint()).contains("were not named: [" + forgotten.address + "]");
    }

    private FakeNode holder(int number, long prepared) {
        FakeNode node = new FakeNode(number, 7);
        node.clusterId = "lost";
        node.onDisk.add(new ReplicaOnDisk(Wire.gpid(P), 4, prepared, prepared, prepared)
                .setApp(new AppDescription(1, "orders", 1, 3, Map.of()))
                .setLastPreparedBallot(4));
        return node;
    }

    private Result recover(boolean skipBad, HostPort... nodes) {
        var done = leader.submit((state, wallMs) -> {
            Result result = survey.rebuild(List.of(nodes), skipBad, false, wallMs);
            return new Decision<>(result, result.records());
        });
        time.runDue();
        return done.join();
    }
}
