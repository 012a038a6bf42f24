package dev.sluice.meta.admin;

import dev.sluice.common.Ballot;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.meta.guardian.ClusterView;
import dev.sluice.meta.guardian.Move;
import dev.sluice.meta.guardian.NodeView;
import dev.sluice.meta.guardian.ReplicaView;
import dev.sluice.meta.guardian.Standing;
import dev.sluice.meta.state.FunctionLevel;
import dev.sluice.meta.state.MetaState;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Nodes as a test describes them, and moves that nobody carries out. */
final class FakeCare implements PartitionCare {
    final Map<Gpid, Move> moves = new TreeMap<>();
    boolean freezes;
    private final TreeMap<HostPort, NodeView> nodes = new TreeMap<>();

    FakeCare node(HostPort node, Standing standing) {
        nodes.put(node, new NodeView(standing, 1, new HashMap<>()));
        return this;
    }

    void replica(HostPort node, Gpid gpid, long ballot, long committed, long prepared) {
        replica(node, gpid, ReplicaView.onDisk(new Ballot(ballot), committed, prepared, false));
    }

    void compacted(HostPort node, Gpid gpid, long trigger) {
        replica(
                node,
                gpid,
                new ReplicaView(new Ballot(1), ReplicaView.Role.SECONDARY, 1, 1, Map.of(), Set.of(), 0, 0, trigger));
    }

    private void replica(HostPort node, Gpid gpid, ReplicaView replica) {
        NodeView before = nodes.get(node);
        if (before == null) {
            throw new IllegalArgumentException("no node " + node);
        }
        Map<Gpid, ReplicaView> replicas = new HashMap<>(before.replicas());
        replicas.put(gpid, replica);
        nodes.put(node, new NodeView(before.standing(), before.incarnation(), replicas));
    }

    @Override
    public ClusterView view(MetaState state) {
        return new ClusterView(1_000_000, nodes);
    }

    @Override
    public FunctionLevel functionLevel(MetaState state) {
        return freezes ? FunctionLevel.FREEZED : state.functionLevel();
    }

    @Override
    public Map<Gpid, Move> moves() {
        return moves;
    }

    @Override
    public boolean begin(Gpid gpid, Move move) {
        return moves.putIfAbsent(gpid, move) == null;
    }

    @Override
    public Set<HostPort> deadNodes() {
        Set<HostPort> dead = new TreeSet<>();
        nodes.forEach((node, view) -> {
            if (view.standing() == Standing.DEAD) {
                dead.add(node);
            }
        });
        return dead;
    }
}
