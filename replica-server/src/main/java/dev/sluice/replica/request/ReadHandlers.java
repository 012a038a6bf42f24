package dev.sluice.replica.request;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.data.StoredKey;
import dev.sluice.common.data.StoredValue;
import dev.sluice.common.metrics.LatencyMeter;
import dev.sluice.common.rpc.Caller;
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
import dev.sluice.wire.Blob;
import dev.sluice.wire.data.BatchGetRequest;
import dev.sluice.wire.data.BatchGetResponse;
import dev.sluice.wire.data.CountResponse;
import dev.sluice.wire.data.FullData;
import dev.sluice.wire.data.FullKey;
import dev.sluice.wire.data.KeyValue;
import dev.sluice.wire.data.MultiGetRequest;
import dev.sluice.wire.data.MultiGetResponse;
import dev.sluice.wire.data.ReadResponse;
import dev.sluice.wire.data.ScanResponse;
import dev.sluice.wire.data.TtlResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.apache.thrift.TBase;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** get, ttl, multi_get, batch_get, sortkey_count and scans. */
final class ReadHandlers {
    private static final Logger LOG = LoggerFactory.getLogger(ReadHandlers.class);
    private static final int ROWS_BETWEEN_LOOKS_AT_THE_CLOCK = 256;

    private final Gates gates;
    private final Admission admission;
    private final Clock clock;
    private final String server;
    private final Executor reads;
    private final ReadLimits limits;
    private final Scans scans;
    private final LatencyMeter latency;
    private final SlowQueries slowQueries = new SlowQueries();

    ReadHandlers(
            Gates gates,
            Admission admission,
            Clock clock,
            HostPort self,
            Executor reads,
            ReadLimits limits,
            Scans scans,
            LatencyMeter latency) {
        this.gates = gates;
        this.admission = admission;
        this.clock = clock;
        this.server = self.toString();
        this.reads = reads;
        this.limits = limits;
        this.scans = scans;
        this.latency = latency;
    }

    /** Reads one reply from a replica. */
    private interface Reading<Q, R> {
        R read(Replica replica, Engine engine, AppRules rules, Q request);

        /** The reply if it can be given without the disk; null if not. */
        default @Nullable R readFromMemory(Replica replica, Engine engine, AppRules rules, Q request) {
            return null;
        }
    }

    /** Reads the row of one stored key. A row that is in memory is read at once: to hand it to a pool costs more. */
    private interface RowReading<R> extends Reading<Blob, R> {
        R reply(Replica replica, AppRules rules, byte @Nullable [] stored);

        @Override
        default R read(Replica replica, Engine engine, AppRules rules, Blob key) {
            return reply(replica, rules, engine.get(key.bytes()));
        }

        @Override
        default @Nullable R readFromMemory(Replica replica, Engine engine, AppRules rules, Blob key) {
            byte[] stored = engine.getFromMemory(key.bytes());
            return stored == Engine.NOT_IN_MEMORY ? null : reply(replica, rules, stored);
        }
    }

    /**
     * A read on its way.
     *
     * @param isForeground of rows that the client named; others read as much as they like, so that their time says nothing
     */
    private record Read<Q extends TBase<?, ?>, R extends TBase<?, ?>>(
            Rpc<Q, R> rpc,
            Reading<Q, R> reading,
            ToLongFunction<R> bytesOf,
            boolean isForeground,
            Replica replica,
            Gate gate,
            Caller caller,
            RequestHeader header,
            Q request,
            Responder<R> responder) {}

    void register(RpcHandlers handlers) {
        onRow(handlers, DataRpcs.GET, this::get, reply -> reply.getValue().bytes().length);
        onRow(handlers, DataRpcs.TTL, this::ttl, reply -> 0);
        on(handlers, DataRpcs.SORTKEY_COUNT, this::sortKeyCount, reply -> 0, false);
        on(
                handlers,
                DataRpcs.BATCH_GET,
                this::batchGet,
                reply -> reply.getData().stream()
                        .mapToLong(row -> row.getValue().bytes().length)
                        .sum(),
                true);
        on(handlers, DataRpcs.MULTI_GET, this::multiGet, reply -> bytesOf(reply.getKvs()), true);
        on(
                handlers,
                DataRpcs.GET_SCANNER,
                (replica, engine, rules, request) -> named(scans.open(replica.gpid(), engine, rules, request)),
                reply -> bytesOf(reply.getKvs()),
                false);
        on(
                handlers,
                DataRpcs.SCAN,
                (replica, engine, rules, request) ->
                        named(scans.goOn(replica.gpid(), engine, rules, request.getContextId())),
                reply -> bytesOf(reply.getKvs()),
                false);
        handlers.onOneWay(
                DataRpcs.CLEAR_SCANNER,
                Access.CLIENTS,
                (caller, header, request, responder) -> reads.execute(() -> scans.clear(request.number())));
    }

