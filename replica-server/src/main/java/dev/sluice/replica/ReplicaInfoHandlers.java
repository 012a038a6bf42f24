package dev.sluice.replica;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.rpc.AdminRpcs;
import dev.sluice.common.rpc.RpcHandlers;
import dev.sluice.common.rpc.RpcHandlers.Access;
import dev.sluice.common.rpc.Wire;
import dev.sluice.replica.disk.DataDirectories;
import dev.sluice.replica.disk.DataDirectory;
import dev.sluice.replica.disk.DiskStatus;
import dev.sluice.replica.replica.Replica;
import dev.sluice.replica.replica.ReplicaView;
import dev.sluice.replica.replica.Replicas;
import dev.sluice.replica.replication.RoleName;
import dev.sluice.wire.admin.AppInfo;
import dev.sluice.wire.admin.AppStatus;
import dev.sluice.wire.admin.ManualCompactionStatus;
import dev.sluice.wire.admin.PartitionStatus;
import dev.sluice.wire.admin.QueryAppInfoResponse;
import dev.sluice.wire.admin.QueryReplicaDecreeResponse;
import dev.sluice.wire.admin.QueryReplicaInfoResponse;
import dev.sluice.wire.admin.ReplicaInfo;
import dev.sluice.wire.internal.AppDescription;
import dev.sluice.wire.internal.ReplicaOnDisk;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** Answers what an administrator asks of the replicas of this node. */
final class ReplicaInfoHandlers {
    private static final String APP_TYPE = "pegasus";

    private final Replicas replicas;
    private final DataDirectories disks;

    private ReplicaInfoHandlers(Replicas replicas, DataDirectories disks) {
        this.replicas = replicas;
        this.disks = disks;
    }

    static void register(RpcHandlers handlers, Replicas replicas, DataDirectories disks) {
        ReplicaInfoHandlers ours = new ReplicaInfoHandlers(replicas, disks);
        handlers.on(AdminRpcs.QUERY_REPLICA_INFO, Access.CLIENTS, (caller, header, request, responder) -> {
            var unused = ours.replicas().thenAccept(responder::reply);
        });
        handlers.on(
                AdminRpcs.QUERY_APP_INFO,
                Access.CLIENTS,
                (caller, header, request, responder) -> responder.reply(ours.apps()));
        handlers.on(AdminRpcs.QUERY_REPLICA_DECREE, Access.CLIENTS, (caller, header, request, responder) -> {
            var unused = ours.decree(Wire.gpid(request.getPid())).thenAccept(responder::reply);
        });
    }

    private CompletableFuture<QueryReplicaInfoResponse> replicas() {
        return replicas.onDisk().thenApply(all -> {
            List<ReplicaInfo> infos = new ArrayList<>();
            for (ReplicaOnDisk described : all) {
                Replica replica = replicas.find(Wire.gpid(described.getGpid()));
                if (replica != null) {
                    infos.add(info(replica, described));
                }
            }
            infos.sort(Comparator.comparing(info -> Wire.gpid(info.getPid())));
            return new QueryReplicaInfoResponse()
                    .setErr(Wire.error(ErrorCode.ERR_OK))
                    .setReplicas(infos);
        });
    }

    private ReplicaInfo info(Replica replica, ReplicaOnDisk described) {
        ReplicaView view = replica.view();
        return new ReplicaInfo()
                .setPid(described.getGpid())
                .setBallot(view.ballot().number())
                .setStatus(status(view.role()))
                .setLastCommittedDecree(described.getLastCommittedDecree())
                .setLastPreparedDecree(described.getLastPreparedDecree())
                .setLastDurableDecree(described.getLastDurableDecree())
                .setAppType(APP_TYPE)
                .setDiskTag(diskTag(replica))
                .setManualCompactStatus(ManualCompactionStatus.valueOf(
                        replica.compaction().state().name()));
    }

    private String diskTag(Replica replica) {
        return disks.statuses().stream()
                .map(DiskStatus::directory)
                .filter(directory -> replica.path().startsWith(directory.path()))
                .map(DataDirectory::tag)
                .findFirst()
                .orElse("");
    }

    private QueryAppInfoResponse apps() {
        Map<Integer, AppInfo> apps = new TreeMap<>();
        for (Replica replica : replicas.all()) {
            AppDescription app = replica.view().app();
            if (app != null) {
                apps.computeIfAbsent(app.getAppId(), id -> info(app));
            }
        }
        return new QueryAppInfoResponse().setErr(Wire.error(ErrorCode.ERR_OK)).setApps(List.copyOf(apps.values()));
    }

    private static AppInfo info(AppDescription app) {
        return new AppInfo()
                .setStatus(AppStatus.AS_AVAILABLE)
                .setAppType(APP_TYPE)
                .setAppName(app.getAppName())
                .setAppId(app.getAppId())
                .setPartitionCount(app.getPartitionCount())
                .setEnvs(app.getEnvs())
                .setIsStateful(true)
                .setMaxReplicaCount(app.getMaxReplicaCount());
    }

    /** Of a learner 0: what it has is not yet whole. */
    private CompletableFuture<QueryReplicaDecreeResponse> decree(Gpid gpid) {
        return replicas.onDisk().thenApply(all -> {
            Replica replica = replicas.find(gpid);
            for (ReplicaOnDisk described : all) {
                if (replica != null && Wire.gpid(described.getGpid()).equals(gpid)) {
                    boolean isLearner = replica.view().role() == RoleName.LEARNER;
                    return new QueryReplicaDecreeResponse()
                            .setErr(Wire.error(ErrorCode.ERR_OK))
                            .setLastDecree(isLearner ? 0 : described.getLastCommittedDecree());
                }
            }
            return new QueryReplicaDecreeResponse().setErr(Wire.error(ErrorCode.ERR_OBJECT_NOT_FOUND));
        });
    }

    private static PartitionStatus status(RoleName role) {
        return switch (role) {
            case INACTIVE -> PartitionStatus.PS_INACTIVE;
            case ERROR -> PartitionStatus.PS_ERROR;
            case PRIMARY -> PartitionStatus.PS_PRIMARY;
            case SECONDARY -> PartitionStatus.PS_SECONDARY;
            case LEARNER -> PartitionStatus.PS_POTENTIAL_SECONDARY;
        };
    }
}
