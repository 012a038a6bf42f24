package dev.sluice.meta.guardian;

import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.meta.state.Configuration;
import dev.sluice.meta.state.MetaState;
import dev.sluice.meta.state.Partition;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Counts what each node carries, so that the next replica goes to the node with the least: of its app, then of all. */
final class Placement {
    private final Map<HostPort, Integer> replicas = new HashMap<>();
    private final Map<HostPort, Integer> primaries = new HashMap<>();
    private final Map<OfApp, Integer> appReplicas = new HashMap<>();
    private final Map<OfApp, Integer> appPrimaries = new HashMap<>();

    private record OfApp(int appId, HostPort node) {}

    static Placement of(MetaState state, Map<Gpid, Map<HostPort, Long>> learners) {
        Placement placement = new Placement();
        for (Partition partition : state.partitions()) {
            placement.add(partition.configuration());
        }
        learners.forEach((gpid, nodes) -> nodes.keySet().forEach(node -> placement.addReplica(gpid, node)));
        return placement;
    }

    void add(Configuration configuration) {
        HostPort primary = configuration.primary();
        if (primary != null) {
            addPrimary(configuration.gpid(), primary);
        }
        configuration.members().forEach(node -> addReplica(configuration.gpid(), node));
    }

    void addReplica(Gpid gpid, HostPort node) {
        replicas.merge(node, 1, Integer::sum);
        appReplicas.merge(new OfApp(gpid.appId(), node), 1, Integer::sum);
    }

    void addPrimary(Gpid gpid, HostPort node) {
        primaries.merge(node, 1, Integer::sum);
        appPrimaries.merge(new OfApp(gpid.appId(), node), 1, Integer::sum);
    }

    void removePrimary(Gpid gpid, HostPort node) {
        primaries.merge(node, -1, Integer::sum);
        appPrimaries.merge(new OfApp(gpid.appId(), node), -1, Integer::sum);
    }

    int primariesOf(int appId, HostPort node) {
        return appPrimaries.getOrDefault(new OfApp(appId, node), 0);
    }

    Optional<HostPort> leastReplicas(Gpid gpid, Collection<HostPort> nodes) {
        return nodes.stream().min(byReplicas(gpid));
    }

    Comparator<HostPort> byReplicas(Gpid gpid) {
        return Comparator.<HostPort>comparingInt(node -> appReplicas.getOrDefault(new OfApp(gpid.appId(), node), 0))
                .thenComparingInt(node -> replicas.getOrDefault(node, 0))
                .thenComparing(Comparator.naturalOrder());
    }

    Optional<HostPort> leastPrimaries(Gpid gpid, Collection<HostPort> nodes) {
        return nodes.stream().min(byPrimaries(gpid));
    }

    Comparator<HostPort> byPrimaries(Gpid gpid) {
        return Comparator.<HostPort>comparingInt(node -> primariesOf(gpid.appId(), node))
                .thenComparingInt(node -> primaries.getOrDefault(node, 0))
                .thenComparing(byReplicas(gpid));
    }
}