    private <R extends TBase<?, ?>> void onRow(
            RpcHandlers handlers, Rpc<Blob, R> rpc, RowReading<R> reading, ToLongFunction<R> bytesOf) {
        on(handlers, rpc, reading, bytesOf, true);
    }

    private <Q extends TBase<?, ?>, R extends TBase<?, ?>> void on(
            RpcHandlers handlers,
            Rpc<Q, R> rpc,
            Reading<Q, R> reading,
            ToLongFunction<R> bytesOf,
            boolean isForeground) {
        handlers.on(rpc, Access.CLIENTS, (caller, header, request, responder) -> {
            Replica replica = gates.find(header.gpid(), responder);
            if (replica == null) {
                return;
            }
            Gate gate = gates.of(replica);
            Admission.Verdict verdict = admission.ofRead(replica.view(), gate.rules(), header);
            if (verdict == Admission.Verdict.SERVE) {
                var read = new Read<>(
                        rpc, reading, bytesOf, isForeground, replica, gate, caller, header, request, responder);
                gates.pass(
                        replica,
                        gate.ofRead(header, clock.nowMs()),
                        responder,
                        header.backupRequest(),
                        () -> begin(read));
            } else if (verdict != Admission.Verdict.SILENCE) {
                responder.fail(verdict.error());
            }
        });
    }

    private <Q extends TBase<?, ?>, R extends TBase<?, ?>> void begin(Read<Q, R> read) {
        // Behind the gate: there a read waits because its app is throttled, not because the node is slow.
        long beganNanos = clock.nowNanos();
        if (!admission.serves(read.replica().view(), read.header().backupRequest())) {
            read.responder().fail(ErrorCode.ERR_INVALID_STATE);
        } else if (read.gate().readBytes().isLimited()
                && read.gate().readBytes().isExhausted(clock.nowMs())) {
            read.responder().fail(ErrorCode.ERR_BUSY);
        } else if (!perform(read, beganNanos, true)) {
            try {
                reads.execute(() -> perform(read, beganNanos, false));
            } catch (RejectedExecutionException e) {
                read.responder().fail(ErrorCode.ERR_BUSY);
            }
        }
    }

    /** False if the memory alone was to be asked and could not tell: nothing is answered then. */
    private <Q extends TBase<?, ?>, R extends TBase<?, ?>> boolean perform(
            Read<Q, R> read, long beganNanos, boolean fromMemory) {
        Replica replica = read.replica();
        long onThreadNanos = fromMemory ? beganNanos : clock.nowNanos();
        ReplicaView before = replica.view();
        AppRules rules = read.gate().rules();
        @Nullable R reply;
        try {
            reply = fromMemory
                    ? read.reading().readFromMemory(replica, replica.engine(), rules, read.request())
                    : read.reading().read(replica, replica.engine(), rules, read.request());
        } catch (EngineException e) {
            // A checkpoint may have replaced the engine under the read; if it is damage, the replica finds it as well.
            LOG.warn("{}: a read failed", replica.gpid(), e);
            read.responder().fail(ErrorCode.ERR_INVALID_STATE);
            return true;
        } catch (IllegalArgumentException e) {
            LOG.info("{} of {} from {}: {}", read.rpc(), replica.gpid(), read.caller(), e.getMessage());
            read.responder().fail(ErrorCode.ERR_INVALID_DATA);
            return true;
        } catch (RuntimeException e) {
            LOG.error("{} of {} from {} failed", read.rpc(), replica.gpid(), read.caller(), e);
            read.responder().fail(ErrorCode.ERR_UNKNOWN);
            return true;
        }
        if (reply == null) {
            return false;
        }
        if (read.gate().readBytes().isLimited()) {
            read.gate().readBytes().take(read.bytesOf().applyAsLong(reply));
        }
        boolean backup = read.header().backupRequest();
        ReplicaView now = replica.view();
        // A secondary that became primary meanwhile may have been read before it had all.
        if (before.role() == now.role() && admission.serves(now, backup)) {
            read.responder().reply(reply);
        } else {
            read.responder().fail(ErrorCode.ERR_INVALID_STATE);
        }
        long slowMs = limits.slowQueryMs(rules);
        long endedNanos = clock.nowNanos();
        if (read.isForeground()) {
            latency.record(endedNanos - beganNanos, TimeUnit.NANOSECONDS);
        }
        long tookMs = TimeUnit.NANOSECONDS.toMillis(endedNanos - onThreadNanos);
        if (slowMs > 0 && tookMs > slowMs) {
            slowQueries.on(read.rpc().taskCode(), replica.gpid(), read.caller().remote(), tookMs, clock.nowMs());
        }
        return true;
    }

