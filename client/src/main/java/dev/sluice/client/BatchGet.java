package dev.sluice.client;

import dev.sluice.common.data.PartitionHash;
import dev.sluice.common.data.StoredKey;
import dev.sluice.common.rpc.DataRpcs;
import dev.sluice.wire.Blob;
import dev.sluice.wire.data.BatchGetRequest;
import dev.sluice.wire.data.BatchGetResponse;
import dev.sluice.wire.data.FullData;
import dev.sluice.wire.data.FullKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** One batch_get over several partitions: the keys of each go together. */
final class BatchGet {
    private static final int KEYS_PER_REQUEST_MAX = 1000;

    private final Calls calls;
    private final List<RowKey> keys;

    BatchGet(Calls calls, List<RowKey> keys) {
        this.calls = calls;
        this.keys = List.copyOf(keys);
    }

    CompletableFuture<List<Optional<byte[]>>> start(Routing.Snapshot snapshot) {
        Map<Integer, List<RowKey>> byPartition = new TreeMap<>();
        for (RowKey key : keys) {
            long hash = PartitionHash.ofStoredKey(StoredKey.of(key.hashKey(), key.sortKey()));
            byPartition
                    .computeIfAbsent(snapshot.partitionOf(hash), index -> new ArrayList<>())
                    .add(key);
        }
        List<CompletableFuture<BatchGetResponse>> replies = new ArrayList<>();
        for (List<RowKey> ofPartition : byPartition.values()) {
            for (int from = 0; from < ofPartition.size(); from += KEYS_PER_REQUEST_MAX) {
                replies.add(ask(ofPartition.subList(from, Math.min(ofPartition.size(), from + KEYS_PER_REQUEST_MAX))));
            }
        }
        return CompletableFuture.allOf(replies.toArray(CompletableFuture[]::new))
                .thenApply(done ->
                        inOrder(replies.stream().map(CompletableFuture::join).toList()));
    }

    private CompletableFuture<BatchGetResponse> ask(List<RowKey> some) {
        BatchGetRequest request = new BatchGetRequest()
                .setKeys(some.stream()
                        .map(key -> new FullKey(Blob.of(key.hashKey()), Blob.of(key.sortKey())))
                        .toList());
        RowKey first = some.get(0);
        Target target = Target.ofStoredKey(StoredKey.of(first.hashKey(), first.sortKey()));
        Supplier<String> what = () -> "batch_get of " + some.size() + " rows, the first of which is "
                + calls.described(first.hashKey(), first.sortKey());
        return calls.read(DataRpcs.BATCH_GET, request, target, what).thenApply(reply -> {
            Calls.expectOk(what, reply.getError(), reply.getServer());
            return reply;
        });
    }

    private List<Optional<byte[]>> inOrder(List<BatchGetResponse> replies) {
        Map<FullKey, byte[]> found = new HashMap<>();
        for (BatchGetResponse reply : replies) {
            for (FullData row : reply.getData()) {
                found.put(
                        new FullKey(row.getHashKey(), row.getSortKey()),
                        row.getValue().bytes());
            }
        }
        return keys.stream()
                .map(key -> Optional.ofNullable(found.get(new FullKey(Blob.of(key.hashKey()), Blob.of(key.sortKey())))))
                .toList();
    }
}
