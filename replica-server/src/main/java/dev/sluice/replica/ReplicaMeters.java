package dev.sluice.replica;

import dev.sluice.common.metrics.Metrics;
import dev.sluice.replica.disk.DataDirectories;
import dev.sluice.replica.disk.DataDirectory;
import dev.sluice.replica.load.NodeLoads;
import dev.sluice.replica.replica.Replicas;
import dev.sluice.replica.replication.RoleName;
import dev.sluice.replica.throttle.NodeThrottle;
import java.util.Locale;

/** What a replica server measures of its replicas, loads and transfers. */
final class ReplicaMeters {
    private ReplicaMeters() {}

    static void register(
            Metrics metrics, Replicas replicas, NodeLoads loads, NodeThrottle throttle, DataDirectories disks) {
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
        for (DataDirectory directory : disks.usable()) {
            metrics.gauge(
                    "disk_reserved_bytes",
                    "Bytes of a disk that are promised to loads and learning, and not written yet.",
                    disks.ledger(directory.path())::reservedBytes,
                    "directory",
                    directory.tag());
        }
        loads.registerMeters(metrics);
        throttle.registerMeters(metrics);
    }
}
