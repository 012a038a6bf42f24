package dev.sluice.meta.guardian;

import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What the leader knows that no record says.
 *
 * @param wallMs now, since 1970
 * @param nodes every node that ever registered or that is arriving
 */
public record ClusterView(long wallMs, SortedMap<HostPort, NodeView> nodes) {
    /** Dead if it is not known. */
    public Standing standing(HostPort node) {
        NodeView view = nodes.get(node);
        return view == null ? Standing.DEAD : view.standing();
    }

    public boolean isLive(HostPort node) {
        return standing(node) == Standing.LIVE;
    }

    /** Nodes that may be given replicas. */
    public List<HostPort> liveNodes() {
        return nodes.keySet().stream().filter(this::isLive).toList();
    }

    /** What the node said of its replica in its present run. */
    public Optional<ReplicaView> findReplica(HostPort node, Gpid gpid) {
        NodeView view = nodes.get(node);
        return view == null ? Optional.empty() : view.findReplica(gpid);
    }
}
