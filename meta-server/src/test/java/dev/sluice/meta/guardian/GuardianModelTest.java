package dev.sluice.meta.guardian;

import static dev.sluice.meta.guardian.ModelCluster.n;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.meta.state.Configuration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Every combination of how four nodes stand, which of them are members, which replica has failed, which node has lost its
 * disk, and whether one learns: it ends in a whole partition if a member is left that can serve, in a stated wait if not, and
 * then nothing follows any more.
 */
class GuardianModelTest {
    private static final Gpid P = new Gpid(1, 0);
    private static final int NODES = 4;
    private static final int REPLICAS = 3;
    private static final int TURNS_MAX = 80;

    /** One combination; node 1 is the primary, node 4 no member. */
    private record Case(
            List<Standing> standings,
            List<Integer> secondaries,
            int failed,
            int wiped,
            boolean fourLearns,
            Standing silentOnesEndAs) {
        ModelCluster start() {
            ModelCluster cluster = new ModelCluster(NODES);
            cluster.createApp(1, REPLICAS);
            List<HostPort> members = new ArrayList<>(List.of(n(1)));
            secondaries.forEach(number -> members.add(n(number)));
            cluster.configure(P, members);
            for (int i = 0; i < NODES; i++) {
                cluster.stand(n(i + 1), standings.get(i));
            }
            if (failed > 0) {
                cluster.fail(n(failed), P);
            }
            if (wiped > 0) {
                cluster.wipe(n(wiped));
            }
            if (fourLearns) {
                cluster.learn(P, n(4));
            }
            return cluster;
        }
    }

    @Test
    void whateverHappenedItEndsWholeOrInAStatedWaitAndThenRests() {
        int whole = 0;
        int lost = 0;
        for (Case combination : cases()) {
            ModelCluster cluster = combination.start();
            for (int i = 0; i < 5; i++) {
                cluster.turn();
            }
            for (int i = 1; i <= NODES; i++) {
                if (cluster.standing(n(i)) == Standing.SILENT) {
                    cluster.stand(n(i), combination.silentOnesEndAs());
                }
            }
            cluster.settle(TURNS_MAX);
            if (isWhole(combination, cluster)) {
                whole++;
            } else {
                lost++;
            }
            cluster.assertSilent();
        }
        assertThat(whole).isGreaterThan(1_000);
        assertThat(lost).isGreaterThan(100);
    }

    private static boolean isWhole(Case combination, ModelCluster cluster) {
        Configuration end = cluster.configuration(P);
        HostPort primary = end.members().get(0);
        String what = combination + " ended as " + cluster + ", waiting " + cluster.waiting();
        boolean served = cluster.standing(primary) == Standing.LIVE
                && cluster.view()
                        .findReplica(primary, P)
                        .filter(replica -> replica.role() == ReplicaView.Role.PRIMARY)
                        .isPresent();
        if (served) {
            assertThat(end.members())
                    .as(what)
                    .hasSize(Math.min(REPLICAS, cluster.live().size()))
                    .allMatch(node -> cluster.standing(node) == Standing.LIVE);
            return true;
        }
        // Nobody who could serve was a member.
        assertThat(cluster.waiting()).as(what).containsKey(P);
        assertThat(end.members())
                .as(what)
                .allMatch(node -> cluster.standing(node) == Standing.DEAD
                        || cluster.view()
                                .findReplica(node, P)
                                .filter(ReplicaView::isFailed)
                                .isPresent());
        return false;
    }

    private static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        Standing[] all = Standing.values();
        for (int code = 0; code < all.length * all.length * all.length * all.length; code++) {
            List<Standing> standings = new ArrayList<>();
            for (int rest = code, i = 0; i < NODES; i++, rest /= all.length) {
                standings.add(all[rest % all.length]);
            }
            for (List<Integer> secondaries : List.of(List.of(2, 3), List.of(2), List.<Integer>of())) {
                for (int failed = 0; failed <= 2; failed++) {
                    for (int wiped : failed == 0 ? new int[] {0, 1, 2} : new int[] {0}) {
                        boolean fourIsThere = standings.get(3) == Standing.LIVE || standings.get(3) == Standing.SILENT;
                        for (boolean learns : fourIsThere ? new boolean[] {false, true} : new boolean[] {false}) {
                            cases.add(new Case(standings, secondaries, failed, wiped, learns, Standing.LIVE));
                            if (standings.contains(Standing.SILENT)) {
                                cases.add(new Case(standings, secondaries, failed, wiped, learns, Standing.DEAD));
                            }
                        }
                    }
                }
            }
        }
        return cases;
    }
}
