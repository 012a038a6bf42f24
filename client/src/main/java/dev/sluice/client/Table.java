package dev.sluice.client;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.data.StoredKey;
import dev.sluice.common.rpc.DataRpcs;
import dev.sluice.wire.Blob;
import dev.sluice.wire.data.CheckAndMutateRequest;
import dev.sluice.wire.data.CheckAndSetRequest;
import dev.sluice.wire.data.CountResponse;
import dev.sluice.wire.data.IncrRequest;
import dev.sluice.wire.data.KeyValue;
import dev.sluice.wire.data.MultiGetRequest;
import dev.sluice.wire.data.MultiPutRequest;
import dev.sluice.wire.data.MultiRemoveRequest;
import dev.sluice.wire.data.Mutate;
import dev.sluice.wire.data.MutateOperation;
import dev.sluice.wire.data.UpdateRequest;
import dev.sluice.wire.data.UpdateResponse;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * The rows of one table. Safe for use by several threads; futures complete on network threads and must not be blocked
 * there.
 *
 * <p>A row is named by a hash key, which decides its partition, and a sort key inside it; both are bytes, and either may be
 * empty where nothing else is said. A hash key has at most 65,534 bytes, a request what the servers allow ({@code
 * max_allowed_write_size}, 1 MiB by default). Arrays are not copied: they must not be changed before the future is complete.
 * A row that has expired does not exist. A TTL is in seconds; 0 means for ever, unless the table has a default.
 *
 * <p>Futures fail with {@link ClientException}; its error says what can be done. The operation is tried again until its
 * deadline ({@link ClientOptions#timeoutMs}, or {@link #withTimeoutMs}) where that helps, see {@link ClientOptions}. A write
 * that fails with {@code ERR_TIMEOUT} or {@code ERR_NETWORK_FAILURE} may have been carried out; of increments and checked
 * writes no further attempt is made where one may have been. An argument that can never be right is an {@link IllegalArgumentException} at once.
 */
public final class Table {
    /** Rows of one request of {@link #removeRange}. */
    private static final int REMOVE_ROWS = 100;

    private static final int FOREVER = 0;
    private static final int KEEP_TTL = 0;
    private static final int CLEAR_TTL = -1;

    private final Calls calls;

    Table(Calls calls) {
        this.calls = calls;
    }

    public String name() {
        return calls.table();
    }

    /** The same table, whose operations have that deadline; scans have it for each batch. */
    public Table withTimeoutMs(int timeoutMs) {
        return new Table(calls.withTimeoutMs(timeoutMs));
    }

    /** Writes a row that does not expire, unless the table has a default TTL. */
    public CompletableFuture<Void> put(byte[] hashKey, byte[] sortKey, byte[] value) {
        return put(hashKey, sortKey, value, FOREVER);
    }

    /** Writes a row. */
    public CompletableFuture<Void> put(byte[] hashKey, byte[] sortKey, byte[] value, int ttlSeconds) {
        byte[] key = StoredKey.of(hashKey, sortKey);
        UpdateRequest request = new UpdateRequest()
                .setKey(Blob.of(key))
                .setValue(Blob.of(value))
                .setExpireTsSeconds(calls.expireTs(ttlSeconds));
        Supplier<String> what = () -> "put of " + calls.described(hashKey, sortKey);
        return calls.write(DataRpcs.PUT, request, Target.ofStoredKey(key), what)
                .thenAccept(reply -> Calls.expectOk(what, reply.getError(), reply.getServer()));
    }

    /** The value; empty if there is no such row. */
    public CompletableFuture<Optional<byte[]>> get(byte[] hashKey, byte[] sortKey) {
        byte[] key = StoredKey.of(hashKey, sortKey);
        Supplier<String> what = () -> "get of " + calls.described(hashKey, sortKey);
        return calls.read(DataRpcs.GET, Blob.of(key), Target.ofStoredKey(key), what)
                .thenApply(reply -> {
                    if (reply.getError() == StorageStatus.NOT_FOUND) {
                        return Optional.empty();
                    }
                    Calls.expectOk(what, reply.getError(), reply.getServer());
                    return Optional.of(reply.getValue().bytes());
                });
    }

    /** Removes a row; nothing happens if there is none. */
    public CompletableFuture<Void> remove(byte[] hashKey, byte[] sortKey) {
        byte[] key = StoredKey.of(hashKey, sortKey);
        Supplier<String> what = () -> "remove of " + calls.described(hashKey, sortKey);
        return calls.write(DataRpcs.REMOVE, Blob.of(key), Target.ofStoredKey(key), what)
                .thenAccept(reply -> Calls.expectOk(what, reply.getError(), reply.getServer()));
    }

    /** How long the row will exist; empty if there is no such row. */
    public CompletableFuture<Optional<Ttl>> ttl(byte[] hashKey, byte[] sortKey) {
        byte[] key = StoredKey.of(hashKey, sortKey);
        Supplier<String> what = () -> "ttl of " + calls.described(hashKey, sortKey);
        return calls.read(DataRpcs.TTL, Blob.of(key), Target.ofStoredKey(key), what)
                .thenApply(reply -> {
                    if (reply.getError() == StorageStatus.NOT_FOUND) {
                        return Optional.empty();
                    }
                    Calls.expectOk(what, reply.getError(), reply.getServer());
                    return Optional.of(new Ttl(reply.getTtlSeconds()));
                });
    }

    /** Whether there is such a row; its value is not sent. */
    public CompletableFuture<Boolean> exists(byte[] hashKey, byte[] sortKey) {
        return ttl(hashKey, sortKey).thenApply(Optional::isPresent);
    }

    /** Adds to the integer in a row, and leaves its TTL as it is. See the other form. */
    public CompletableFuture<Long> incr(byte[] hashKey, byte[] sortKey, long increment) {
        return incr(hashKey, sortKey, increment, TtlChange.KEEP);
    }

    /**
     * Adds to the 64-bit integer in a row, whose value is its text; no row and an empty value count as 0. Returns the new
     * value.
     *
     * <p>Fails with {@code ERR_INVALID_PARAMETERS}, and changes nothing, if the value is not an integer or the sum has more
     * than 64 bits. Never carried out twice.
     */
    public CompletableFuture<Long> incr(byte[] hashKey, byte[] sortKey, long increment, TtlChange ttl) {
        byte[] key = StoredKey.of(hashKey, sortKey);
        IncrRequest request =
                new IncrRequest().setKey(Blob.of(key)).setIncrement(increment).setExpireTsSeconds(expireTs(ttl));
        Supplier<String> what = () -> "incr by " + increment + " of " + calls.described(hashKey, sortKey);
        return calls.writeOnce(DataRpcs.INCR, request, Target.ofStoredKey(key), what)
                .thenApply(reply -> {
                    Calls.expectOk(what, reply.getError(), reply.getServer());
                    return reply.getNewValue();
                });
    }

    /**
     * Writes a row if a check of a row of the same hash key passes; both in one step. Never carried out twice.
     *
     * <p>Fails with {@code ERR_INVALID_PARAMETERS}, and changes nothing, if the check compares integers and one of the two
     * is none.
     *
     * @param hashKey not empty
     */
    public CompletableFuture<CheckResult> checkAndSet(byte[] hashKey, Check check, CellChange.Put put) {
        Target target = Target.ofHashKey(hashKey);
        boolean sameRow = Arrays.equals(check.sortKey(), put.sortKey());
        CheckAndSetRequest request = new CheckAndSetRequest()
                .setHashKey(Blob.of(hashKey))
                .setCheckSortKey(Blob.of(check.sortKey()))
                .setCheckType(check.type())
                .setCheckOperand(Blob.of(check.operand()))
                .setSetDiffSortKey(!sameRow)
                .setSetSortKey(Blob.of(sameRow ? new byte[0] : put.sortKey()))
                .setSetValue(Blob.of(put.value()))
                .setSetExpireTsSeconds(calls.expireTs(put.ttlSeconds()))
                .setReturnCheckValue(check.returnsValue());
        Supplier<String> what = () -> "check_and_set if " + check + " in " + calls.described(hashKey);
        return calls.writeOnce(DataRpcs.CHECK_AND_SET, request, target, what)
                .thenApply(reply -> checked(
                        what,
                        reply.getError(),
                        reply.getServer(),
                        reply.isCheckValueReturned() && reply.isCheckValueExist(),
                        reply.getCheckValue()));
    }

    /**
     * Makes changes, in their order, if a check of a row of the same hash key passes; all in one step, or none. Never
     * carried out twice. Fails as {@link #checkAndSet} does.
     *
     * @param hashKey not empty
     * @param changes at least one
     */
    public CompletableFuture<CheckResult> checkAndMutate(byte[] hashKey, Check check, List<CellChange> changes) {
        Target target = Target.ofHashKey(hashKey);
        requireSome("changes", changes);
        CheckAndMutateRequest request = new CheckAndMutateRequest()
                .setHashKey(Blob.of(hashKey))
                .setCheckSortKey(Blob.of(check.sortKey()))
                .setCheckType(check.type())
                .setCheckOperand(Blob.of(check.operand()))
                .setMutateList(changes.stream().map(this::mutate).toList())
                .setReturnCheckValue(check.returnsValue());
        Supplier<String> what =
                () -> "check_and_mutate of " + changes.size() + " rows if " + check + " in " + calls.described(hashKey);
        return calls.writeOnce(DataRpcs.CHECK_AND_MUTATE, request, target, what)
                .thenApply(reply -> checked(
                        what,
                        reply.getError(),
                        reply.getServer(),
                        reply.isCheckValueReturned() && reply.isCheckValueExist(),
                        reply.getCheckValue()));
    }

    /**
     * Writes all cells or none. Of two cells with one sort key the last wins.
     *
     * @param hashKey not empty
     * @param cells at least one
     */
    public CompletableFuture<Void> multiPut(byte[] hashKey, List<Cell> cells, int ttlSeconds) {
        Target target = Target.ofHashKey(hashKey);
        requireSome("cells", cells);
        List<KeyValue> kvs = cells.stream()
                .map(cell -> new KeyValue().setKey(Blob.of(cell.sortKey())).setValue(Blob.of(cell.value())))
                .toList();
        MultiPutRequest request = new MultiPutRequest()
                .setHashKey(Blob.of(hashKey))
                .setKvs(kvs)
                .setExpireTsSeconds(calls.expireTs(ttlSeconds));
        Supplier<String> what = () -> "multi_put of " + cells.size() + " rows to " + calls.described(hashKey);
        CompletableFuture<UpdateResponse> reply = calls.write(DataRpcs.MULTI_PUT, request, target, what);
        return reply.thenAccept(done -> Calls.expectOk(what, done.getError(), done.getServer()));
    }

    /**
     * Removes all of these rows or none; those that do not exist do no harm.
     *
     * @param hashKey not empty
     * @param sortKeys at least one
     */
    public CompletableFuture<Void> multiRemove(byte[] hashKey, List<byte[]> sortKeys) {
        Target target = Target.ofHashKey(hashKey);
        requireSome("sort keys", sortKeys);
        MultiRemoveRequest request = new MultiRemoveRequest()
                .setHashKey(Blob.of(hashKey))
                .setSortKeys(sortKeys.stream().map(Blob::of).toList());
        Supplier<String> what = () -> "multi_remove of " + sortKeys.size() + " rows from " + calls.described(hashKey);
        return calls.write(DataRpcs.MULTI_REMOVE, request, target, what)
                .thenAccept(reply -> Calls.expectOk(what, reply.getError(), reply.getServer()));
    }

    /**
     * The rows of these sort keys, in this order, without those that do not exist.
     *
     * @param hashKey not empty
     */
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

    /**
     * The rows that the query describes, in the order of their sort keys, as far as one request reaches: the servers stop
     * after 3,000 rows, 30 MiB or 30 seconds, and say that the result is not complete. {@link MultiGetQuery#behind} goes on.
     *
     * @param hashKey not empty
     */
    public CompletableFuture<MultiGetResult> multiGet(byte[] hashKey, MultiGetQuery query) {
        return multiGet(hashKey, query.toRequest(hashKey));
    }

    /**
     * All rows that the query describes, in the order of their sort keys, with as many requests as that takes. The query's
     * limits are those of each request. Rows that are written meanwhile may be there or not.
     *
     * <p>Fails with {@code ERR_INCOMPLETE_DATA} if a filter hides all rows that one request may examine: a {@link #scan(byte[],
     * ScanOptions) scan} has no such limit.
     *
     * @param hashKey not empty
     */
    public CompletableFuture<List<Cell>> multiGetAll(byte[] hashKey, MultiGetQuery query) {
        return multiGetAll(hashKey, query, new ArrayDeque<>());
    }

    /** How many rows the hash key has. The hash key is not empty. */
    public CompletableFuture<Long> sortKeyCount(byte[] hashKey) {
        Supplier<String> what = () -> "sortkey_count of " + calls.described(hashKey);
        CompletableFuture<CountResponse> reply =
                calls.read(DataRpcs.SORTKEY_COUNT, Blob.of(hashKey), Target.ofHashKey(hashKey), what);
        return reply.thenApply(done -> {
            Calls.expectOk(what, done.getError(), done.getServer());
            if (done.getCount() < 0) {
                throw new ClientException(
                        ErrorCode.ERR_TIMEOUT, what.get() + ": the server's time limit was too short");
            }
            return done.getCount();
        });
    }

    /**
     * Removes the rows of a hash key that a scan with these options would read, and returns how many. Not in one step: after
     * a failure some are gone, and the same call goes on with the rest.
     *
     * @param hashKey not empty
     */
    public CompletableFuture<Long> removeRange(byte[] hashKey, ScanOptions which) {
        ScanOptions keys = which.keysOnly().batchRows(REMOVE_ROWS);
        return new RangeRemoval(calls, hashKey, cursor(hashKey, keys)).start();
    }

    /**
     * The values of rows of any partitions, each in the place of its key; empty where there is no such row. One request per
     * partition, and per 1,000 keys of it. Fails if one of them fails.
     */
    public CompletableFuture<List<Optional<byte[]>>> batchGet(List<RowKey> keys) {
        return calls.routing().thenCompose(snapshot -> new BatchGet(calls, keys).start(snapshot));
    }

    /**
     * Carries out an operation of this table for each item, many at a time and in no particular order, and returns the
     * outcomes in the order of the items. Does not fail itself.
     *
     * @param inFlightMax how many operations may be under way
     */
    public <I, T> CompletableFuture<List<Outcome<T>>> batch(
            List<? extends I> items, Function<? super I, CompletableFuture<T>> operation, int inFlightMax) {
        return Batch.<I, T>run(items, operation, inFlightMax);
    }

    /** The rows of one hash key, which is not empty. */
    public RowScan scan(byte[] hashKey, ScanOptions options) {
        return new RowScan(CompletableFuture.completedFuture(List.of(cursor(hashKey, options))));
    }

    /** The rows of all partitions, one partition after the other. */
    public RowScan scan(ScanOptions options) {
        options.ofPartition();
        return new RowScan(partitionCount()
                .thenApply(count -> IntStream.range(0, count)
                        .mapToObj(index -> cursor(index, options))
                        .toList()));
    }

    /** All rows of one partition. Fails if there is no such partition. */
    public RowScan scan(int partitionIndex, ScanOptions options) {
        return new RowScan(CompletableFuture.completedFuture(List.of(cursor(partitionIndex, options))));
    }

    /**
     * Scans that have the rows of all partitions together, each of them some of the partitions: for as many threads.
     *
     * @param scansMax at least 1; there are never more scans than partitions
     */
    public CompletableFuture<List<RowScan>> scans(int scansMax, ScanOptions options) {
        if (scansMax < 1) {
            throw new IllegalArgumentException(scansMax + " scans: expected at least 1");
        }
        options.ofPartition();
        return partitionCount().thenApply(count -> {
            int scans = Math.min(scansMax, count);
            return IntStream.range(0, scans)
                    .mapToObj(scan -> new RowScan(CompletableFuture.completedFuture(IntStream.range(0, count)
                            .filter(index -> index % scans == scan)
                            .mapToObj(index -> cursor(index, options))
                            .toList())))
                    .toList();
        });
    }

    /** How many rows of the hash key, which is not empty, a scan with these options would read; they are not sent. */
    public CompletableFuture<Long> count(byte[] hashKey, ScanOptions options) {
        return cursor(hashKey, options.countsOnly()).count();
    }

    /** How many rows of all partitions a scan with these options would read; they are not sent. Partitions count at once. */
    public CompletableFuture<Long> count(ScanOptions options) {
        ScanOptions counting = options.countsOnly();
        counting.ofPartition();
        return partitionCount().thenCompose(partitions -> {
            CompletableFuture<Long> sum = CompletableFuture.completedFuture(0L);
            for (int index = 0; index < partitions; index++) {
                sum = sum.thenCombine(cursor(index, counting).count(), Long::sum);
            }
            return sum;
        });
    }

    /** The number of partitions. */
    public CompletableFuture<Integer> partitionCount() {
        return calls.routing().thenApply(Routing.Snapshot::partitionCount);
    }

    /** The id of the app behind this table. */
    public CompletableFuture<Integer> appId() {
        return calls.routing().thenApply(Routing.Snapshot::appId);
    }

    private CompletableFuture<MultiGetResult> multiGet(byte[] hashKey, MultiGetRequest request) {
        Supplier<String> what = () -> "multi_get from " + calls.described(hashKey);
        return calls.read(DataRpcs.MULTI_GET, request, Target.ofHashKey(hashKey), what)
                .thenApply(done -> {
                    boolean complete = done.getError() != StorageStatus.INCOMPLETE;
                    if (complete) {
                        Calls.expectOk(what, done.getError(), done.getServer());
                    }
                    List<Cell> cells = done.getKvs().stream()
                            .map(kv ->
                                    new Cell(kv.getKey().bytes(), kv.getValue().bytes()))
                            .toList();
                    return new MultiGetResult(cells, complete);
                });
    }

    private CompletableFuture<List<Cell>> multiGetAll(byte[] hashKey, MultiGetQuery query, Deque<List<Cell>> before) {
        return multiGet(hashKey, query).thenCompose(result -> {
            if (query.isFromTheEnd()) {
                before.addFirst(result.cells());
            } else {
                before.addLast(result.cells());
            }
            if (result.complete()) {
                List<Cell> all = new ArrayList<>();
                before.forEach(all::addAll);
                return CompletableFuture.completedFuture(all);
            }
            if (result.cells().isEmpty()) {
                throw new ClientException(
                        ErrorCode.ERR_INCOMPLETE_DATA,
                        "multi_get from " + calls.described(hashKey)
                                + ": the filter hid all rows that one request may examine; use a scan");
            }
            return multiGetAll(hashKey, query.behind(result), before);
        });
    }

    private ScanCursor cursor(byte[] hashKey, ScanOptions options) {
        return new ScanCursor(
                calls, Target.ofHashKey(hashKey), options.ofHashKey(hashKey), "scan of " + calls.described(hashKey));
    }

    private ScanCursor cursor(int partitionIndex, ScanOptions options) {
        return new ScanCursor(
                calls,
                Target.ofPartition(partitionIndex),
                options.ofPartition(),
                "scan of partition " + partitionIndex + " of table '" + name() + "'");
    }

    private Mutate mutate(CellChange change) {
        Mutate mutate = new Mutate().setSortKey(Blob.of(change.sortKey()));
        return change instanceof CellChange.Put put
                ? mutate.setOperation(MutateOperation.MO_PUT)
                        .setValue(Blob.of(put.value()))
                        .setSetExpireTsSeconds(calls.expireTs(put.ttlSeconds()))
                : mutate.setOperation(MutateOperation.MO_DELETE);
    }

    private int expireTs(TtlChange ttl) {
        if (ttl instanceof TtlChange.Seconds seconds) {
            return calls.expireTs(seconds.seconds());
        }
        return ttl instanceof TtlChange.Keep ? KEEP_TTL : CLEAR_TTL;
    }

    private static CheckResult checked(
            Supplier<String> what, int error, String server, boolean hasValue, Blob checkValue) {
        boolean passed = error != StorageStatus.TRY_AGAIN;
        if (passed) {
            Calls.expectOk(what, error, server);
        }
        return new CheckResult(passed, hasValue ? Optional.of(checkValue.bytes()) : Optional.empty());
    }

    private static void requireSome(String what, List<?> list) {
        if (list.isEmpty()) {
            throw new IllegalArgumentException("no " + what + ": expected at least one");
        }
    }
}
