package dev.sluice.client;

import dev.sluice.common.HostPort;
import dev.sluice.common.data.StoredValue;
import dev.sluice.common.rpc.RequestHeader;
import dev.sluice.common.rpc.Rpc;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.thrift.TBase;

/** How the operations of one table reach its partitions, and read what the answers have in common. */
final class Calls {
    private static final int FOREVER = 0;
    /** How long a request without an answer may wait to be sent. */
    private static final int TELL_TIMEOUT_MS = 100;

    private final String table;
    private final PartitionCall.Context context;

    Calls(String table, PartitionCall.Context context) {
        this.table = table;
        this.context = context;
    }

    String table() {
        return table;
    }

    Calls withTimeoutMs(int timeoutMs) {
        return new Calls(table, context.withTimeoutMs(timeoutMs));
    }

    CompletableFuture<Routing.Snapshot> routing() {
        return context.routing().current();
    }

    /** Sends what reads. */
    <Q extends TBase<?, ?>, R extends TBase<?, ?>> CompletableFuture<R> read(
            Rpc<Q, R> code, Q request, Target target, Supplier<String> what) {
        return new PartitionCall<>(context, code, request, target, true, what).start();
    }

    /** Sends what puts or removes values: carried out twice it has the same result. */
    <Q extends TBase<?, ?>, R extends TBase<?, ?>> CompletableFuture<R> write(
            Rpc<Q, R> code, Q request, Target target, Supplier<String> what) {
        boolean again = context.options().repeatsUncertainWrites();
        return new PartitionCall<>(context, code, request, target, again, what).start();
    }

    /** Sends what must not be carried out twice: after an attempt whose end is not known none follows. */
    <Q extends TBase<?, ?>, R extends TBase<?, ?>> CompletableFuture<R> writeOnce(
            Rpc<Q, R> code, Q request, Target target, Supplier<String> what) {
        return new PartitionCall<>(context, code, request, target, false, what).start();
    }

    /** Sends without waiting for an answer, to where the partition was last. */
    <Q extends TBase<?, ?>, R extends TBase<?, ?>> void tell(Rpc<Q, R> code, Q request, Target target) {
        WhenDone.run(routing(), (snapshot, failure) -> {
            if (snapshot == null) {
                return;
            }
            Routing.Place place = snapshot.place(target.partitionIn(snapshot));
            HostPort primary = place.primary().orElse(null);
            if (primary != null) {
                RequestHeader header = RequestHeader.toPartition(place.gpid(), TELL_TIMEOUT_MS, target.hash());
                WhenDone.run(context.rpc().call(primary, code, header, request), (nothing, noAnswer) -> {});
            }
        });
    }

    /** Seconds since 2016 at which something ends that lasts that long from now; never for 0. */
    int expireTs(int ttlSeconds) {
        if (ttlSeconds < 0) {
            throw new IllegalArgumentException("ttl of " + ttlSeconds + " s: expected 0 for ever, or more");
        }
        return ttlSeconds == FOREVER
                ? StoredValue.NEVER
                : StoredValue.expiryNow(context.loop().wallMs()) + ttlSeconds;
    }

    String described(byte[] hashKey) {
        return "hash key '" + EscapedBytes.print(hashKey) + "' of table '" + table + "'";
    }

    String described(byte[] hashKey, byte[] sortKey) {
        return "row '" + EscapedBytes.print(hashKey) + "' : '" + EscapedBytes.print(sortKey) + "' of table '" + table
                + "'";
    }

    static void expectOk(Supplier<String> what, int storageStatus, String server) {
        if (storageStatus != StorageStatus.OK) {
            throw StorageStatus.failure(storageStatus, what.get() + " on " + server);
        }
    }
}
