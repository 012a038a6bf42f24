package dev.sluice.meta.guardian;

import static dev.sluice.meta.guardian.Clusters.NOW_MS;
import static dev.sluice.meta.guardian.Clusters.P;
import static dev.sluice.meta.guardian.Clusters.app;
import static dev.sluice.meta.guardian.Clusters.configure;
import static dev.sluice.meta.guardian.Clusters.configured;
import static dev.sluice.meta.guardian.Clusters.n;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.Ballot;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.meta.guardian.ReplicaView.Role;
import dev.sluice.meta.state.AppRecord.AppDropped;
import dev.sluice.meta.state.AppRecord.MaxReplicaCountSet;
import dev.sluice.meta.state.Configuration;
import dev.sluice.meta.state.MetaState;
import dev.sluice.meta.state.Partition;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GuardianTest {
    private static final long DELAY_MS = 10_000;

    private final Guardian guardian = new Guardian(DELAY_MS, Admission.ANY);

    @Test
    void aNewAppIsSpreadEvenlyWithAllMembersAtOnce() {
        MetaState state = app(6, 3);
        List<Gpid> all = state.partitions().stream().map(Partition::gpid).toList();
        Plan plan =
                guardian.plan(state, all, new Clusters().live(1, 2, 3, 4, 5, 6).view(), Wishes.NONE);
        assertThat(plan.configurations())
                .hasSize(6)
                .allMatch(next -> next.ballot().number() == 1);
        Map<HostPort, Integer> primaries = new TreeMap<>();
        Map<HostPort, Integer> replicas = new TreeMap<>();
        for (Configuration next : plan.configurations()) {
            primaries.merge(next.members().get(0), 1, Integer::sum);
            next.members().forEach(node -> replicas.merge(node, 1, Integer::sum));
        }
        assertThat(primaries.values()).hasSize(6).containsOnly(1);
        assertThat(replicas.values()).hasSize(6).containsOnly(3);
    }

    @Test
    void fewerNodesThanReplicasStartWithTheNodesThatThereAre() {
        assertThat(only(app(1, 3), new Clusters().live(1, 2)).members()).hasSize(2);
    }

    @Test
    void anAppWithoutNodesWaitsAndSaysSo() {
        Plan plan = plan(app(1, 3), new Clusters());
        assertThat(plan.configurations()).isEmpty();
        assertThat(plan.waiting()).containsEntry(P, "no node is alive");
    }

    /**
     * What becomes of primary n1 and secondaries n2, n3 when each stands so: L live, S silent, A arriving, D dead.
     */
    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource({
        "LLL, same",
        "LLD, n1 n2",
        "LDL, n1 n3",
        "LDD, n1",
        "LLS, same",
        "LSD, n1 n2",
        "LLA, same",
        "DLL, n2 n3",
        "DLD, n2",
        "DDL, n3",
        "DLS, n2",
        "DDD, same",
        "DSS, same",
        "DSD, same",
        "DAD, same",
        "SLL, same",
        "SDD, same",
        "ALL, same",
    })
    void membersLeaveWhenTheyAreDeadAndOneAlwaysStays(String standings, String expected) {
        Clusters cluster = new Clusters();
        for (int i = 0; i < 3; i++) {
            cluster.node(
                    i + 1,
                    switch (standings.charAt(i)) {
                        case 'L' -> Standing.LIVE;
                        case 'S' -> Standing.SILENT;
                        case 'A' -> Standing.ARRIVING;
                        default -> Standing.DEAD;
                    });
        }
        Plan plan = plan(configured(1, 1, 2, 3), cluster);
        String result = plan.configurations().isEmpty()
                ? "same"
                : String.join(
                        " ",
                        plan.configurations().get(0).members().stream()
                                .map(HostPort::host)
                                .toList());
        assertThat(result).isEqualTo(expected);
        assertThat(plan.configurations()).allMatch(next -> next.ballot().number() == 2);
    }

    @Test
    void theNewPrimaryIsTheBestByBallotThenByPreparedDecree() {
        MetaState state = configured(1, 1, 2, 3);
        assertThat(only(
                                state,
                                new Clusters()
                                        .node(1, Standing.DEAD)
                                        .live(2, 3)
                                        .replica(2, Role.SECONDARY, 1, 7)
                                        .replica(3, Role.SECONDARY, 1, 9))
                        .primary())
                .isEqualTo(n(3));
        assertThat(only(
                                state,
                                new Clusters()
                                        .node(1, Standing.DEAD)
                                        .live(2, 3)
                                        .replica(2, Role.SECONDARY, 1, 7)
                                        .replica(3, Role.SECONDARY, 0, 9))
                        .primary())
                .isEqualTo(n(2));
    }

    @Test
    void aNodeThatIsNoMemberNeverBecomesPrimaryHoweverMuchItHas() {
        MetaState state = configure(configured(1, 1, 2, 3), 2, 1);
        Plan plan = plan(state, new Clusters().node(1, Standing.DEAD).live(2, 3).replica(2, Role.INACTIVE, 1, 99));
        assertThat(plan.configurations()).isEmpty();
        assertThat(plan.waiting().get(P)).startsWith("no member is alive");
    }

    @Test
    void aFailedPrimaryGivesWayUnlessItIsTheLast() {
        Clusters failed = new Clusters().live(1, 2, 3).replica(1, Role.ERROR, 1, 5);
        assertThat(only(configured(1, 1, 2, 3), failed).members()).containsExactly(n(2), n(3));

        Plan last = plan(configured(1, 1), failed);
        assertThat(last.configurations()).isEmpty();
        assertThat(last.waiting().get(P)).contains("the last with the data");
    }

    @Test
    void aFailedOrUnreachableSecondaryLeaves() {
        MetaState state = configured(1, 1, 2, 3);
        assertThat(only(state, new Clusters().live(1, 2, 3).replica(2, Role.ERROR, 1, 5))
                        .members())
                .containsExactly(n(1), n(3));
        assertThat(only(state, new Clusters().live(1, 2, 3).primary(1, 1, Set.of(), Set.of(n(3))))
                        .members())
                .containsExactly(n(1), n(2));
    }

    @Test
    void whatAPrimaryOfAnOldBallotSaysDoesNotCount() {
        MetaState state = configure(configured(1, 1, 2), 2, 1, 2, 3);
        Plan plan = plan(state, new Clusters().live(1, 2, 3).primary(1, 1, Set.of(), Set.of(n(2), n(3))));
        assertThat(plan.configurations()).isEmpty();
    }

    @Test
    void aFreeNodeLearnsAndJoinsOnceThePrimarySaysThatItCaughtUp() {
        MetaState state = configured(1, 1, 2);
        Plan learning = plan(state, new Clusters().live(1, 2, 3));
        assertThat(learning.configurations()).isEmpty();
        assertThat(learning.learners()).containsEntry(P, List.of(n(3)));

        Clusters caughtUp = new Clusters().live(1, 2, 3).primary(1, 1, Set.of(n(3)), Set.of());
        Configuration joined = guardian.plan(state, List.of(P), caughtUp.view(), Wishes.learning(learning.learners()))
                .configurations()
                .get(0);
        assertThat(joined).isEqualTo(new Configuration(P, new Ballot(2), n(1), List.of(n(2), n(3))));
    }

    @Test
    void aLearnerThatIsNotAdmittedDoesNotJoin() {
        Guardian strict = new Guardian(DELAY_MS, (state, gpid, learner, view) -> false);
        Plan plan = strict.plan(
                configured(1, 1, 2),
                List.of(P),
                new Clusters()
                        .live(1, 2, 3)
                        .primary(1, 1, Set.of(n(3)), Set.of())
                        .view(),
                Wishes.learning(Map.of(P, List.of(n(3)))));
        assertThat(plan.configurations()).isEmpty();
        assertThat(plan.learners()).containsEntry(P, List.of(n(3)));
    }

    @Test
    void aLearnerThatDiesIsReplaced() {
        Plan plan = guardian.plan(
                configured(1, 1, 2),
                List.of(P),
                new Clusters().live(1, 2, 4).node(3, Standing.DEAD).view(),
                Wishes.learning(Map.of(P, List.of(n(3)))));
        assertThat(plan.learners()).containsEntry(P, List.of(n(4)));
    }

    @Test
    void aLearnerIsKeptWhileAMemberLeaves() {
        Plan plan = guardian.plan(
                configured(1, 1, 2),
                List.of(P),
                new Clusters().live(1, 3).node(2, Standing.DEAD).view(),
                Wishes.learning(Map.of(P, List.of(n(3)))));
        assertThat(plan.configurations().get(0).members()).containsExactly(n(1));
        assertThat(plan.learners()).containsEntry(P, List.of(n(3)));
    }

    @Test
    void aNodeThatLeftLatelyGetsTimeToComeBackBeforeAnotherTakesItsPlace() {
        MetaState state = configure(configured(1, 1, 2, 3), NOW_MS - 1, 1, 2);
        Plan early = plan(state, new Clusters().live(1, 2, 4).node(3, Standing.DEAD));
        assertThat(early.learners()).isEmpty();
        assertThat(early.againAtMs()).hasValue(NOW_MS - 1 + DELAY_MS);

        MetaState longAgo = configure(configured(1, 1, 2, 3), NOW_MS - DELAY_MS, 1, 2);
        assertThat(plan(longAgo, new Clusters().live(1, 2, 4).node(3, Standing.DEAD))
                        .learners())
                .containsEntry(P, List.of(n(4)));
    }

    @Test
    void theOneThatIsBackIsPreferredToOneWithoutTheReplica() {
        MetaState state = configure(configured(1, 1, 2, 3), NOW_MS - 1, 1, 2);
        assertThat(plan(state, new Clusters().live(1, 2, 3, 4).replica(3, Role.INACTIVE, 1, 5))
                        .learners())
                .containsEntry(P, List.of(n(3)));
    }

    @Test
    void oneMemberTooManyLeavesButNeverThePrimary() {
        MetaState state = configured(1, 1, 2, 3).replay(List.of(new MaxReplicaCountSet(1, 1)));
        assertThat(only(state, new Clusters().live(1, 2, 3)).members()).containsExactly(n(1));
    }

    @Test
    void aDroppedAppIsLeftAlone() {
        MetaState state = configured(1, 1, 2, 3).replay(List.of(new AppDropped(1, 5, 10)));
        Plan plan = plan(state, new Clusters().node(1, Standing.DEAD).live(2, 3));
        assertThat(plan.configurations()).isEmpty();
        assertThat(plan.learners()).isEmpty();
    }

    private Plan plan(MetaState state, Clusters cluster) {
        return guardian.plan(state, List.of(P), cluster.view(), Wishes.NONE);
    }

    private Configuration only(MetaState state, Clusters cluster) {
        Plan plan = plan(state, cluster);
        assertThat(plan.configurations()).hasSize(1);
        return plan.configurations().get(0);
    }
}
