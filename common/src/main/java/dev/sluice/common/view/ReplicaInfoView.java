package dev.sluice.common.view;

import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.Wire;
import dev.sluice.wire.admin.AppInfo;
import dev.sluice.wire.admin.ReplicaInfo;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The tables that show the replicas of a replica server, and the apps that they are of. */
public final class ReplicaInfoView {
    private ReplicaInfoView() {}

    /**
     * A row for each replica.
     *
     * @param apps as the node knows them; of one that it does not know the name is {@code -}
     */
    public static TextTable replicas(HostPort node, List<ReplicaInfo> infos, List<AppInfo> apps) {
        Map<Integer, String> names = new HashMap<>();
        apps.forEach(app -> names.put(app.getAppId(), app.getAppName()));
        TextTable replicas = TextTable.columns(
                node.toString(),
                "gpid",
                "app_name",
                "status",
                "ballot",
                "committed",
                "prepared",
                "durable",
                "compaction",
                "disk_tag");
        for (ReplicaInfo info : infos) {
            replicas.add(
                    Wire.gpid(info.getPid()),
                    names.getOrDefault(info.getPid().appId(), "-"),
                    info.getStatus().name().substring("PS_".length()),
                    info.getBallot(),
                    info.getLastCommittedDecree(),
                    info.getLastPreparedDecree(),
                    info.getLastDurableDecree(),
                    info.isSetManualCompactStatus() ? info.getManualCompactStatus() : "-",
                    info.getDiskTag());
        }
        return replicas;
    }

    /** A row for each app. */
    public static TextTable apps(HostPort node, List<AppInfo> infos) {
        TextTable apps = TextTable.columns(
                "apps of " + node, "app_id", "app_name", "partition_count", "replica_count", "envs_count");
        for (AppInfo info : infos) {
            apps.add(
                    info.getAppId(),
                    info.getAppName(),
                    info.getPartitionCount(),
                    info.getMaxReplicaCount(),
                    info.getEnvsSize());
        }
        return apps;
    }
}
