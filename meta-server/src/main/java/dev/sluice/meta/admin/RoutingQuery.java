package dev.sluice.meta.admin;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.Wire;
import dev.sluice.meta.state.App;
import dev.sluice.meta.state.MetaState;
import dev.sluice.meta.state.Partition;
import dev.sluice.wire.WireAddress;
import dev.sluice.wire.admin.PartitionConfiguration;
import dev.sluice.wire.admin.QueryConfigRequest;
import dev.sluice.wire.admin.QueryConfigResponse;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Who serves the partitions of an app. */
final class RoutingQuery {
    private RoutingQuery() {}

    /**
     * The wanted partitions, all if none of the wanted ones exists. A partition that nobody serves yet has ballot 0 and no
     * primary; one of which no member is left has none either.
     *
     * @param dead nodes that serve nothing any more
     */
    static QueryConfigResponse answer(MetaState state, QueryConfigRequest request, Set<HostPort> dead) {
        Optional<App> found = state.findApp(request.getAppName());
        if (found.isEmpty()) {
            return refuse(ErrorCode.ERR_OBJECT_NOT_FOUND);
        }
        App app = found.get();
        List<Partition> all = state.partitionsOf(app.id());
        // Each once: a list of a million times the same index is answered as well.
        Set<Partition> wanted = new LinkedHashSet<>();
        for (int index : request.getPartitionIndices()) {
            if (index >= 0 && index < all.size()) {
                wanted.add(all.get(index));
            }
        }
        List<PartitionConfiguration> partitions = (wanted.isEmpty() ? all : List.copyOf(wanted))
                .stream().map(partition -> onWire(partition, app, dead)).toList();
        return new QueryConfigResponse()
                .setErr(Wire.error(ErrorCode.ERR_OK))
                .setAppId(app.id())
                .setPartitionCount(app.partitionCount())
                .setIsStateful(true)
                .setPartitions(partitions);
    }

    static QueryConfigResponse refuse(ErrorCode error) {
        return new QueryConfigResponse().setErr(Wire.error(error)).setPartitions(List.of());
    }

    /** Not this server: one partition names the leader as its primary, if it is known. */
    static QueryConfigResponse forward(Optional<HostPort> leader) {
        QueryConfigResponse reply = refuse(ErrorCode.ERR_FORWARD_TO_OTHERS);
        leader.ifPresent(address -> reply.setPartitions(List.of(new PartitionConfiguration()
                .setPrimary(Wire.address(address))
                .setSecondaries(List.of())
                .setLastDrops(List.of()))));
        return reply;
    }

    static PartitionConfiguration onWire(Partition partition, App app, Set<HostPort> dead) {
        List<HostPort> members = partition.configuration().members();
        boolean isLost = dead.containsAll(members);
        List<WireAddress> drops = new ArrayList<>();
        partition.lastDrops().forEach(drop -> drops.add(Wire.address(drop.node())));
        if (isLost) {
            members.forEach(node -> drops.add(Wire.address(node)));
        }
        return new PartitionConfiguration()
                .setPid(Wire.gpid(partition.gpid()))
                .setBallot(partition.ballot().number())
                .setMaxReplicaCount(app.maxReplicaCount())
                .setPrimary(Wire.addressOrNone(isLost ? null : partition.primary()))
                .setSecondaries(Wire.addresses(isLost ? List.of() : partition.secondaries()))
                .setLastDrops(drops);
    }
}
