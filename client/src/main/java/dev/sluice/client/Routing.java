package dev.sluice.client;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.data.PartitionHash;
import dev.sluice.common.rpc.AdminRpcs;
import dev.sluice.common.rpc.Wire;
import dev.sluice.wire.admin.PartitionConfiguration;
import dev.sluice.wire.admin.QueryConfigRequest;
import dev.sluice.wire.admin.QueryConfigResponse;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Where the partitions of one table are, as last heard. Several requests that ask at once share one question. */
final class Routing {
    /** One answer of the meta leader. Only partitions with a primary are in the map. */
    record Snapshot(int appId, int partitionCount, Map<Integer, HostPort> primaries) {
        int partitionOf(long hash) {
            return PartitionHash.partitionIndex(hash, partitionCount);
        }

        Gpid gpid(int partitionIndex) {
            return new Gpid(appId, partitionIndex);
        }

        Optional<HostPort> primary(int partitionIndex) {
            return Optional.ofNullable(primaries.get(partitionIndex));
        }
    }

    private final String table;
    private final MetaGroup metas;
    private volatile @Nullable Snapshot snapshot;
    private @Nullable CompletableFuture<Snapshot> asking;

    Routing(String table, MetaGroup metas) {
        this.table = table;
        this.metas = metas;
    }

    /** What is known; asks if nothing is. */
    CompletableFuture<Snapshot> current() {
        Snapshot known = snapshot;
        return known == null ? refresh() : CompletableFuture.completedFuture(known);
    }

    /** Asks, or joins the question that is on its way. */
    CompletableFuture<Snapshot> refresh() {
        CompletableFuture<Snapshot> answer;
        synchronized (this) {
            if (asking != null) {
                return asking;
            }
            answer = new CompletableFuture<>();
            asking = answer;
        }
        CompletableFuture<Snapshot> read = metas.call(
                        "configuration of table '" + table + "'",
                        AdminRpcs.QUERY_CONFIG,
                        new QueryConfigRequest().setAppName(table),
                        QueryConfigResponse::getErr)
                .thenApply(this::read);
        WhenDone.run(read, (found, failure) -> {
            synchronized (this) {
                asking = null;
                snapshot = found == null ? snapshot : found;
            }
            if (found != null) {
                answer.complete(found);
            } else {
                answer.completeExceptionally(
                        failure == null ? new IllegalStateException("no configuration and no failure") : failure);
            }
        });
        return answer;
    }

    private Snapshot read(QueryConfigResponse reply) {
        ErrorCode error = Wire.error(reply.getErr());
        switch (error) {
            case ERR_OK -> {}
            case ERR_OBJECT_NOT_FOUND -> throw new ClientException(error, "there is no table '" + table + "'");
            default -> throw new ClientException(error, "configuration of table '" + table + "'");
        }
        if (reply.getPartitionCount() <= 0) {
            throw new ClientException(
                    ErrorCode.ERR_INVALID_DATA,
                    "table '" + table + "' has " + reply.getPartitionCount() + " partitions: expected at least 1");
        }
        Map<Integer, HostPort> primaries = new HashMap<>();
        for (PartitionConfiguration partition : reply.getPartitions()) {
            if (partition.getBallot() > 0) {
                Wire.find(partition.getPrimary(), partition.getHpPrimary())
                        .ifPresent(primary -> primaries.put(partition.getPid().partitionIndex(), primary));
            }
        }
        return new Snapshot(reply.getAppId(), reply.getPartitionCount(), Map.copyOf(primaries));
    }
}