    private ReadResponse get(Replica replica, AppRules rules, byte @Nullable [] stored) {
        Gpid gpid = replica.gpid();
        byte[] value = rules.values().live(stored, clock.wallMs());
        return new ReadResponse()
                .setError(value == null ? StatusCode.NOT_FOUND : StatusCode.OK)
                .setValue(Blob.of(value == null ? new byte[0] : rules.values().userData(value)))
                .setAppId(gpid.appId())
                .setPartitionIndex(gpid.partitionIndex())
                .setServer(server);
    }

    private TtlResponse ttl(Replica replica, AppRules rules, byte @Nullable [] stored) {
        Gpid gpid = replica.gpid();
        long wallMs = clock.wallMs();
        byte[] value = rules.values().live(stored, wallMs);
        int seconds = 0;
        if (value != null) {
            int expiry = rules.values().expireTsSeconds(value);
            seconds = expiry == StoredValue.NEVER ? -1 : expiry - StoredValue.expiryNow(wallMs);
        }
        return new TtlResponse()
                .setError(value == null ? StatusCode.NOT_FOUND : StatusCode.OK)
                .setTtlSeconds(seconds)
                .setAppId(gpid.appId())
                .setPartitionIndex(gpid.partitionIndex())
                .setServer(server);
    }

    private CountResponse sortKeyCount(Replica replica, Engine engine, AppRules rules, Blob hashKey) {
        Gpid gpid = replica.gpid();
        CountResponse response = new CountResponse()
                .setError(StatusCode.OK)
                .setAppId(gpid.appId())
                .setPartitionIndex(gpid.partitionIndex())
                .setServer(server);
        if (hashKey.bytes().length > StoredKey.HASH_KEY_BYTES_MAX) {
            return response.setError(StatusCode.INVALID_ARGUMENT);
        }
        byte[] prefix = StoredKey.of(hashKey.bytes(), new byte[0]);
        KeyRange range = new KeyRange(prefix, true, StoredKey.after(prefix), false);
        Deadline deadline = Deadline.after(limits.iterationMs(rules), clock);
        long wallMs = clock.wallMs();
        long count = 0;
        int examined = 0;
        try (EngineSnapshot snapshot = engine.snapshot();
                EngineSnapshot.Cursor cursor = snapshot.cursor()) {
            for (cursor.seek(range.start()); cursor.isValid() && range.reachesTo(cursor.key()); cursor.next()) {
                if (rules.values().live(cursor.value(), wallMs) != null) {
                    count++;
                }
                if (++examined % ROWS_BETWEEN_LOOKS_AT_THE_CLOCK == 0 && deadline.isOver()) {
                    return response.setCount(-1);
                }
            }
        }
        return response.setCount(count);
    }

    private BatchGetResponse batchGet(Replica replica, Engine engine, AppRules rules, BatchGetRequest request) {
        Gpid gpid = replica.gpid();
        List<FullData> found = new ArrayList<>();
        long wallMs = clock.wallMs();
        try (EngineSnapshot snapshot = engine.snapshot()) {
            for (FullKey key : request.getKeys()) {
                byte[] value = rules.values()
                        .live(
                                snapshot.get(StoredKey.of(
                                        key.getHashKey().bytes(),
                                        key.getSortKey().bytes())),
                                wallMs);
                if (value != null) {
                    found.add(new FullData(
                            key.getHashKey(),
                            key.getSortKey(),
                            Blob.of(rules.values().userData(value))));
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

    private MultiGetResponse multiGet(Replica replica, Engine engine, AppRules rules, MultiGetRequest request) {
        Gpid gpid = replica.gpid();
        try (EngineSnapshot snapshot = engine.snapshot()) {
            return new MultiGet(request, rules, limits, clock)
                    .run(snapshot)
                    .setAppId(gpid.appId())
                    .setPartitionIndex(gpid.partitionIndex())
                    .setServer(server);
        }
    }

    private ScanResponse named(ScanResponse response) {
        return response.setServer(server);
    }

    private static long bytesOf(List<KeyValue> rows) {
        long bytes = 0;
        for (KeyValue row : rows) {
            bytes += row.getKey().bytes().length + row.getValue().bytes().length;
        }
        return bytes;
    }
}
