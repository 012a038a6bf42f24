package dev.sluice.meta.balancer;

import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.meta.guardian.ClusterView;
import dev.sluice.meta.guardian.Move;
import dev.sluice.meta.guardian.ReplicaView;
import dev.sluice.meta.state.App;
import dev.sluice.meta.state.Configuration;
import dev.sluice.meta.state.MetaState;
import dev.sluice.meta.state.Partition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Who carries what once all that is under way is done. Belongs to one plan, which tries its moves out on it.
 *
 * <p>Only apps that are whole take part: of all others nobody knows yet where their replicas will be.
 */
final class Layout {
    private final List<HostPort> nodes;
    private final Map<Integer, AppLayout> apps = new TreeMap<>();
    private final Tally total = new Tally();

    private Layout(List<HostPort> nodes) {
        this.nodes = nodes;
    }

    static Layout of(MetaState state, ClusterView view, Situation situation) {
        Layout layout = new Layout(view.liveNodes());
        for (App app : state.apps()) {
            if (app.isAvailable()) {
                layout.add(app, state.partitionsOf(app.id()), view, situation);
            }
        }
        return layout;
    }

    private void add(App app, List<Partition> partitions, ClusterView view, Situation situation) {
        AppLayout layout = new AppLayout(app.id());
        boolean isWhole = true;
        for (Partition partition : partitions) {
            Move move = situation.moves().get(partition.gpid());
            isWhole &= !partition.isUnconfigured() && (move != null || isWhole(app, partition, view));
            if (!partition.isUnconfigured()) {
                Configuration then =
                        move == null ? partition.configuration() : move.appliedTo(partition.configuration());
                layout.add(then, move == null && !situation.held().test(partition.gpid()));
                total.add(then);
            }
        }
        if (isWhole) {
            apps.put(app.id(), layout);
        }
    }

    /** All members are there and serve, and none is missing. */
    private static boolean isWhole(App app, Partition partition, ClusterView view) {
        Configuration configuration = partition.configuration();
        return configuration.members().size() == app.maxReplicaCount()
                && configuration.members().stream()
                        .allMatch(node -> view.isLive(node) && serves(configuration, node, view));
    }

    private static boolean serves(Configuration configuration, HostPort node, ClusterView view) {
        Optional<ReplicaView> said = view.findReplica(node, configuration.gpid());
        ReplicaView.Role role = configuration.isPrimary(node) ? ReplicaView.Role.PRIMARY : ReplicaView.Role.SECONDARY;
        return said.filter(replica -> replica.role() == role
                        && replica.ballot().equals(configuration.ballot())
                        && replica.unreachable().isEmpty())
                .isPresent();
    }

    /** That may carry replicas, by address. */
    List<HostPort> nodes() {
        return nodes;
    }

    Collection<AppLayout> apps() {
        return apps.values();
    }

    /** Of all apps, whole or not. */
    Tally total() {
        return total;
    }

    /** Counts a move as done. */
    void tryOut(AppLayout app, Gpid gpid, Move move) {
        Configuration before = app.take(gpid);
        total.remove(before);
        Configuration after = move.appliedTo(before);
        total.add(after);
        app.add(after, false);
    }

    /** How many replicas and primaries each node has. */
    static final class Tally {
        private final Map<HostPort, Integer> replicas = new HashMap<>();
        private final Map<HostPort, Integer> primaries = new HashMap<>();

        int replicas(HostPort node) {
            return replicas.getOrDefault(node, 0);
        }

        int primaries(HostPort node) {
            return primaries.getOrDefault(node, 0);
        }

        private void add(Configuration configuration) {
            count(configuration, 1);
        }

        private void remove(Configuration configuration) {
            count(configuration, -1);
        }

        private void count(Configuration configuration, int change) {
            configuration.members().forEach(node -> replicas.merge(node, change, Integer::sum));
            HostPort primary = configuration.primary();
            if (primary != null) {
                primaries.merge(primary, change, Integer::sum);
            }
        }
    }

    /** One app. */
    static final class AppLayout {
        private final int appId;
        private final Tally tally = new Tally();
        private final Map<Gpid, Configuration> fixed = new TreeMap<>();
        private final Map<Gpid, Configuration> movable = new TreeMap<>();

        private AppLayout(int appId) {
            this.appId = appId;
        }

        private void add(Configuration configuration, boolean isMovable) {
            (isMovable ? movable : fixed).put(configuration.gpid(), configuration);
            tally.add(configuration);
        }

        private Configuration take(Gpid gpid) {
            Configuration taken = movable.remove(gpid);
            if (taken == null) {
                throw new IllegalArgumentException(gpid + " is not to move");
            }
            tally.remove(taken);
            return taken;
        }

        int id() {
            return appId;
        }

        Tally tally() {
            return tally;
        }

        /** Partitions that may be moved, by index. */
        List<Configuration> movable() {
            return new ArrayList<>(movable.values());
        }

        @Override
        public String toString() {
            return "app " + appId + " with " + fixed.size() + " fixed and " + movable.size() + " movable partitions";
        }
    }
}
