package dev.sluice.common.view;

import dev.sluice.common.HostPort;
import dev.sluice.wire.WireGpid;
import dev.sluice.wire.admin.DiskInfo;
import dev.sluice.wire.admin.QueryDiskInfoResponse;
import java.util.Map;
import java.util.Set;

/** The table that shows the data directories of a replica server. */
public final class DiskView {
    private DiskView() {}

    /** A row for each directory. */
    public static TextTable of(HostPort node, QueryDiskInfoResponse info) {
        TextTable disks = TextTable.columns(
                node.toString(),
                "tag",
                "capacity_mb",
                "available_mb",
                "available_percent",
                "primary_count",
                "secondary_count",
                "directory");
        for (DiskInfo disk : info.getDiskInfos()) {
            disks.add(
                    disk.getTag(),
                    disk.getDiskCapacityMb(),
                    disk.getDiskAvailableMb(),
                    100 * disk.getDiskAvailableMb() / Math.max(1, disk.getDiskCapacityMb()),
                    count(disk.getHoldingPrimaryReplicas()),
                    count(disk.getHoldingSecondaryReplicas()),
                    disk.getFullDir());
        }
        return disks;
    }

    private static int count(Map<Integer, Set<WireGpid>> replicas) {
        return replicas.values().stream().mapToInt(Set::size).sum();
    }
}
