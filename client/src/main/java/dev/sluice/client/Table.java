package dev.sluice.client;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import dev.sluice.common.data.PartitionHash;
import dev.sluice.common.data.StoredKey;
import dev.sluice.common.data.StoredValue;
import dev.sluice.common.rpc.DataRpcs;
import dev.sluice.common.rpc.RequestHeader;
import dev.sluice.common.rpc.Rpc;
import dev.sluice.wire.Blob;
import dev.sluice.wire.data.CountResponse;
import dev.sluice.wire.data.KeyValue;
import dev.sluice.wire.data.MultiGetRequest;
import dev.sluice.wire.data.MultiGetResponse;
import dev.sluice.wire.data.MultiPutRequest;
import dev.sluice.wire.data.MultiRemoveRequest;
import dev.sluice.wire.data.UpdateRequest;
import dev.sluice.wire.data.UpdateResponse;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.apache.thrift.TBase;

/**
 * The rows of one table. Safe for use by several threads; futures complete on network threads and must not be blocked
 * there. They fail with {@link ClientException}.
 *
 * <p>A row that has expired does not exist. A TTL is in seconds; 0 means for ever, unless the table has a default.
 */
public final class Table {
    private static final int FOREVER = 0;
    /** How long a request without an answer may wait to be sent. */
    private static final int TELL_TIMEOUT_MS = 100;

    private final String name;
    private final PartitionCall.Context context;

    Table(String name, PartitionCall.Context context) {
        this.name = name;
        this.context = context;
    }

    public String name() {
        return name;
    }

    public CompletableFuture<Void> put(byte[] hashKey, byte[] sortKey, byte[] value) {
        return put(hashKey, sortKey, value, FOREVER);
    }

    public CompletableFuture<Void> put(byte[] hashKey, byte[] sortKey, byte[] value, int ttlSeconds) {
        byte[] key = StoredKey.of(hashKey, sortKey);
        UpdateRequest request = new UpdateRequest()
                .setKey(Blob.of(key))
                .setValue(Blob.of(value))
                .setExpireTsSeconds(expireTs(ttlSeconds));
        Supplier<String> what = () -> "put of " + described(hashKey, sortKey);
        return call(DataRpcs.PUT, request, PartitionHash.ofStoredKey(key), what)
                .thenAccept(reply -> expectOk(what, reply.getError(), reply.getServer()));
    }

    /** The value; empty if there is no such row. */
    public CompletableFuture<Optional<byte[]>> get(byte[] hashKey, byte[] sortKey) {
        byte[] key = StoredKey.of(hashKey, sortKey);
        Supplier<String> what = () -> "get of " + described(hashKey, sortKey);
        return call(DataRpcs.GET, Blob.of(key), PartitionHash.ofStoredKey(key), what)
                .thenApply(reply -> {
                    if (reply.getError() == StorageStatus.NOT_FOUND) {
                        return Optional.empty();
                    }
                    expectOk(what, reply.getError(), reply.getServer());
                    return Optional.of(reply.getValue().bytes());
                });
    }

    /** Writes all cells or none. Of two cells with one sort key the last wins. */
    public CompletableFuture<Void> multiPut(byte[] hashKey, List<Cell> cells, int ttlSeconds) {
        requireHashKey(hashKey);
        List<KeyValue> kvs = cells.stream()
                .map(cell -> new KeyValue().setKey(Blob.of(cell.sortKey())).setValue(Blob.of(cell.value())))
                .toList();
        MultiPutRequest request =
                new MultiPutRequest().setHashKey(Blob.of(hashKey)).setKvs(kvs).setExpireTsSeconds(expireTs(ttlSeconds));
        Supplier<String> what = () -> "multi_put of " + cells.size() + " rows to " + described(hashKey);
        CompletableFuture<UpdateResponse> reply = call(DataRpcs.MULTI_PUT, request, PartitionHash.of(hashKey), what);
        return reply.thenAccept(done -> expectOk(what, done.getError(), done.getServer()));
    }

