package dev.sluice.meta.admin;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.Wire;
import dev.sluice.meta.guardian.ClusterView;
import dev.sluice.meta.guardian.ReplicaView;
import dev.sluice.meta.guardian.Standing;
import dev.sluice.meta.leader.Command;
import dev.sluice.meta.leader.Decision;
import dev.sluice.meta.state.App;
import dev.sluice.meta.state.MetaState;
import dev.sluice.meta.state.Partition;
import dev.sluice.wire.admin.DddDiagnoseRequest;
import dev.sluice.wire.admin.DddDiagnoseResponse;
import dev.sluice.wire.admin.DddNodeInfo;
import dev.sluice.wire.admin.DddPartitionInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Which partitions no member is left of, and what the nodes that may have something of them hold. */
final class Diagnosis {
    private static final long UNKNOWN = -1;

    private final PartitionCare care;

    Diagnosis(PartitionCare care) {
        this.care = care;
    }

    Command<DddDiagnoseResponse> diagnose(DddDiagnoseRequest request) {
        return (state, wallMs) -> Decision.reply(answer(state, Wire.gpid(request.getPid())));
    }

    static DddDiagnoseResponse refuse(ErrorCode error) {
        return new DddDiagnoseResponse().setErr(Wire.error(error)).setPartitions(List.of());
    }

    private DddDiagnoseResponse answer(MetaState state, Gpid scope) {
        ClusterView view = care.view(state);
        List<DddPartitionInfo> lost = new ArrayList<>();
        for (Partition partition : state.partitions()) {
            Gpid gpid = partition.gpid();
            App app = state.requireApp(gpid.appId());
            boolean isWanted = (scope.appId() < 0 || scope.appId() == gpid.appId())
                    && (scope.appId() < 0
                            || scope.partitionIndex() < 0
                            || scope.partitionIndex() == gpid.partitionIndex());
            if (isWanted && app.isAvailable() && isLost(partition, view)) {
                lost.add(describe(app, partition, view));
            }
        }
        return refuse(ErrorCode.ERR_OK).setPartitions(lost);
    }

    private static boolean isLost(Partition partition, ClusterView view) {
        return !partition.isUnconfigured()
                && partition.configuration().members().stream().allMatch(node -> view.standing(node) == Standing.DEAD);
    }

    private static DddPartitionInfo describe(App app, Partition partition, ClusterView view) {
        Map<HostPort, Long> droppedMs = new TreeMap<>();
        partition.lastDrops().forEach(drop -> droppedMs.put(drop.node(), drop.atMs()));
        Set<HostPort> nodes = new TreeSet<>(partition.configuration().members());
        nodes.addAll(droppedMs.keySet());
        view.nodes().keySet().stream()
                .filter(node -> view.findReplica(node, partition.gpid()).isPresent())
                .forEach(nodes::add);
        List<DddNodeInfo> infos = nodes.stream()
                .map(node -> describe(node, droppedMs.getOrDefault(node, 0L), partition.gpid(), view))
                .toList();
        return new DddPartitionInfo()
                .setConfig(RoutingQuery.onWire(
                        partition, app, Set.copyOf(partition.configuration().members())))
                .setDropped(infos)
                .setReason("no member is alive: " + partition.configuration().members());
    }

    private static DddNodeInfo describe(HostPort node, long droppedMs, Gpid gpid, ClusterView view) {
        ReplicaView replica = view.findReplica(node, gpid).orElse(null);
        return new DddNodeInfo()
                .setNode(Wire.address(node))
                .setDropTimeMs(droppedMs)
                .setIsAlive(view.isLive(node))
                .setIsCollected(replica != null)
                .setBallot(replica == null ? UNKNOWN : replica.ballot().number())
                .setLastCommittedDecree(replica == null ? UNKNOWN : replica.lastCommittedDecree())
                .setLastPreparedDecree(replica == null ? UNKNOWN : replica.lastPreparedDecree());
    }
}
