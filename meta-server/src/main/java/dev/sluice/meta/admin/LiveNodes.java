package dev.sluice.meta.admin;

import dev.sluice.common.HostPort;
import java.util.List;

/** Which replica servers are alive, as the leader sees it now. Called from any thread; must not block. */
@FunctionalInterface
public interface LiveNodes {
    /** A replica server that has registered. */
    record LiveNode(HostPort address, boolean alive) {}

    /** All that ever registered. */
    List<LiveNode> nodes();

    default boolean isAlive(HostPort address) {
        return nodes().stream().anyMatch(node -> node.alive() && node.address().equals(address));
    }

    default int aliveCount() {
        return (int) nodes().stream().filter(LiveNode::alive).count();
    }
}
