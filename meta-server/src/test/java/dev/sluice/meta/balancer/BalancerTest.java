package dev.sluice.meta.balancer;

import static dev.sluice.meta.guardian.ModelCluster.n;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.meta.guardian.ModelCluster;
import dev.sluice.meta.guardian.Move;
import dev.sluice.meta.guardian.Move.Kind;
import dev.sluice.meta.guardian.Standing;
import dev.sluice.meta.state.App;
import dev.sluice.meta.state.Partition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.ToIntFunction;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** From any placement the balancer gets to an even one in few moves, and then is silent. */
class BalancerTest {
    private final Balancer balancer = new Balancer();
    private boolean inTurn;

    @Property(tries = 150)
    void anyPlacementIsEvenedOutAndThenRests(
            @ForAll @IntRange(min = 1, max = 6) int nodes,
            @ForAll @IntRange(min = 1, max = 4) int apps,
            @ForAll @IntRange(min = 1, max = 4) int movesMax,
            @ForAll Random random) {
        ModelCluster cluster = placed(nodes, apps, random);
        int replicas = cluster.state().partitions().stream()
                .mapToInt(partition -> partition.configuration().members().size())
                .sum();
        int moves = balance(cluster, movesMax, 4 * replicas + 10);
        assertEven(cluster, nodes);
        assertThat(cluster.ended().values()).allMatch(String::isEmpty);
        assertThat(moves).isLessThanOrEqualTo(3 * replicas);
        cluster.assertSilent();
        assertThat(plan(cluster, movesMax)).isEmpty();
    }

    /** After failovers primaries are balanced again. */
    @Property(tries = 40)
    void afterANodeWasGoneAndIsBackItGetsItsShareAgain(@ForAll Random random) {
        ModelCluster cluster = placed(4, 2, random);
        balance(cluster, 3, 200);
        cluster.stand(n(2), Standing.DEAD);
        cluster.settle(100);
        balance(cluster, 3, 200);
        cluster.stand(n(2), Standing.LIVE);
        cluster.settle(100);
        balance(cluster, 3, 200);
        assertEven(cluster, 4);
        cluster.assertSilent();
    }

    @Property(tries = 60)
    void nodesThatDieInTheMiddleOfMovesDoNoHarm(@ForAll Random random) {
        ModelCluster cluster = placed(5, 3, random);
        for (int i = 0; i < 60; i++) {
            begin(cluster, 3);
            cluster.turn();
            HostPort victim = n(1 + random.nextInt(5));
            if (random.nextInt(6) == 0) {
                boolean alone = cluster.live().size() <= 3;
                cluster.stand(
                        victim,
                        cluster.standing(victim) == Standing.LIVE && !alone ? Standing.DEAD : Standing.ARRIVING);
            }
        }
        for (int i = 1; i <= 5; i++) {
            if (cluster.standing(n(i)) == Standing.DEAD) {
                cluster.stand(n(i), Standing.ARRIVING);
            }
        }
        cluster.settle(200);
        balance(cluster, 3, 400);
        assertEven(cluster, 5);
        cluster.assertSilent();
    }

    @Property(tries = 60)
    void inTurnOneAppMovesAtATimeAndAllAreEvenInTheEnd(@ForAll Random random) {
        inTurn = true;
        ModelCluster cluster = placed(5, 3, random);
        balance(cluster, 4, 400);
        assertEven(cluster, 5);
        cluster.assertSilent();
    }

    private Map<Gpid, Move> plan(ModelCluster cluster, int movesMax) {
        return balancer.plan(
                cluster.state(),
                cluster.view(),
                new Situation(cluster.moves(), gpid -> false, movesMax, false, inTurn));
    }

    private int begin(ModelCluster cluster, int movesMax) {
        Map<Gpid, Move> planned = plan(cluster, movesMax);
        boolean copies = planned.values().stream().anyMatch(move -> move.kind() != Kind.MOVE_PRIMARY);
        boolean switches = planned.values().stream().anyMatch(move -> move.kind() == Kind.MOVE_PRIMARY);
        assertThat(copies && switches)
                .as("copies while primaries can be switched: %s", planned)
                .isFalse();
        cluster.moves().putAll(planned);
        assertThat(cluster.moves()).hasSizeLessThanOrEqualTo(movesMax);
        if (inTurn) {
            assertThat(cluster.moves().keySet().stream().map(Gpid::appId).distinct())
                    .as("apps that move at a time: %s", cluster.moves())
                    .hasSizeLessThanOrEqualTo(1);
        }
        return planned.size();
    }

    private int balance(ModelCluster cluster, int movesMax, int movesLimit) {
        int moves = 0;
        for (int quiet = 0; quiet < 3; ) {
            int begun = begin(cluster, movesMax);
            moves += begun;
            int records = cluster.turn();
            quiet = begun == 0 && records == 0 && cluster.moves().isEmpty() ? quiet + 1 : 0;
            assertThat(moves).as("moves, now at %s", cluster).isLessThanOrEqualTo(movesLimit);
        }
        return moves;
    }

    private static void assertEven(ModelCluster cluster, int nodes) {
        for (App app : cluster.state().apps()) {
            List<Partition> partitions = cluster.state().partitionsOf(app.id());
            assertThat(spread(nodes, node -> (int) partitions.stream()
                            .filter(partition -> partition.configuration().hasMember(node))
                            .count()))
                    .as("replicas of %s in %s", app.name(), cluster)
                    .isLessThanOrEqualTo(1);
            assertThat(spread(nodes, node -> (int) partitions.stream()
                            .filter(partition -> partition.configuration().isPrimary(node))
                            .count()))
                    .as("primaries of %s in %s", app.name(), cluster)
                    .isLessThanOrEqualTo(1);
        }
        assertThat(spread(nodes, node -> (int) cluster.state().partitions().stream()
                        .filter(partition -> partition.configuration().hasMember(node))
                        .count()))
                .as("all replicas in %s", cluster)
                .isLessThanOrEqualTo(1);
    }

    private static int spread(int nodes, ToIntFunction<HostPort> count) {
        IntSummaryStatistics counts = new IntSummaryStatistics();
        for (int i = 1; i <= nodes; i++) {
            counts.accept(count.applyAsInt(n(i)));
        }
        return counts.getMax() - counts.getMin();
    }

    /** Apps whose partitions lie anywhere, mostly on the first nodes. */
    private static ModelCluster placed(int nodes, int apps, Random random) {
        ModelCluster cluster = new ModelCluster(nodes);
        for (int app = 1; app <= apps; app++) {
            int partitions = 1 + random.nextInt(10);
            int replicas = 1 + random.nextInt(Math.min(3, nodes));
            cluster.createApp(partitions, replicas);
            for (int index = 0; index < partitions; index++) {
                List<HostPort> members = new ArrayList<>();
                int among = random.nextBoolean() ? nodes : replicas;
                for (int i = 1; i <= among; i++) {
                    members.add(n(i));
                }
                Collections.shuffle(members, random);
                cluster.configure(new Gpid(app, index), members.subList(0, replicas));
            }
        }
        cluster.turn();
        return cluster;
    }
}