    /** The rows of these sort keys, in this order, without those that do not exist. */
    public CompletableFuture<MultiGetResult> multiGet(byte[] hashKey, List<byte[]> sortKeys) {
        if (sortKeys.isEmpty()) {
            return CompletableFuture.completedFuture(new MultiGetResult(List.of(), true));
        }
        return multiGet(
                hashKey,
                new MultiGetRequest()
                        .setHashKey(Blob.of(hashKey))
                        .setSortKeys(sortKeys.stream().map(Blob::of).toList()));
    }

    /** The rows that the query describes, in the order of their sort keys. */
    public CompletableFuture<MultiGetResult> multiGet(byte[] hashKey, MultiGetQuery query) {
        return multiGet(hashKey, query.toRequest(hashKey));
    }

    public CompletableFuture<Void> remove(byte[] hashKey, byte[] sortKey) {
        byte[] key = StoredKey.of(hashKey, sortKey);
        Supplier<String> what = () -> "remove of " + described(hashKey, sortKey);
        return call(DataRpcs.REMOVE, Blob.of(key), PartitionHash.ofStoredKey(key), what)
                .thenAccept(reply -> expectOk(what, reply.getError(), reply.getServer()));
    }

    /** Removes all of these rows or none. */
    public CompletableFuture<Void> multiRemove(byte[] hashKey, List<byte[]> sortKeys) {
        requireHashKey(hashKey);
        MultiRemoveRequest request = new MultiRemoveRequest()
                .setHashKey(Blob.of(hashKey))
                .setSortKeys(sortKeys.stream().map(Blob::of).toList());
        Supplier<String> what = () -> "multi_remove of " + sortKeys.size() + " rows from " + described(hashKey);
        return call(DataRpcs.MULTI_REMOVE, request, PartitionHash.of(hashKey), what)
                .thenAccept(reply -> expectOk(what, reply.getError(), reply.getServer()));
    }

    /** How long the row will exist; empty if there is no such row. */
    public CompletableFuture<Optional<Ttl>> ttl(byte[] hashKey, byte[] sortKey) {
        byte[] key = StoredKey.of(hashKey, sortKey);
        Supplier<String> what = () -> "ttl of " + described(hashKey, sortKey);
        return call(DataRpcs.TTL, Blob.of(key), PartitionHash.ofStoredKey(key), what)
                .thenApply(reply -> {
                    if (reply.getError() == StorageStatus.NOT_FOUND) {
                        return Optional.empty();
                    }
                    expectOk(what, reply.getError(), reply.getServer());
                    return Optional.of(new Ttl(reply.getTtlSeconds()));
                });
    }

    public CompletableFuture<Boolean> exists(byte[] hashKey, byte[] sortKey) {
        return ttl(hashKey, sortKey).thenApply(Optional::isPresent);
    }

    /** How many rows the hash key has. */
    public CompletableFuture<Long> sortKeyCount(byte[] hashKey) {
        requireHashKey(hashKey);
        Supplier<String> what = () -> "sortkey_count of " + described(hashKey);
        CompletableFuture<CountResponse> reply =
                call(DataRpcs.SORTKEY_COUNT, Blob.of(hashKey), PartitionHash.of(hashKey), what);
        return reply.thenApply(done -> {
            expectOk(what, done.getError(), done.getServer());
            if (done.getCount() < 0) {
                throw new ClientException(
                        ErrorCode.ERR_TIMEOUT, what.get() + ": the server's time limit was too short");
            }
            return done.getCount();
        });
    }

    /** The number of partitions. */
    public CompletableFuture<Integer> partitionCount() {
        return context.routing().current().thenApply(Routing.Snapshot::partitionCount);
    }

    /** The id of the app behind this table. */
    public CompletableFuture<Integer> appId() {
        return context.routing().current().thenApply(Routing.Snapshot::appId);
    }

