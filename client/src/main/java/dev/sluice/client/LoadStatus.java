package dev.sluice.client;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.Wire;
import dev.sluice.wire.bulkload.BulkLoadStatus;
import dev.sluice.wire.bulkload.IngestionStatus;
import dev.sluice.wire.bulkload.PartitionBulkLoadState;
import dev.sluice.wire.bulkload.QueryBulkLoadResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How a load is going, or how the last one went.
 *
 * @param error why it failed; {@code ERR_OK} if it did not
 * @param loading false: this is the result of the last load
 * @param status of the app; {@code BLS_INVALID} if there was no load
 * @param hint what the server adds; may be empty
 */
public record LoadStatus(
        String app,
        ErrorCode error,
        boolean loading,
        BulkLoadStatus status,
        int maxReplicaCount,
        List<Partition> partitions,
        String hint) {

    /** How one partition is going, with what its replicas reported last. */
    public record Partition(BulkLoadStatus status, Map<HostPort, PartitionBulkLoadState> replicas) {
        /** 0 to 100: the replicas' progress over the number of replicas there should be. */
        public int downloadPercent(int maxReplicaCount) {
            int sum = replicas.values().stream()
                    .mapToInt(PartitionBulkLoadState::getDownloadProgress)
                    .sum();
            return maxReplicaCount <= 0 ? 0 : Math.min(100, sum / maxReplicaCount);
        }

        /** True if every replica has ingested. */
        public boolean isIngested() {
            return !replicas.isEmpty()
                    && replicas.values().stream()
                            .allMatch(replica -> replica.getIngestStatus() == IngestionStatus.IS_SUCCEED);
        }

        public boolean isCleanedUp() {
            return !replicas.isEmpty() && replicas.values().stream().allMatch(PartitionBulkLoadState::isIsCleanedUp);
        }
    }

    /** True if the load has come to its end: the cluster is done with it, whatever the end was. */
    public boolean isEnded() {
        return !loading;
    }

    /** 0 to 100, over all partitions; 100 once every partition has been downloaded. */
    public int downloadPercent() {
        return (int) partitions.stream()
                .mapToInt(partition -> switch (partition.status()) {
                    case BLS_DOWNLOADED, BLS_INGESTING, BLS_SUCCEED -> 100;
                    default -> partition.downloadPercent(maxReplicaCount);
                })
                .average()
                .orElse(0);
    }

    /** 0 to 100: how many partitions have ingested. */
    public int ingestPercent() {
        return (int) partitions.stream()
                .mapToInt(partition ->
                        partition.isIngested() || partition.status() == BulkLoadStatus.BLS_SUCCEED ? 100 : 0)
                .average()
                .orElse(0);
    }

    /** True if the reply describes a load, even if its error says that this load failed. */
    static boolean isAnswer(QueryBulkLoadResponse reply) {
        return Wire.error(reply.getErr()).isOk() || reply.getAppStatus() == BulkLoadStatus.BLS_FAILED;
    }

    static LoadStatus of(QueryBulkLoadResponse reply) {
        List<Partition> partitions = new ArrayList<>();
        for (int i = 0; i < reply.getPartitionsStatusSize(); i++) {
            Map<HostPort, PartitionBulkLoadState> replicas = new TreeMap<>();
            if (i < reply.getBulkLoadStatesSize()) {
                reply.getBulkLoadStates()
                        .get(i)
                        .forEach((address, state) ->
                                Wire.find(address).ifPresent(server -> replicas.put(server, state)));
            }
            partitions.add(new Partition(reply.getPartitionsStatus().get(i), replicas));
        }
        return new LoadStatus(
                reply.getAppName(),
                Wire.error(reply.getErr()),
                reply.isIsBulkLoading(),
                reply.getAppStatus(),
                reply.getMaxReplicaCount(),
                List.copyOf(partitions),
                reply.isSetHintMsg() ? reply.getHintMsg() : "");
    }
}
