package dev.sluice.meta.admin;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.Wire;
import dev.sluice.meta.admin.LiveNodes.LiveNode;
import dev.sluice.meta.state.App;
import dev.sluice.meta.state.MetaState;
import dev.sluice.meta.state.Partition;
import dev.sluice.wire.admin.ClusterInfoRequest;
import dev.sluice.wire.admin.ClusterInfoResponse;
import dev.sluice.wire.admin.ListNodesRequest;
import dev.sluice.wire.admin.ListNodesResponse;
import dev.sluice.wire.admin.NodeInfo;
import dev.sluice.wire.admin.NodeStatus;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The replica servers, and the cluster in a few words. */
final class NodeQueries {
    private final LiveNodes nodes;
    private final MetaIdentity identity;
    private final PartitionCare care;

    NodeQueries(LiveNodes nodes, MetaIdentity identity, PartitionCare care) {
        this.care = care;
        this.nodes = nodes;
        this.identity = identity;
    }

    ListNodesResponse list(MetaState state, ListNodesRequest request) {
        NodeStatus wanted = request.getStatus();
        List<NodeInfo> infos = nodes.nodes().stream()
                .sorted(Comparator.comparing(LiveNode::address))
                .filter(node -> wanted == NodeStatus.NS_INVALID || wanted == status(node))
                .map(node -> new NodeInfo().setStatus(status(node)).setNode(Wire.address(node.address())))
                .toList();
        return refuseList(ErrorCode.ERR_OK).setInfos(infos);
    }

    static ListNodesResponse refuseList(ErrorCode error) {
        return new ListNodesResponse().setErr(Wire.error(error)).setInfos(List.of());
    }

    ClusterInfoResponse clusterInfo(MetaState state, ClusterInfoRequest request) {
        Map<HostPort, Integer> primaries = new TreeMap<>();
        Map<HostPort, Integer> replicas = new TreeMap<>();
        for (LiveNode node : nodes.nodes()) {
            if (node.alive()) {
                primaries.put(node.address(), 0);
                replicas.put(node.address(), 0);
            }
        }
        for (App app : state.apps()) {
            for (Partition partition : app.isAvailable() ? state.partitionsOf(app.id()) : List.<Partition>of()) {
                for (HostPort member : partition.configuration().members()) {
                    replicas.computeIfPresent(member, (node, count) -> count + 1);
                }
                HostPort primary = partition.primary();
                if (primary != null) {
                    primaries.computeIfPresent(primary, (node, count) -> count + 1);
                }
            }
        }
        Map<String, String> info = new LinkedHashMap<>();
        info.put(
                "meta_servers",
                identity.metaServers().stream().map(HostPort::toString).collect(Collectors.joining(",")));
        info.put("primary_meta_server", identity.self().toString());
        info.put("zookeeper_hosts", "");
        info.put("zookeeper_root", "");
        info.put("meta_function_level", care.functionLevel(state).name().toLowerCase(Locale.ROOT));
        info.put(
                "balance_operation_count",
                new MoveCounts(List.copyOf(care.moves().values())).detail());
        info.put("primary_replica_count_stddev", deviation(primaries));
        info.put("total_replica_count_stddev", deviation(replicas));
        info.put("cluster_name", identity.clusterName());
        return refuseClusterInfo(ErrorCode.ERR_OK)
                .setKeys(new ArrayList<>(info.keySet()))
                .setValues(new ArrayList<>(info.values()));
    }

    static ClusterInfoResponse refuseClusterInfo(ErrorCode error) {
        return new ClusterInfoResponse()
                .setErr(Wire.error(error))
                .setKeys(List.of())
                .setValues(List.of());
    }

    private static NodeStatus status(LiveNode node) {
        return node.alive() ? NodeStatus.NS_ALIVE : NodeStatus.NS_UNALIVE;
    }

    private static String deviation(Map<HostPort, Integer> counts) {
        double mean =
                counts.values().stream().mapToInt(count -> count).average().orElse(0);
        double variance = counts.values().stream()
                .mapToDouble(count -> (count - mean) * (count - mean))
                .average()
                .orElse(0);
        return String.format(Locale.ROOT, "%.2f", Math.sqrt(variance));
    }
}
