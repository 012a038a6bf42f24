package dev.sluice.client;

import dev.sluice.common.data.StoredKey;
import dev.sluice.common.rpc.DataRpcs;
import dev.sluice.wire.Blob;
import dev.sluice.wire.data.KeyValue;
import dev.sluice.wire.data.MultiRemoveRequest;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Removes the rows of a scan of one hash key, batch by batch: what is read is removed before more is read. */
final class RangeRemoval {
    private final Calls calls;
    private final byte[] hashKey;
    private final ScanCursor cursor;
    private long removed;

    RangeRemoval(Calls calls, byte[] hashKey, ScanCursor cursor) {
        this.calls = calls;
        this.hashKey = hashKey;
        this.cursor = cursor;
    }

    CompletableFuture<Long> start() {
        CompletableFuture<Long> done = goOn();
        WhenDone.run(done, (count, failure) -> cursor.close());
        return done;
    }

    private CompletableFuture<Long> goOn() {
        return cursor.next()
                .thenCompose(rows -> rows.isEmpty() ? CompletableFuture.completedFuture(removed) : remove(rows));
    }

    private CompletableFuture<Long> remove(List<KeyValue> rows) {
        MultiRemoveRequest request = new MultiRemoveRequest()
                .setHashKey(Blob.of(hashKey))
                .setSortKeys(rows.stream()
                        .map(row -> Blob.of(StoredKey.sortKey(row.getKey().bytes())))
                        .toList());
        return calls.write(DataRpcs.MULTI_REMOVE, request, Target.ofHashKey(hashKey), this::described)
                .thenCompose(reply -> {
                    Calls.expectOk(this::described, reply.getError(), reply.getServer());
                    removed += rows.size();
                    return goOn();
                });
    }

    private String described() {
        return "removing a range of " + calls.described(hashKey) + ", " + removed + " rows are removed already";
    }
}
