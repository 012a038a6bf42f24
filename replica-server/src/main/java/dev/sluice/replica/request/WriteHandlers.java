package dev.sluice.replica.request;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.data.PartitionHash;
import dev.sluice.common.data.StoredKey;
import dev.sluice.common.data.StoredValue;
import dev.sluice.common.rpc.DataRpcs;
import dev.sluice.common.rpc.RequestHeader;
import dev.sluice.common.rpc.Responder;
import dev.sluice.common.rpc.RpcHandlers;
import dev.sluice.common.rpc.RpcHandlers.Access;
import dev.sluice.common.time.Clock;
import dev.sluice.replica.mutation.Change.RowChange;
import dev.sluice.replica.replica.Replica;
import dev.sluice.replica.replica.Replicas;
import dev.sluice.wire.Blob;
import dev.sluice.wire.data.KeyValue;
import dev.sluice.wire.data.MultiPutRequest;
import dev.sluice.wire.data.MultiRemoveRequest;
import dev.sluice.wire.data.MultiRemoveResponse;
import dev.sluice.wire.data.UpdateRequest;
import dev.sluice.wire.data.UpdateResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** put, remove, multi_put, multi_remove. */
final class WriteHandlers {
    private final Replicas replicas;
    private final Admission admission;
    private final Clock clock;
    private final String server;

    WriteHandlers(Replicas replicas, Admission admission, Clock clock, HostPort self) {
        this.replicas = replicas;
        this.admission = admission;
        this.clock = clock;
        this.server = self.toString();
    }

    void register(RpcHandlers handlers) {
        handlers.on(
                DataRpcs.PUT, Access.CLIENTS, (caller, header, request, responder) -> put(header, request, responder));
        handlers.on(
                DataRpcs.REMOVE,
                Access.CLIENTS,
                (caller, header, request, responder) -> remove(header, request, responder));
        handlers.on(
                DataRpcs.MULTI_PUT,
                Access.CLIENTS,
                (caller, header, request, responder) -> multiPut(header, request, responder));
        handlers.on(
                DataRpcs.MULTI_REMOVE,
                Access.CLIENTS,
                (caller, header, request, responder) -> multiRemove(header, request, responder));
    }

    private void put(RequestHeader header, UpdateRequest request, Responder<UpdateResponse> responder) {
        Replica replica = find(header, responder);
        if (replica == null) {
            return;
        }
        byte[] key = request.getKey().bytes();
        byte[] value = request.getValue().bytes();
        if (!StoredKey.isValid(key)) {
            responder.reply(update(replica.gpid(), StatusCode.INVALID_ARGUMENT, 0));
            return;
        }
        if (admitted(replica, key.length + value.length, PartitionHash.ofStoredKey(key), responder)) {
            RowChange row = new RowChange(key, stored(replica, request.getExpireTsSeconds(), value));
            write(replica, List.of(row), responder, decree -> update(replica.gpid(), StatusCode.OK, decree));
        }
    }

    private void remove(RequestHeader header, Blob request, Responder<UpdateResponse> responder) {
        Replica replica = find(header, responder);
        if (replica == null) {
            return;
        }
        byte[] key = request.bytes();
        if (!StoredKey.isValid(key)) {
            responder.reply(update(replica.gpid(), StatusCode.INVALID_ARGUMENT, 0));
            return;
        }
        if (admitted(replica, key.length, PartitionHash.ofStoredKey(key), responder)) {
            write(
                    replica,
                    List.of(new RowChange(key, null)),
                    responder,
                    decree -> update(replica.gpid(), StatusCode.OK, decree));
        }
    }