    /**
     * All rows of one partition, in the order of their stored keys, as they are when their batch is read.
     *
     * @param batchRows rows per request, at most 1000
     */
    public PartitionScan scan(int partitionIndex, int batchRows) {
        return new PartitionScan(this, partitionIndex, batchRows);
    }

    /** All rows of all partitions, one partition after the other. Blocks on the thread that iterates. */
    public TableScan scan() {
        return new TableScan(this, ClientException.await(partitionCount()));
    }

    <Q extends TBase<?, ?>, R extends TBase<?, ?>> CompletableFuture<R> callPartition(
            Rpc<Q, R> code, Q request, int partitionIndex, Supplier<String> what) {
        ToIntFunction<Routing.Snapshot> fixed = snapshot -> partitionIndex;
        return new PartitionCall<>(context, code, request, fixed, partitionIndex, true, what).start();
    }

    /** Sends without waiting for an answer, to where the partition was last. */
    <Q extends TBase<?, ?>, R extends TBase<?, ?>> void tell(Rpc<Q, R> code, Q request, int partitionIndex) {
        WhenDone.run(context.routing().current(), (snapshot, failure) -> {
            HostPort primary =
                    snapshot == null ? null : snapshot.primary(partitionIndex).orElse(null);
            if (snapshot != null && primary != null) {
                RequestHeader header =
                        RequestHeader.toPartition(snapshot.gpid(partitionIndex), TELL_TIMEOUT_MS, partitionIndex);
                WhenDone.run(context.rpc().call(primary, code, header, request), (nothing, noAnswer) -> {});
            }
        });
    }

    void expectOk(Supplier<String> what, int storageStatus, String server) {
        if (storageStatus != StorageStatus.OK) {
            throw StorageStatus.failure(storageStatus, what.get() + " on " + server);
        }
    }

    private CompletableFuture<MultiGetResult> multiGet(byte[] hashKey, MultiGetRequest request) {
        requireHashKey(hashKey);
        Supplier<String> what = () -> "multi_get from " + described(hashKey);
        CompletableFuture<MultiGetResponse> reply = call(DataRpcs.MULTI_GET, request, PartitionHash.of(hashKey), what);
        return reply.thenApply(done -> {
            boolean complete = done.getError() != StorageStatus.INCOMPLETE;
            if (complete) {
                expectOk(what, done.getError(), done.getServer());
            }
            List<Cell> cells = done.getKvs().stream()
                    .map(kv -> new Cell(kv.getKey().bytes(), kv.getValue().bytes()))
                    .toList();
            return new MultiGetResult(cells, complete);
        });
    }

    private <Q extends TBase<?, ?>, R extends TBase<?, ?>> CompletableFuture<R> call(
            Rpc<Q, R> code, Q request, long hash, Supplier<String> what) {
        // Every code that comes here may be carried out twice without harm: a value is put, not changed.
        return new PartitionCall<>(context, code, request, snapshot -> snapshot.partitionOf(hash), hash, true, what)
                .start();
    }

    private int expireTs(int ttlSeconds) {
        if (ttlSeconds < 0) {
            throw new IllegalArgumentException("ttl of " + ttlSeconds + " s: expected 0 for ever, or more");
        }
        return ttlSeconds == FOREVER
                ? StoredValue.NEVER
                : StoredValue.expiryNow(context.loop().wallMs()) + ttlSeconds;
    }

    private String described(byte[] hashKey) {
        return "hash key '" + EscapedBytes.print(hashKey) + "' of table '" + name + "'";
    }

    private String described(byte[] hashKey, byte[] sortKey) {
        return "row '" + EscapedBytes.print(hashKey) + "' : '" + EscapedBytes.print(sortKey) + "' of table '" + name
                + "'";
    }

    private static void requireHashKey(byte[] hashKey) {
        if (hashKey.length == 0) {
            throw new IllegalArgumentException("the hash key is empty: only single rows may have an empty one");
        }
    }
}
