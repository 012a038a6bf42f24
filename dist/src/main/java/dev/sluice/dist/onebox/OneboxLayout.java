package dev.sluice.dist.onebox;

import dev.sluice.common.HostPort;
import dev.sluice.meta.MetaOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Which servers a onebox has, where they listen and where their data is.
 *
 * @param directory everything of the cluster lies below it
 * @param metaServers in the order of the group
 * @param replicaServers in order
 * @param overrides options by {@code section.name}, over those of the onebox; each server takes those that it has
 */
public record OneboxLayout(
        Path directory, List<HostPort> metaServers, List<HostPort> replicaServers, Map<String, String> overrides) {
    /** The onebox of Pegasus: meta servers from here on. */
    public static final int META_PORT = 34601;

    /** The onebox of Pegasus: replica servers from here on. */
    public static final int REPLICA_PORT = 34801;

    /** Name of the block store provider that a onebox has: local files, by absolute paths. */
    public static final String PROVIDER = "local_service";

    private static final String HOST = "127.0.0.1";

    public OneboxLayout {
        directory = directory.toAbsolutePath().normalize();
        metaServers = List.copyOf(metaServers);
        replicaServers = List.copyOf(replicaServers);
        overrides = Map.copyOf(overrides);
    }

    /** Servers on consecutive ports of the loopback address. */
    public static OneboxLayout of(Path directory, int metaCount, int metaPort, int replicaCount, int replicaPort) {
        return new OneboxLayout(directory, ports(metaCount, metaPort), ports(replicaCount, replicaPort), Map.of());
    }

    /** Servers on ports that are free at this moment. */
    public static OneboxLayout onFreePorts(Path directory, int metaCount, int replicaCount) throws IOException {
        return new OneboxLayout(
                directory,
                FreePorts.find(metaCount, MetaOptions.RAFT_PORT_OFFSET.defaultValue()),
                FreePorts.find(replicaCount),
                Map.of());
    }

    /** The same with options over those that are there; one that no server has is refused. */
    public OneboxLayout with(Map<String, String> more) {
        OneboxOptions.requireKnown(more.keySet());
        Map<String, String> all = new LinkedHashMap<>(overrides);
        all.putAll(more);
        return new OneboxLayout(directory, metaServers, replicaServers, all);
    }

    /** Options of the meta server at that position, from 0 up. */
    Map<String, String> metaOptions(int index) {
        HostPort self = metaServers.get(index);
        Map<String, String> options = new LinkedHashMap<>();
        options.put("apps.meta.host", self.host());
        options.put("apps.meta.ports", Integer.toString(self.port()));
        options.put("meta_server.server_list", list(metaServers));
        options.put(
                "meta_server.data_dir", directory.resolve("meta-" + (index + 1)).toString());
        options.put("replication.cluster_name", "onebox");
        options.put("replication.mutation_2pc_min_replica_count", replicaServers.size() < 2 ? "1" : "2");
        options.put("meta_server.node_lease_ms", "2000");
        options.put("meta_server.node_grace_ms", "3000");
        options.put("meta_server.node_beat_interval_ms", "250");
        options.put("meta_server.replica_assign_delay_ms_for_dropouts", "10000");
        addProvider(options);
        options.putAll(overrides);
        return options;
    }

    /** Options of the replica server at that position, from 0 up. */
    Map<String, String> replicaOptions(int index) {
        HostPort self = replicaServers.get(index);
        Map<String, String> options = new LinkedHashMap<>();
        options.put("apps.replica.host", self.host());
        options.put("apps.replica.ports", Integer.toString(self.port()));
        options.put("meta_server.server_list", list(metaServers));
        options.put(
                "replication.data_dirs",
                directory.resolve("replica-" + (index + 1)).toString());
        addProvider(options);
        options.putAll(overrides);
        return options;
    }

    private static void addProvider(Map<String, String> options) {
        options.put("block_service." + PROVIDER + ".type", "local_service");
        options.put("block_service." + PROVIDER + ".args", "");
    }

    private static List<HostPort> ports(int count, int first) {
        List<HostPort> servers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            servers.add(new HostPort(HOST, first + i));
        }
        return servers;
    }

    private static String list(List<HostPort> servers) {
        return servers.stream().map(HostPort::toString).collect(Collectors.joining(","));
    }
}
