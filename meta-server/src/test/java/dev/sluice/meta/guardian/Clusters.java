package dev.sluice.meta.guardian;

import dev.sluice.common.Ballot;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.meta.state.AppRecord.AppCreated;
import dev.sluice.meta.state.Configuration;
import dev.sluice.meta.state.MetaState;
import dev.sluice.meta.state.PartitionRecord.PartitionsConfigured;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A cluster as a test describes it: one app with id 1, nodes n1 and up. */
final class Clusters {
    static final Gpid P = new Gpid(1, 0);
    static final long NOW_MS = 1_000_000;

    private final TreeMap<HostPort, NodeView> nodes = new TreeMap<>();

    static HostPort n(int number) {
        return new HostPort("n" + number, 34801);
    }

    static MetaState app(int partitions, int replicas) {
        return MetaState.EMPTY.replay(
                List.of(new AppCreated(1, "orders", "pegasus", partitions, replicas, new TreeMap<>(), true, false, 1)));
    }

    /** One partition, three replicas wanted, with this configuration since {@code atMs}. */
    static MetaState configured(long atMs, int primary, int... secondaries) {
        return configure(app(1, 3), atMs, primary, secondaries);
    }

    static MetaState configure(MetaState state, long atMs, int primary, int... secondaries) {
        Ballot next = state.requirePartition(P).ballot().next();
        return state.replay(List.of(new PartitionsConfigured(
                atMs,
                List.of(new Configuration(
                        P,
                        next,
                        n(primary),
                        Arrays.stream(secondaries).mapToObj(Clusters::n).toList())))));
    }

    Clusters node(int number, Standing standing) {
        nodes.put(n(number), new NodeView(standing, 1, new HashMap<>()));
        return this;
    }

    Clusters live(int... numbers) {
        for (int number : numbers) {
            node(number, Standing.LIVE);
        }
        return this;
    }

    Clusters replica(int number, ReplicaView.Role role, long ballot, long prepared) {
        return replica(number, new ReplicaView(new Ballot(ballot), role, 0, prepared, Map.of(), Set.of(), 0, 0, 0));
    }

    Clusters primary(int number, long ballot, Set<HostPort> caughtUp, Set<HostPort> unreachable) {
        Map<HostPort, Long> signed = new HashMap<>();
        caughtUp.forEach(node -> signed.put(node, 0L));
        return replica(
                number,
                new ReplicaView(new Ballot(ballot), ReplicaView.Role.PRIMARY, 0, 9, signed, unreachable, 0, 0, 0));
    }

    private Clusters replica(int number, ReplicaView view) {
        NodeView before = nodes.get(n(number));
        if (before == null) {
            throw new IllegalArgumentException("no node n" + number);
        }
        Map<Gpid, ReplicaView> replicas = new HashMap<>(before.replicas());
        replicas.put(P, view);
        nodes.put(n(number), new NodeView(before.standing(), before.incarnation(), replicas));
        return this;
    }

    ClusterView view() {
        return new ClusterView(NOW_MS, nodes);
    }
}
