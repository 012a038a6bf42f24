package dev.sluice.meta.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.Ballot;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.meta.recovery.NodeDisk.Description;
import dev.sluice.meta.recovery.NodeDisk.Replica;
import dev.sluice.meta.recovery.Rebuilding.Result;
import dev.sluice.meta.state.App;
import dev.sluice.meta.state.Configuration;
import dev.sluice.meta.state.FunctionLevel;
import dev.sluice.meta.state.MetaState;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RebuildingTest {
    private static final Description ORDERS =
            new Description("orders", 2, 3, new TreeMap<>(Map.of("default_ttl", "60")));

    @Test
    void clusterAppsAndConfigurationsComeBack() {
        MetaState state = rebuilt(
                disk(1, "c-1", replica(2, 0, 5, 5, 100, ORDERS), replica(2, 1, 4, 4, 50, ORDERS)),
                disk(2, "c-1", replica(2, 0, 5, 5, 90, ORDERS)),
                disk(3, ""));
        assertThat(state.clusterId()).isEqualTo("c-1");
        App app = state.requireApp(2);
        assertThat(app.name()).isEqualTo("orders");
        assertThat(app.partitionCount()).isEqualTo(2);
        assertThat(app.maxReplicaCount()).isEqualTo(3);
        assertThat(app.envs()).containsEntry("default_ttl", "60");
        assertThat(state.lastAppId()).isEqualTo(2);
        Configuration first = state.requirePartition(new Gpid(2, 0)).configuration();
        assertThat(first.members()).containsExactly(n(1));
        assertThat(first.ballot().number()).isEqualTo(6);
        assertThat(state.requirePartition(new Gpid(2, 1)).ballot().number()).isEqualTo(5);
    }

    /** A node that was put out of the configuration has heard of a later ballot than those that went on without it. */
    @Test
    void theLastMutationCountsRatherThanTheBallotThatWasHeardOf() {
        MetaState state = rebuilt(
                disk(1, "c-1", replica(2, 0, 9, 5, 900, ORDERS), replica(2, 1, 1, 1, 1, ORDERS)),
                disk(2, "c-1", replica(2, 0, 8, 8, 700, ORDERS)));
        Configuration first = state.requirePartition(new Gpid(2, 0)).configuration();
        assertThat(first.members()).containsExactly(n(2));
        assertThat(first.ballot().number()).as("above all that were heard of").isEqualTo(10);
    }

    @Test
    void whatAnAppIsSaysTheReplicaThatHeardOfItLast() {
        Description renamed = new Description("bills", 2, 5, new TreeMap<>());
        MetaState state = rebuilt(
                disk(1, "c-1", replica(2, 0, 9, 5, 1, renamed)), disk(2, "c-1", replica(2, 1, 4, 4, 1, ORDERS)));
        assertThat(state.requireApp(2).name()).isEqualTo("bills");
        assertThat(state.requireApp(2).maxReplicaCount()).isEqualTo(5);
    }

    @Test
    void twoAppsOfOneNameGetTwoNames() {
        Description single = new Description("orders", 1, 1, new TreeMap<>());
        Result result = rebuild(false, disk(1, "c-1", replica(2, 0, 1, 1, 1, single), replica(3, 0, 1, 1, 1, single)));
        MetaState state = MetaState.EMPTY.replay(result.records());
        assertThat(state.apps()).extracting(App::name).containsExactly("orders", "orders_3");
        assertThat(result.hint()).contains("app 3 is named 'orders_3'");
    }

    @Test
    void lostPartitionsAreAReasonToWaitUnlessTheyAreSkipped() {
        NodeDisk half = disk(1, "c-1", replica(2, 0, 1, 1, 1, ORDERS));
        Result refused = rebuild(false, half);
        assertThat(refused.error()).isEqualTo(ErrorCode.ERR_TRY_AGAIN);
        assertThat(refused.records()).isEmpty();
        assertThat(refused.hint()).contains("1 partitions are lost: [2.1]");

        Result skipped = rebuild(true, half);
        MetaState state = MetaState.EMPTY.replay(skipped.records());
        assertThat(state.requirePartition(new Gpid(2, 1)).isUnconfigured()).isTrue();
        assertThat(skipped.hint()).contains("they begin empty");
    }

    @Test
    void anAppThatNoReplicaDescribesIsLeftOutAndSaidSo() {
        Result result = rebuild(
                false,
                disk(
                        1,
                        "c-1",
                        replica(2, 0, 1, 1, 1, ORDERS),
                        replica(2, 1, 1, 1, 1, ORDERS),
                        replica(7, 0, 1, 1, 1, null),
                        replica(8, 5, 1, 1, 1, ORDERS)));
        MetaState state = MetaState.EMPTY.replay(result.records());
        assertThat(state.apps()).extracting(App::id).containsExactly(2);
        assertThat(result.hint()).contains("app 7 is left out", "app 8 is left out");
    }

    @Test
    void nodesOfSeveralClustersOrOfNoneAreRefused() {
        assertThat(rebuild(false, disk(1, "c-1"), disk(2, "c-2")).hint()).contains("several clusters: [c-1, c-2]");
        assertThat(rebuild(false, disk(1, "")).error()).isEqualTo(ErrorCode.ERR_INVALID_PARAMETERS);
    }

    private static MetaState rebuilt(NodeDisk... disks) {
        Result result = rebuild(false, disks);
        assertThat(result.error()).isEqualTo(ErrorCode.ERR_OK);
        return MetaState.EMPTY.replay(result.records());
    }

    private static Result rebuild(boolean skipLost, NodeDisk... disks) {
        return Rebuilding.of(List.of(disks), skipLost, 5_000, FunctionLevel.STEADY);
    }

    private static NodeDisk disk(int number, String cluster, Replica... replicas) {
        return new NodeDisk(n(number), cluster, List.of(replicas));
    }

    private static Replica replica(
            int appId, int index, long ballot, long lastBallot, long prepared, @Nullable Description app) {
        return new Replica(new Gpid(appId, index), new Ballot(ballot), new Ballot(lastBallot), prepared, prepared, app);
    }

    private static HostPort n(int number) {
        return new HostPort("n" + number, 34801);
    }
}