    private void multiPut(RequestHeader header, MultiPutRequest request, Responder<UpdateResponse> responder) {
        Replica replica = find(header, responder);
        if (replica == null) {
            return;
        }
        byte[] hashKey = request.getHashKey().bytes();
        long bytes = hashKey.length;
        for (KeyValue pair : request.getKvs()) {
            bytes += pair.getKey().bytes().length + pair.getValue().bytes().length;
        }
        if (!admitted(replica, bytes, PartitionHash.of(hashKey), responder)) {
            return;
        }
        if (request.getKvs().isEmpty() || hashKey.length > StoredKey.HASH_KEY_BYTES_MAX) {
            responder.reply(update(replica.gpid(), StatusCode.INVALID_ARGUMENT, 0));
            return;
        }
        List<RowChange> rows = new ArrayList<>();
        for (KeyValue pair : request.getKvs()) {
            rows.add(new RowChange(
                    StoredKey.of(hashKey, pair.getKey().bytes()),
                    stored(
                            replica,
                            request.getExpireTsSeconds(),
                            pair.getValue().bytes())));
        }
        write(replica, rows, responder, decree -> update(replica.gpid(), StatusCode.OK, decree));
    }

    private void multiRemove(
            RequestHeader header, MultiRemoveRequest request, Responder<MultiRemoveResponse> responder) {
        Replica replica = find(header, responder);
        if (replica == null) {
            return;
        }
        byte[] hashKey = request.getHashKey().bytes();
        long bytes = hashKey.length;
        for (Blob sortKey : request.getSortKeys()) {
            bytes += sortKey.bytes().length;
        }
        if (!admitted(replica, bytes, PartitionHash.of(hashKey), responder)) {
            return;
        }
        int count = request.getSortKeys().size();
        if (count == 0 || hashKey.length > StoredKey.HASH_KEY_BYTES_MAX) {
            responder.reply(removed(replica.gpid(), StatusCode.INVALID_ARGUMENT, 0, 0));
            return;
        }
        List<RowChange> rows = new ArrayList<>();
        for (Blob sortKey : request.getSortKeys()) {
            rows.add(new RowChange(StoredKey.of(hashKey, sortKey.bytes()), null));
        }
        write(replica, rows, responder, decree -> removed(replica.gpid(), StatusCode.OK, count, decree));
    }

    private @Nullable Replica find(RequestHeader header, Responder<?> responder) {
        Replica replica = replicas.find(header.gpid());
        if (replica == null) {
            responder.fail(ErrorCode.ERR_OBJECT_NOT_FOUND);
        }
        return replica;
    }

    private boolean admitted(Replica replica, long bytes, long keyHash, Responder<?> responder) {
        Admission.Verdict verdict = admission.ofWrite(replica.view(), replica.gpid(), bytes, keyHash);
        if (verdict != Admission.Verdict.SERVE && verdict != Admission.Verdict.SILENCE) {
            responder.fail(verdict.error());
        }
        return verdict == Admission.Verdict.SERVE;
    }

    private static <R> void write(
            Replica replica, List<RowChange> rows, Responder<R> responder, LongFunction<R> reply) {
        replica.write(rows, (decree, error) -> {
            if (decree == null) {
                responder.fail(error);
            } else {
                responder.reply(reply.apply(decree));
            }
        });
    }

    /** Expiry is decided here, once, on the primary's clock. */
    private byte[] stored(Replica replica, int expireTsSeconds, byte[] value) {
        long wallMs = clock.wallMs();
        int expiry = expireTsSeconds;
        if (expiry == StoredValue.NEVER) {
            int defaultTtl = Admission.defaultTtl(replica.view().app());
            expiry = defaultTtl == 0 ? StoredValue.NEVER : StoredValue.expiryNow(wallMs) + defaultTtl;
        }
        return StoredValue.of(expiry, StoredValue.timetagOf(wallMs * 1000), value);
    }

    private UpdateResponse update(Gpid gpid, int error, long decree) {
        return new UpdateResponse()
                .setError(error)
                .setAppId(gpid.appId())
                .setPartitionIndex(gpid.partitionIndex())
                .setDecree(decree)
                .setServer(server);
    }

    private MultiRemoveResponse removed(Gpid gpid, int error, long count, long decree) {
        return new MultiRemoveResponse()
                .setError(error)
                .setCount(count)
                .setAppId(gpid.appId())
                .setPartitionIndex(gpid.partitionIndex())
                .setDecree(decree)
                .setServer(server);
    }
}
