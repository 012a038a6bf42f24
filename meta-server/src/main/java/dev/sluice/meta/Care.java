package dev.sluice.meta;

import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.meta.admin.PartitionCare;
import dev.sluice.meta.guardian.ClusterView;
import dev.sluice.meta.guardian.Move;
import dev.sluice.meta.guardian.Standing;
import dev.sluice.meta.node.Freeze;
import dev.sluice.meta.node.Keeper;
import dev.sluice.meta.node.NodeRegistry;
import dev.sluice.meta.state.FunctionLevel;
import dev.sluice.meta.state.MetaState;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What operators see of partitions, and may do. */
record Care(NodeRegistry registry, Keeper keeper, Freeze freeze) implements PartitionCare {
    @Override
    public ClusterView view(MetaState state) {
        return registry.view(state);
    }

    @Override
    public FunctionLevel functionLevel(MetaState state) {
        return freeze.level(state);
    }

    @Override
    public Map<Gpid, Move> moves() {
        return keeper.moves();
    }

    @Override
    public boolean begin(Gpid gpid, Move move) {
        return keeper.begin(gpid, move);
    }

    @Override
    public Set<HostPort> deadNodes() {
        return registry.standings().entrySet().stream()
                .filter(node -> node.getValue() == Standing.DEAD)
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }
}
