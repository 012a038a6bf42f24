package dev.sluice.replica;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.rpc.AdminRpcs;
import dev.sluice.common.rpc.RpcHandlers;
import dev.sluice.common.rpc.RpcHandlers.Access;
import dev.sluice.common.rpc.Wire;
import dev.sluice.replica.disk.DataDirectories;
import dev.sluice.replica.disk.DiskStatus;
import dev.sluice.replica.replica.Replica;
import dev.sluice.replica.replica.Replicas;
import dev.sluice.replica.replication.RoleName;
import dev.sluice.wire.WireGpid;
import dev.sluice.wire.admin.DiskInfo;
import dev.sluice.wire.admin.QueryDiskInfoRequest;
import dev.sluice.wire.admin.QueryDiskInfoResponse;
import dev.sluice.wire.internal.AppDescription;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Answers what an administrator asks of the disks of this node. */
final class DiskInfoHandler {
    private static final long BYTES_PER_MB = 1 << 20;

    private final Replicas replicas;
    private final DataDirectories disks;

    private DiskInfoHandler(Replicas replicas, DataDirectories disks) {
        this.replicas = replicas;
        this.disks = disks;
    }

    static void register(RpcHandlers handlers, Replicas replicas, DataDirectories disks) {
        DiskInfoHandler handler = new DiskInfoHandler(replicas, disks);
        handlers.on(
                AdminRpcs.QUERY_DISK_INFO,
                Access.CLIENTS,
                (caller, header, request, responder) -> responder.reply(handler.answer(request)));
    }

    private QueryDiskInfoResponse answer(QueryDiskInfoRequest request) {
        List<Replica> shown = replicas.all().stream()
                .filter(replica ->
                        request.getAppName().isEmpty() || request.getAppName().equals(appName(replica)))
                .toList();
        if (shown.isEmpty() && !request.getAppName().isEmpty()) {
            return new QueryDiskInfoResponse().setErr(Wire.error(ErrorCode.ERR_OBJECT_NOT_FOUND));
        }
        List<DiskInfo> infos = new ArrayList<>();
        long capacityMb = 0;
        long availableMb = 0;
        for (DiskStatus disk : disks.statuses()) {
            DiskInfo info = new DiskInfo()
                    .setTag(disk.directory().tag())
                    .setFullDir(disk.directory().path().toString())
                    // A tool divides by it.
                    .setDiskCapacityMb(Math.max(1, disk.capacityBytes() / BYTES_PER_MB))
                    .setDiskAvailableMb(disk.availableBytes() / BYTES_PER_MB)
                    .setHoldingPrimaryReplicas(held(disk, shown, RoleName.PRIMARY))
                    .setHoldingSecondaryReplicas(held(disk, shown, RoleName.SECONDARY));
            capacityMb += info.getDiskCapacityMb();
            availableMb += info.getDiskAvailableMb();
            infos.add(info);
        }
        return new QueryDiskInfoResponse()
                .setErr(Wire.error(ErrorCode.ERR_OK))
                .setTotalCapacityMb(capacityMb)
                .setTotalAvailableMb(availableMb)
                .setDiskInfos(infos);
    }

    private static Map<Integer, Set<WireGpid>> held(DiskStatus disk, List<Replica> shown, RoleName role) {
        Map<Integer, Set<WireGpid>> held = new TreeMap<>();
        for (Replica replica : shown) {
            if (replica.view().role() == role
                    && replica.path().startsWith(disk.directory().path())) {
                held.computeIfAbsent(replica.gpid().appId(), app -> new HashSet<>())
                        .add(Wire.gpid(replica.gpid()));
            }
        }
        return held;
    }

    private static @Nullable String appName(Replica replica) {
        AppDescription app = replica.view().app();
        return app == null ? null : app.getAppName();
    }
}
