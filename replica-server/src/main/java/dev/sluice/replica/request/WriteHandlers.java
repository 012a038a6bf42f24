package dev.sluice.replica.request;

import dev.sluice.common.HostPort;
import dev.sluice.common.data.PartitionHash;
import dev.sluice.common.data.StoredKey;
import dev.sluice.common.rpc.DataRpcs;
import dev.sluice.common.rpc.Responder;
import dev.sluice.common.rpc.Rpc;
import dev.sluice.common.rpc.RpcHandlers;
import dev.sluice.common.rpc.RpcHandlers.Access;
import dev.sluice.common.time.Clock;
import dev.sluice.replica.mutation.Change.RowChange;
import dev.sluice.replica.replica.Replica;
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
import java.util.function.ToLongFunction;
import org.apache.thrift.TBase;

/** Writes: admission for all of them, and those whose rows are known at once: put, remove, multi_put, multi_remove. */
final class WriteHandlers {
    /** Decree in the reply to a write that never came to the log. */
    static final long NO_DECREE = -1;

    private final Gates gates;
    private final Admission admission;
    private final Clock clock;
    private final String server;

    WriteHandlers(Gates gates, Admission admission, Clock clock, HostPort self) {
        this.gates = gates;
        this.admission = admission;
        this.clock = clock;
        this.server = self.toString();
    }

    /** Does one write that was admitted. */
    interface Writing<Q, R> {
        void write(Replica replica, AppRules rules, Q request, Responder<R> responder);
    }

    void register(RpcHandlers handlers) {
        on(handlers, DataRpcs.PUT, request -> hashOf(request.getKey()), this::put);
        on(handlers, DataRpcs.REMOVE, WriteHandlers::hashOf, this::remove);
        on(
                handlers,
                DataRpcs.MULTI_PUT,
                request -> PartitionHash.of(request.getHashKey().bytes()),
                this::multiPut);
        on(
                handlers,
                DataRpcs.MULTI_REMOVE,
                request -> PartitionHash.of(request.getHashKey().bytes()),
                this::multiRemove);
    }

    /** Answers {@code rpc} once it is admitted. */
    <Q extends TBase<?, ?>, R extends TBase<?, ?>> void on(
            RpcHandlers handlers, Rpc<Q, R> rpc, ToLongFunction<Q> keyHash, Writing<Q, R> writing) {
        handlers.on(rpc, Access.CLIENTS, (caller, header, request, responder) -> {
            Replica replica = gates.find(header.gpid(), responder);
            if (replica == null) {
                return;
            }
            Gate gate = gates.of(replica);
            Admission.Verdict verdict =
                    admission.ofWrite(replica.view(), gate.rules(), header, keyHash.applyAsLong(request));
            if (verdict == Admission.Verdict.SERVE) {
                gates.pass(
                        replica,
                        gate.ofWrite(header, clock.nowMs()),
                        responder,
                        false,
                        () -> writing.write(replica, gate.rules(), request, responder));
            } else if (verdict != Admission.Verdict.SILENCE) {
                responder.fail(verdict.error());
            }
        });
    }

    /** Hash of a stored key; of bytes that are none, whatever: no partition has them. */
    static long hashOf(Blob storedKey) {
        byte[] key = storedKey.bytes();
        return StoredKey.isValid(key) ? PartitionHash.ofStoredKey(key) : 0;
    }

    private void put(Replica replica, AppRules rules, UpdateRequest request, Responder<UpdateResponse> responder) {
        byte[] key = request.getKey().bytes();
        if (!StoredKey.isValid(key)) {
            responder.reply(update(replica, StatusCode.INVALID_ARGUMENT, NO_DECREE));
            return;
        }
        byte[] stored = rules.values()
                .stored(request.getExpireTsSeconds(), request.getValue().bytes(), clock.wallMs());
        write(
                replica,
                List.of(new RowChange(key, stored)),
                responder,
                decree -> update(replica, StatusCode.OK, decree));
    }

    private void remove(Replica replica, AppRules rules, Blob request, Responder<UpdateResponse> responder) {
        if (!StoredKey.isValid(request.bytes())) {
            responder.reply(update(replica, StatusCode.INVALID_ARGUMENT, NO_DECREE));
            return;
        }
        write(
                replica,
                List.of(new RowChange(request.bytes(), null)),
                responder,
                decree -> update(replica, StatusCode.OK, decree));
    }

    private void multiPut(
            Replica replica, AppRules rules, MultiPutRequest request, Responder<UpdateResponse> responder) {
        byte[] hashKey = request.getHashKey().bytes();
        if (request.getKvs().isEmpty() || hashKey.length > StoredKey.HASH_KEY_BYTES_MAX) {
            responder.reply(update(replica, StatusCode.INVALID_ARGUMENT, NO_DECREE));
            return;
        }
        long wallMs = clock.wallMs();
        List<RowChange> rows = new ArrayList<>(request.getKvs().size());
        for (KeyValue pair : request.getKvs()) {
            byte[] value = pair.getValue().bytes();
            rows.add(new RowChange(
                    StoredKey.of(hashKey, pair.getKey().bytes()),
                    rules.values().stored(request.getExpireTsSeconds(), value, wallMs)));
        }
        write(replica, rows, responder, decree -> update(replica, StatusCode.OK, decree));
    }

    private void multiRemove(
            Replica replica, AppRules rules, MultiRemoveRequest request, Responder<MultiRemoveResponse> responder) {
        byte[] hashKey = request.getHashKey().bytes();
        int count = request.getSortKeys().size();
        if (count == 0 || hashKey.length > StoredKey.HASH_KEY_BYTES_MAX) {
            responder.reply(removed(replica, StatusCode.INVALID_ARGUMENT, 0, NO_DECREE));
            return;
        }
        List<RowChange> rows = new ArrayList<>(count);
        for (Blob sortKey : request.getSortKeys()) {
            rows.add(new RowChange(StoredKey.of(hashKey, sortKey.bytes()), null));
        }
        write(replica, rows, responder, decree -> removed(replica, StatusCode.OK, count, decree));
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

    private UpdateResponse update(Replica replica, int error, long decree) {
        return new UpdateResponse()
                .setError(error)
                .setAppId(replica.gpid().appId())
                .setPartitionIndex(replica.gpid().partitionIndex())
                .setDecree(decree)
                .setServer(server);
    }

    private MultiRemoveResponse removed(Replica replica, int error, long count, long decree) {
        return new MultiRemoveResponse()
                .setError(error)
                .setCount(count)
                .setAppId(replica.gpid().appId())
                .setPartitionIndex(replica.gpid().partitionIndex())
                .setDecree(decree)
                .setServer(server);
    }
}
