package dev.sluice.meta.admin;

import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.meta.guardian.ClusterView;
import dev.sluice.meta.guardian.Move;
import dev.sluice.meta.state.FunctionLevel;
import dev.sluice.meta.state.MetaState;
import java.util.Map;
import java.util.Set;

/** What the leader knows of partitions beside the records, and does with them. On its event loop, where not said otherwise. */
public interface PartitionCare {
    /** What is known of the nodes, as of this state. */
    ClusterView view(MetaState state);

    /** The function level that holds: as it was set, but freezed at most while too few nodes are alive. From any thread. */
    FunctionLevel functionLevel(MetaState state);

    /** The moves under way; from any thread. */
    Map<Gpid, Move> moves();

    /** Begins a move; false if the partition has one already. */
    boolean begin(Gpid gpid, Move move);

    /** Nodes that were not heard of for longer than any lease; from any thread. */
    Set<HostPort> deadNodes();
}
