package dev.sluice.replica.request;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.data.StoredKey;
import dev.sluice.common.data.StoredValue;
import dev.sluice.common.rpc.DataRpcs;
import dev.sluice.common.rpc.RequestHeader;
import dev.sluice.common.rpc.Responder;
import dev.sluice.common.rpc.Rpc;
import dev.sluice.common.rpc.RpcHandlers;
import dev.sluice.common.rpc.RpcHandlers.Access;
import dev.sluice.common.time.Clock;
import dev.sluice.replica.engine.Engine;
import dev.sluice.replica.engine.EngineException;
import dev.sluice.replica.engine.EngineSnapshot;
import dev.sluice.replica.replica.Replica;
import dev.sluice.replica.replica.ReplicaView;
import dev.sluice.replica.replica.Replicas;
import dev.sluice.wire.Blob;
import dev.sluice.wire.data.BatchGetRequest;
import dev.sluice.wire.data.BatchGetResponse;
import dev.sluice.wire.data.CountResponse;
import dev.sluice.wire.data.FullData;
import dev.sluice.wire.data.FullKey;
import dev.sluice.wire.data.ReadResponse;
import dev.sluice.wire.data.TtlResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.apache.thrift.TBase;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** get, ttl, multi_get, batch_get, sortkey_count and scans. */
final class ReadHandlers {
    private static final Logger LOG = LoggerFactory.getLogger(ReadHandlers.class);

    private final Replicas replicas;
    private final Admission admission;
    private final Clock clock;
    private final String server;
    private final Executor reads;
    private final Scans scans;

    ReadHandlers(Replicas replicas, Admission admission, Clock clock, HostPort self, Executor reads, Scans scans) {
        this.replicas = replicas;
        this.admission = admission;
        this.clock = clock;
        this.server = self.toString();
        this.reads = reads;
        this.scans = scans;
    }

    /** Reads one reply from a replica. */
    private interface Reading<Q, R> {
        R read(Replica replica, Engine engine, Q request);
    }

    void register(RpcHandlers handlers) {
        on(handlers, DataRpcs.GET, this::get);
        on(handlers, DataRpcs.TTL, this::ttl);
        on(handlers, DataRpcs.SORTKEY_COUNT, this::sortKeyCount);
        on(handlers, DataRpcs.BATCH_GET, this::batchGet);
        on(handlers, DataRpcs.MULTI_GET, (replica, engine, request) -> {
            try (EngineSnapshot snapshot = engine.snapshot()) {
                return new MultiGet(request, clock)
                        .run(snapshot)
                        .setAppId(replica.gpid().appId())
                        .setPartitionIndex(replica.gpid().partitionIndex())
                        .setServer(server);
            }
        });
        on(
                handlers,
                DataRpcs.GET_SCANNER,
                (replica, engine, request) ->
                        scans.open(replica.gpid(), engine, request).setServer(server));
        on(
                handlers,
                DataRpcs.SCAN,
                (replica, engine, request) -> scans.goOn(replica.gpid(), engine, request.getContextId())
                        .setServer(server));
        handlers.onOneWay(
                DataRpcs.CLEAR_SCANNER,
                Access.CLIENTS,
                (caller, header, request, responder) -> reads.execute(() -> scans.clear(request.number())));
    }

    private <Q extends TBase<?, ?>, R extends TBase<?, ?>> void on(
            RpcHandlers handlers, Rpc<Q, R> rpc, Reading<Q, R> reading) {
        handlers.on(rpc, Access.CLIENTS, (caller, header, request, responder) -> {
            Replica replica = replicas.find(header.gpid());
            if (replica == null) {
                responder.fail(ErrorCode.ERR_OBJECT_NOT_FOUND);
                return;
            }
            Admission.Verdict verdict = admission.ofRead(replica.view(), header.backupRequest());
            if (verdict == Admission.Verdict.SILENCE) {
                return;
            }
            if (verdict != Admission.Verdict.SERVE) {
                responder.fail(verdict.error());
                return;
            }
            try {
                reads.execute(() -> read(replica, header, request, responder, reading));
            } catch (RejectedExecutionException e) {
                responder.fail(ErrorCode.ERR_BUSY);
            }
        });
    }

