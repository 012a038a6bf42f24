package dev.sluice.common.view;

import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.Wire;
import dev.sluice.wire.admin.PartitionConfiguration;
import dev.sluice.wire.admin.QueryConfigResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The tables that show one app. */
public record AppView(List<TextTable> shown) {
    public AppView {
        shown = List.copyOf(shown);
    }

    /** The tables of one app; detailed: also where its replicas are. */
    public static AppView of(String name, QueryConfigResponse config, boolean detailed) {
        int maxReplicas = config.getPartitions().stream()
                .mapToInt(PartitionConfiguration::getMaxReplicaCount)
                .max()
                .orElse(0);
        List<TextTable> tables = new ArrayList<>();
        tables.add(TextTable.facts("parameters").add("app_name", name).add("detailed", detailed));
        tables.add(TextTable.facts("general")
                .add("app_name", name)
                .add("app_id", config.getAppId())
                .add("partition_count", config.getPartitionCount())
                .add("max_replica_count", maxReplicas));
        if (detailed) {
            addDetails(config, tables);
        }
        return new AppView(tables);
    }

    public TextTable[] tables() {
        return shown.toArray(TextTable[]::new);
    }

    private static void addDetails(QueryConfigResponse config, List<TextTable> tables) {
        TextTable replicas = TextTable.columns("replicas", "pidx", "ballot", "replica_count", "primary", "secondaries");
        Map<HostPort, int[]> counts = new TreeMap<>();
        for (PartitionConfiguration partition : config.getPartitions()) {
            Optional<HostPort> primary = Wire.find(partition.getPrimary());
            List<HostPort> secondaries = Wire.hostPorts(partition.getSecondaries());
            primary.ifPresent(node -> counts.computeIfAbsent(node, key -> new int[2])[0]++);
            secondaries.forEach(node -> counts.computeIfAbsent(node, key -> new int[2])[1]++);
            int count = secondaries.size() + (primary.isPresent() ? 1 : 0);
            replicas.add(
                    partition.getPid().partitionIndex(),
                    partition.getBallot(),
                    count + "/" + partition.getMaxReplicaCount(),
                    primary.map(HostPort::toString).orElse("-"),
                    secondaries.stream().map(HostPort::toString).collect(Collectors.joining(",", "[", "]")));
        }
        TextTable nodes = TextTable.columns("nodes", "node", "primary", "secondary", "total");
        int[] total = new int[2];
        counts.forEach((node, roles) -> {
            nodes.add(node, roles[0], roles[1], roles[0] + roles[1]);
            total[0] += roles[0];
            total[1] += roles[1];
        });
        nodes.add("total", total[0], total[1], total[0] + total[1]);
        AppHealth health = AppHealth.of(config);
        tables.add(replicas);
        tables.add(nodes);
        tables.add(TextTable.facts("healthy")
                .add("fully_healthy_partition_count", health.fullyHealthy())
                .add("unhealthy_partition_count", health.unhealthy())
                .add("write_unhealthy_partition_count", health.writeUnhealthy())
                .add("read_unhealthy_partition_count", health.readUnhealthy()));
    }
}
