package dev.sluice.meta;

import dev.sluice.common.metrics.Metrics;
import dev.sluice.meta.guardian.Standing;
import dev.sluice.meta.leader.MetaLeader;
import dev.sluice.meta.node.NodeRegistry;
import dev.sluice.meta.state.App;
import dev.sluice.meta.state.MetaState;
import dev.sluice.meta.state.Partition;
import java.util.Map;
import java.util.function.Predicate;

/** What a meta server measures of its group and its nodes. A follower says what it has replayed, and 0 of nodes. */
final class MetaMeters {
    private final MetaLeader leader;
    private final NodeRegistry registry;

    private MetaMeters(MetaLeader leader, NodeRegistry registry) {
        this.leader = leader;
        this.registry = registry;
    }

    static void register(Metrics metrics, MetaLeader leader, NodeRegistry registry) {
        MetaMeters meters = new MetaMeters(leader, registry);
        metrics.gauge("meta_is_leader", "1 on the leader of the group.", () -> leader.holdsLease() ? 1 : 0);
        metrics.gauge("alive_nodes", "Replica servers that are alive.", () -> meters.nodes(Standing.LIVE));
        metrics.gauge("unalive_nodes", "Replica servers that are dead.", () -> meters.nodes(Standing.DEAD));
        metrics.gauge(
                "apps",
                "Apps that can be used.",
                () -> meters.state().apps().stream().filter(App::isAvailable).count());
        metrics.gauge(
                "dropped_apps",
                "Apps that can be recalled.",
                () -> meters.state().apps().stream()
                        .filter(app -> !app.isAvailable())
                        .count());
        metrics.gauge(
                "bulk_load_running_count",
                "Loads under way.",
                () -> meters.state().loads().byApp().values().stream()
                        .filter(load -> load.phase().isLoading())
                        .count());
        metrics.gauge(
                "healthy_partitions",
                "Partitions with all their replicas.",
                () -> meters.partitions((app, partition) -> meters.members(partition) >= app.maxReplicaCount()));
        metrics.gauge(
                "unreadable_partitions",
                "Partitions without a primary.",
                () -> meters.partitions((app, partition) -> partition.primary() == null));
        metrics.gauge(
                "partially_lost_partitions",
                "Partitions with a primary, and too few replicas.",
                () -> meters.partitions((app, partition) ->
                        partition.primary() != null && meters.members(partition) < app.maxReplicaCount()));
    }

    private interface OfPartition {
        boolean test(App app, Partition partition);
    }

    private MetaState state() {
        return leader.state();
    }

    private int members(Partition partition) {
        return partition.configuration().members().size();
    }

    private double partitions(OfPartition wanted) {
        MetaState state = state();
        long found = 0;
        for (App app : state.apps()) {
            if (app.isAvailable()) {
                Predicate<Partition> ofApp = partition -> wanted.test(app, partition);
                found += state.partitionsOf(app.id()).stream().filter(ofApp).count();
            }
        }
        return found;
    }

    private double nodes(Standing standing) {
        Map<?, Standing> standings = registry.standings();
        return standings.values().stream().filter(standing::equals).count();
    }
}