    private <Q, R> void read(
            Replica replica, RequestHeader header, Q request, Responder<R> responder, Reading<Q, R> reading) {
        ReplicaView before = replica.view();
        R reply;
        try {
            reply = reading.read(replica, replica.engine(), request);
        } catch (EngineException e) {
            // A checkpoint may have replaced the engine under the read; if it is damage, the replica finds it as well.
            LOG.warn("{}: a read failed", replica.gpid(), e);
            responder.fail(ErrorCode.ERR_INVALID_STATE);
            return;
        }
        if (admission.stillServes(before, replica.view(), header.backupRequest())) {
            responder.reply(reply);
        } else {
            responder.fail(ErrorCode.ERR_INVALID_STATE);
        }
    }

    private ReadResponse get(Replica replica, Engine engine, Blob key) {
        Gpid gpid = replica.gpid();
        byte[] value = live(engine.get(key.bytes()));
        return new ReadResponse()
                .setError(value == null ? StatusCode.NOT_FOUND : StatusCode.OK)
                .setValue(Blob.of(value == null ? new byte[0] : StoredValue.userData(value)))
                .setAppId(gpid.appId())
                .setPartitionIndex(gpid.partitionIndex())
                .setServer(server);
    }

    private TtlResponse ttl(Replica replica, Engine engine, Blob key) {
        Gpid gpid = replica.gpid();
        byte[] value = live(engine.get(key.bytes()));
        int seconds = 0;
        if (value != null) {
            int expiry = StoredValue.expireTsSeconds(value);
            seconds = expiry == StoredValue.NEVER ? -1 : expiry - StoredValue.expiryNow(clock.wallMs());
        }
        return new TtlResponse()
                .setError(value == null ? StatusCode.NOT_FOUND : StatusCode.OK)
                .setTtlSeconds(seconds)
                .setAppId(gpid.appId())
                .setPartitionIndex(gpid.partitionIndex())
                .setServer(server);
    }

    private CountResponse sortKeyCount(Replica replica, Engine engine, Blob hashKey) {
        Gpid gpid = replica.gpid();
        byte[] prefix = StoredKey.of(hashKey.bytes(), new byte[0]);
        KeyRange range = new KeyRange(prefix, true, StoredKey.after(prefix), false);
        long count = 0;
        try (EngineSnapshot snapshot = engine.snapshot();
                EngineSnapshot.Cursor cursor = snapshot.cursor()) {
            for (cursor.seek(range.start()); cursor.isValid() && range.reachesTo(cursor.key()); cursor.next()) {
                if (live(cursor.value()) != null) {
                    count++;
                }
            }
        }
        return new CountResponse()
                .setError(StatusCode.OK)
                .setCount(count)
                .setAppId(gpid.appId())
                .setPartitionIndex(gpid.partitionIndex())
                .setServer(server);
    }

    private BatchGetResponse batchGet(Replica replica, Engine engine, BatchGetRequest request) {
        Gpid gpid = replica.gpid();
        List<FullData> found = new ArrayList<>();
        try (EngineSnapshot snapshot = engine.snapshot()) {
            for (FullKey key : request.getKeys()) {
                byte[] value = live(snapshot.get(
                        StoredKey.of(key.getHashKey().bytes(), key.getSortKey().bytes())));
                if (value != null) {
                    found.add(new FullData(key.getHashKey(), key.getSortKey(), Blob.of(StoredValue.userData(value))));
                }
            }
        }
        return new BatchGetResponse()
                .setError(request.getKeys().isEmpty() ? StatusCode.INVALID_ARGUMENT : StatusCode.OK)
                .setData(found)
                .setAppId(gpid.appId())
                .setPartitionIndex(gpid.partitionIndex())
                .setServer(server);
    }

    private byte @Nullable [] live(byte @Nullable [] value) {
        boolean there = value != null
                && !StoredValue.isExpired(StoredValue.expireTsSeconds(value), StoredValue.expiryNow(clock.wallMs()));
        return there ? value : null;
    }
}
