package dev.sluice.common.view;

import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.Wire;
import dev.sluice.wire.WireAddress;
import dev.sluice.wire.admin.NodeStatus;
import dev.sluice.wire.admin.PartitionConfiguration;
import dev.sluice.wire.admin.QueryConfigResponse;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** The tables that show replica servers. */
public record NodeView(List<TextTable> shown) {
    public NodeView {
        shown = List.copyOf(shown);
    }

    /**
     * The nodes that are wanted, and how many there are of all.
     *
     * @param nodes all that the leader knows
     */
    public static NodeView of(Map<HostPort, NodeStatus> nodes, Predicate<NodeStatus> wanted) {
        TextTable details = TextTable.columns("details", "address", "status");
        nodes.forEach((address, status) -> {
            if (wanted.test(status)) {
                details.add(address, word(status));
            }
        });
        return new NodeView(List.of(details, summary(nodes)));
    }

    /**
     * The same with the replicas that each has.
     *
     * @param configurations of all apps
     */
    public static NodeView detailed(
            Map<HostPort, NodeStatus> nodes,
            Predicate<NodeStatus> wanted,
            Collection<QueryConfigResponse> configurations) {
        Map<HostPort, int[]> replicas = replicas(configurations);
        TextTable details =
                TextTable.columns("details", "address", "status", "replica_count", "primary_count", "secondary_count");
        nodes.forEach((address, status) -> {
            if (wanted.test(status)) {
                int[] counts = replicas.getOrDefault(address, new int[2]);
                details.add(address, word(status), counts[0] + counts[1], counts[0], counts[1]);
            }
        });
        return new NodeView(List.of(details, summary(nodes)));
    }

    public TextTable[] tables() {
        return shown.toArray(TextTable[]::new);
    }

    private static TextTable summary(Map<HostPort, NodeStatus> nodes) {
        long alive = nodes.values().stream().filter(NodeStatus.NS_ALIVE::equals).count();
        return TextTable.facts("summary")
                .add("total_node_count", nodes.size())
                .add("alive_node_count", alive)
                .add("unalive_node_count", nodes.size() - alive);
    }

    private static String word(NodeStatus status) {
        return status == NodeStatus.NS_ALIVE ? "ALIVE" : "UNALIVE";
    }

    /** Primaries and secondaries of each node, over all apps. */
    private static Map<HostPort, int[]> replicas(Collection<QueryConfigResponse> configurations) {
        Map<HostPort, int[]> counts = new TreeMap<>();
        for (QueryConfigResponse configuration : configurations) {
            for (PartitionConfiguration partition : configuration.getPartitions()) {
                count(counts, partition.getPrimary(), 0);
                partition.getSecondaries().forEach(secondary -> count(counts, secondary, 1));
            }
        }
        return counts;
    }

    private static void count(Map<HostPort, int[]> counts, WireAddress node, int role) {
        Wire.find(node).ifPresent(address -> counts.computeIfAbsent(address, key -> new int[2])[role]++);
    }
}
