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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Where the partitions of one table are, as last heard; of two answers about a partition the one with the higher ballot
 * counts. Several requests that ask at once share one question.
 */
final class Routing {
    private final String table;
    private final MetaGroup metas;
    private volatile CompletableFuture<Snapshot> known = new CompletableFuture<>();
    private volatile @Nullable Snapshot snapshot;
    private @Nullable CompletableFuture<Snapshot> asking;

    Routing(String table, MetaGroup metas) {
        this.table = table;
        this.metas = metas;
    }

    /** One partition. */
    record Place(Gpid gpid, long ballot, Optional<HostPort> primary) {}

    /** What is known of all partitions at one time. */
    record Snapshot(int appId, List<Place> places) {
        int partitionCount() {
            return places.size();
        }

        int partitionOf(long hash) {
            return PartitionHash.partitionIndex(hash, places.size());
        }

        /** Of a partition that does not exist nobody is the primary. */
        Place place(int partitionIndex) {
            return partitionIndex >= 0 && partitionIndex < places.size()
                    ? places.get(partitionIndex)
                    : new Place(new Gpid(appId, partitionIndex), 0, Optional.empty());
        }

        private Snapshot or(Snapshot before) {
            if (before.appId != appId || before.places.size() != places.size()) {
                return this;
            }
            List<Place> newest = new ArrayList<>();
            for (int i = 0; i < places.size(); i++) {
                newest.add(
                        places.get(i).ballot() < before.places.get(i).ballot() ? before.places.get(i) : places.get(i));
            }
            return new Snapshot(appId, List.copyOf(newest));
        }
    }

    /** What is known; asks if nothing is. */
    CompletableFuture<Snapshot> current() {
        return snapshot == null ? refresh() : known;
    }

    /** What is known; null if nothing is. */
    @Nullable
    Snapshot currentOrNull() {
        return snapshot;
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
            Snapshot newest = null;
            synchronized (this) {
                asking = null;
                if (found != null) {
                    Snapshot before = snapshot;
                    newest = before == null ? found : found.or(before);
                    known = CompletableFuture.completedFuture(newest);
                    snapshot = newest;
                }
            }
            if (newest != null) {
                answer.complete(newest);
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
        int count = reply.getPartitionCount();
        if (count <= 0) {
            throw new ClientException(
                    ErrorCode.ERR_INVALID_DATA,
                    "table '" + table + "' has " + count + " partitions: expected at least 1");
        }
        List<Place> places = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            places.add(new Place(new Gpid(reply.getAppId(), i), 0, Optional.empty()));
        }
        for (PartitionConfiguration partition : reply.getPartitions()) {
            int index = partition.getPid().partitionIndex();
            if (partition.getBallot() > 0 && index >= 0 && index < count) {
                places.set(
                        index,
                        new Place(
                                places.get(index).gpid(),
                                partition.getBallot(),
                                Wire.find(partition.getPrimary(), partition.getHpPrimary())));
            }
        }
        return new Snapshot(reply.getAppId(), List.copyOf(places));
    }
}
