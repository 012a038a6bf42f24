package dev.sluice.replica;

import dev.sluice.common.metrics.Metrics;
import dev.sluice.replica.load.NodeLoads;
import dev.sluice.replica.replica.Replicas;
import dev.sluice.replica.replication.RoleName;
import java.util.Locale;

/** What a replica server measures of its replicas and loads. */
final class ReplicaMeters {
    private ReplicaMeters() {}

    static void register(Metrics metrics, Replicas replicas, NodeLoads loads) {
        metrics.gauge(
                "total_replicas", "Replicas of this node.", () -> replicas.all().size());
        for (RoleName role : RoleName.values()) {
            metrics.gauge(
                    "replicas",
                    "Replicas of this node by role.",
                    () -> replicas.all().stream()
                            .filter(replica -> replica.view().role() == role)
                            .count(),
                    "role",
                    role.name().toLowerCase(Locale.ROOT));
        }
        loads.registerMeters(metrics);
    }
}
