package dev.sluice.shell;

import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.Wire;
import dev.sluice.wire.WireAddress;
import dev.sluice.wire.admin.AppInfo;
import dev.sluice.wire.admin.AppStatus;
import dev.sluice.wire.admin.NodeStatus;
import dev.sluice.wire.admin.PartitionConfiguration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The cluster and its nodes. */
final class ClusterCommands {
    private ClusterCommands() {}

    static List<Object> all(ShellSession session) {
        return List.of(new ClusterInfo(session), new Nodes(session));
    }

    @Command(name = "cluster_info", description = "Shows what the meta leader says of the cluster.")
    private static final class ClusterInfo implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        ClusterInfo(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            TextTable info = TextTable.facts("cluster_info");
            session.admin().clusterInfo().forEach(info::add);
            session.print(json, info);
            return Shell.DONE;
        }
    }

    /** Which nodes to show. */
    enum NodeFilter {
        ALL,
        ALIVE,
        UNALIVE
    }

    @Command(name = "nodes", description = "Shows the replica servers.")
    private static final class Nodes implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Option(
                names = {"-d", "--detailed"},
                description = "Also count the replicas that each has.")
        private boolean detailed;

        @Option(
                names = {"-s", "--status"},
                defaultValue = "all",
                description = "all, alive or unalive (default: all).")
        private NodeFilter filter;

        Nodes(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            Map<HostPort, NodeStatus> nodes = session.admin().listNodes();
            Map<HostPort, int[]> replicas = detailed ? replicas(session) : Map.of();
            TextTable details = detailed
                    ? TextTable.columns(
                            "details", "address", "status", "replica_count", "primary_count", "secondary_count")
                    : TextTable.columns("details", "address", "status");
            nodes.forEach((address, status) -> {
                if (isWanted(status)) {
                    String word = status == NodeStatus.NS_ALIVE ? "ALIVE" : "UNALIVE";
                    int[] counts = replicas.getOrDefault(address, new int[2]);
                    if (detailed) {
                        details.add(address, word, counts[0] + counts[1], counts[0], counts[1]);
                    } else {
                        details.add(address, word);
                    }
                }
            });
            long alive =
                    nodes.values().stream().filter(NodeStatus.NS_ALIVE::equals).count();
            session.print(
                    json,
                    details,
                    TextTable.facts("summary")
                            .add("total_node_count", nodes.size())
                            .add("alive_node_count", alive)
                            .add("unalive_node_count", nodes.size() - alive));
            return Shell.DONE;
        }

        private boolean isWanted(NodeStatus status) {
            return switch (filter) {
                case ALL -> true;
                case ALIVE -> status == NodeStatus.NS_ALIVE;
                case UNALIVE -> status != NodeStatus.NS_ALIVE;
            };
        }

        /** Primaries and secondaries of each node, over all apps. */
        private static Map<HostPort, int[]> replicas(ShellSession session) {
            Map<HostPort, int[]> counts = new TreeMap<>();
            for (AppInfo app : session.admin().listApps(AppStatus.AS_AVAILABLE)) {
                for (PartitionConfiguration partition :
                        session.admin().queryConfig(app.getAppName()).getPartitions()) {
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
}
