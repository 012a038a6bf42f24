package dev.sluice.meta.guardian;

import static dev.sluice.meta.guardian.Clusters.P;
import static dev.sluice.meta.guardian.Clusters.configured;
import static dev.sluice.meta.guardian.Clusters.n;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.HostPort;
import dev.sluice.meta.guardian.ReplicaView.Role;
import dev.sluice.meta.state.MetaRecord;
import dev.sluice.meta.state.MetaState;
import dev.sluice.meta.state.Node;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArrivalsTest {
    @Test
    void aNodeWithoutPartitionsIsRegisteredAtOnce() {
        MetaState after = settle(configured(1, 1), new Clusters().live(1).node(2, Standing.ARRIVING));
        assertThat(registered(after)).containsExactly(n(2));
    }

    @Test
    void aNewRunLeavesAConfigurationWithALiveMember() {
        MetaState after =
                settle(configured(1, 1, 2, 3), new Clusters().live(1, 3).node(2, Standing.ARRIVING));
        assertThat(members(after)).containsExactly(n(1), n(3));
        assertThat(after.requirePartition(P).ballot().number()).isEqualTo(2);
        assertThat(registered(after)).containsExactly(n(2));
    }

    @Test
    void aNewRunOfAPrimaryHandsOverToTheBestLiveSecondary() {
        Clusters cluster = new Clusters()
                .node(1, Standing.ARRIVING)
                .live(2, 3)
                .replica(2, Role.SECONDARY, 1, 5)
                .replica(3, Role.SECONDARY, 1, 6);
        assertThat(members(settle(configured(1, 1, 2, 3), cluster))).containsExactly(n(3), n(2));
    }

    @Test
    void whileAnotherMemberMayBeAliveNothingIsSettled() {
        MetaState before = configured(1, 1, 2);
        MetaState after =
                settle(before, new Clusters().node(1, Standing.ARRIVING).node(2, Standing.SILENT));
        assertThat(after).isEqualTo(before);
    }

    @Test
    void theLastMemberIsTakenAsItIs() {
        Clusters cluster = new Clusters().node(1, Standing.ARRIVING).replica(1, Role.INACTIVE, 1, 5);
        MetaState after = settle(configured(1, 1), cluster);
        assertThat(after.requirePartition(P).ballot().number()).isEqualTo(1);
        assertThat(registered(after)).containsExactly(n(1));
    }

    @Test
    void whenAllMembersArriveTheOneWithTheMostIsTakenAndTheOthersLeave() {
        Clusters cluster = new Clusters()
                .node(1, Standing.ARRIVING)
                .node(2, Standing.ARRIVING)
                .node(3, Standing.ARRIVING)
                .replica(1, Role.INACTIVE, 1, 5)
                .replica(2, Role.INACTIVE, 1, 8)
                .replica(3, Role.INACTIVE, 1, 7);
        MetaState after = settle(configured(1, 1, 2, 3), cluster);
        assertThat(members(after)).containsExactly(n(2));
        assertThat(registered(after)).containsExactly(n(1), n(2), n(3));
    }

    @Test
    void whenTheOthersAreDeadTheArrivingOneGoesOnAlone() {
        Clusters cluster =
                new Clusters().node(1, Standing.DEAD).node(2, Standing.ARRIVING).replica(2, Role.INACTIVE, 1, 8);
        assertThat(members(settle(configured(1, 1, 2), cluster))).containsExactly(n(2));
    }

    @Test
    void anEmptiedNodeDoesNotTakeOverFromDeadOnesThatMayHaveTheData() {
        Clusters cluster = new Clusters().node(1, Standing.DEAD).node(2, Standing.ARRIVING);
        MetaState after = settle(configured(1, 2, 1), cluster);
        assertThat(members(after)).containsExactly(n(1));
        assertThat(registered(after)).containsExactly(n(2));
    }

    private static MetaState settle(MetaState state, Clusters cluster) {
        List<MetaRecord> records = Arrivals.settle(state, cluster.view());
        return state.replay(records);
    }

    private static List<HostPort> members(MetaState state) {
        return state.requirePartition(P).configuration().members();
    }

    private static List<HostPort> registered(MetaState state) {
        return state.nodes().stream().map(Node::address).toList();
    }
}
