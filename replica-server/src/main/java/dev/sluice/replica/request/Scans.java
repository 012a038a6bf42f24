package dev.sluice.replica.request;

import dev.sluice.common.Gpid;
import dev.sluice.common.data.StoredKey;
import dev.sluice.common.data.StoredValue;
import dev.sluice.common.time.Clock;
import dev.sluice.replica.engine.Engine;
import dev.sluice.replica.engine.EngineSnapshot;
import dev.sluice.wire.Blob;
import dev.sluice.wire.data.GetScannerRequest;
import dev.sluice.wire.data.KeyValue;
import dev.sluice.wire.data.ScanResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Scans that clients have begun: each holds a snapshot and a place in it. One that nobody continued for five minutes ends; so
 * does one whose engine is no longer the replica's. Safe for use by several threads; one scan is continued by one at a time.
 */
final class Scans implements AutoCloseable {
    private static final int BATCH_MAX = 1_000;
    private static final long IDLE_MS_MAX = 300_000;
    private static final int CONTEXTS_MAX = 10_000;
    private static final long COMPLETED = -1;
    /** A batch ends early rather than being long under way. */
    private static final long BATCH_MS_MAX = 5_000;

    private final Clock clock;
    private final AtomicLong lastId;
    private final Map<Long, Context> contexts = new ConcurrentHashMap<>();

    Scans(Clock clock) {
        this.clock = clock;
        // Low half zero: the ids of two runs, or two servers, do not meet.
        this.lastId = new AtomicLong((clock.wallMs() & 0x3fffffffL) << 32);
    }

    ScanResponse open(Gpid gpid, Engine engine, GetScannerRequest request) {
        ScanResponse response = response(gpid);
        if (request.getHashKeyFilterType() == null || request.getSortKeyFilterType() == null) {
            return response.setError(StatusCode.INVALID_ARGUMENT);
        }
        KeyRange range = new KeyRange(
                request.getStartKey().bytes(),
                request.isStartInclusive(),
                request.getStopKey().bytes(),
                request.isStopInclusive());
        byte[] pattern = request.getHashKeyFilterPattern().bytes();
        KeyFilter hashFilter = new KeyFilter(request.getHashKeyFilterType(), pattern);
        if (hashFilter.isPrefix()) {
            range.startAtLeast(StoredKey.of(pattern, new byte[0]));
        }
        if (range.isEmpty()) {
            return response.setContextId(COMPLETED);
        }
        Context context = new Context(gpid, engine, request, range, hashFilter);
        return batch(context, response, BATCH_MAX);
    }

    ScanResponse goOn(Gpid gpid, Engine engine, long contextId) {
        Context context = contexts.remove(contextId);
        ScanResponse response = response(gpid);
        if (context == null) {
            return response.setError(StatusCode.NOT_FOUND);
        }
        if (context.engine != engine || !context.gpid.equals(gpid)) {
            context.close();
            return response.setError(StatusCode.NOT_FOUND);
        }
        return batch(context, response, context.batchSize);
    }

    void clear(long contextId) {
        Context context = contexts.remove(contextId);
        if (context != null) {
            context.close();
        }
    }

    /** Ends what nobody continues. */
    void expire() {
        for (Map.Entry<Long, Context> each : contexts.entrySet()) {
            if (clock.nowMs() - each.getValue().usedAtMs > IDLE_MS_MAX) {
                clear(each.getKey());
            }
        }
    }

    /** Ends the scans of one partition: its engine is about to be replaced. */
    void end(Gpid gpid) {
        for (Map.Entry<Long, Context> each : contexts.entrySet()) {
            if (each.getValue().gpid.equals(gpid)) {
                clear(each.getKey());
            }
        }
    }

    @Override
    public void close() {
        contexts.keySet().forEach(this::clear);
    }

    private ScanResponse batch(Context context, ScanResponse response, int examineMax) {
        List<KeyValue> found = new ArrayList<>();
        boolean more;
        try {
            more = context.read(found, examineMax, clock);
        } catch (RuntimeException e) {
            context.close();
            throw e;
        }
        response.setError(StatusCode.OK);
        if (context.request.isOnlyReturnCount()) {
            response.setKvCount(found.size());
        } else {
            response.setKvs(found);
        }
        if (!more || contexts.size() >= CONTEXTS_MAX) {
            context.close();
            return response.setContextId(more ? 0 : COMPLETED).setError(more ? StatusCode.INCOMPLETE : StatusCode.OK);
        }
        long id = lastId.incrementAndGet();
        context.usedAtMs = clock.nowMs();
        contexts.put(id, context);
        return response.setContextId(id);
    }

    private static ScanResponse response(Gpid gpid) {
        return new ScanResponse().setAppId(gpid.appId()).setPartitionIndex(gpid.partitionIndex());
    }

    /** One scan. */
    private static final class Context {
        private final Gpid gpid;
        private final Engine engine;
        private final GetScannerRequest request;
        private final KeyRange range;
        private final KeyFilter hashFilter;
        private final KeyFilter sortFilter;
        private final int batchSize;
        private final boolean oneHashKey;
        private final EngineSnapshot snapshot;
        private final EngineSnapshot.Cursor cursor;
        private volatile long usedAtMs;

        private Context(Gpid gpid, Engine engine, GetScannerRequest request, KeyRange range, KeyFilter hashFilter) {
            this.gpid = gpid;
            this.engine = engine;
            this.request = request;
            this.range = range;
            this.hashFilter = hashFilter;
            this.sortFilter = new KeyFilter(
                    request.getSortKeyFilterType(),
                    request.getSortKeyFilterPattern().bytes());
            this.batchSize = request.getBatchSize() > 0 ? Math.min(request.getBatchSize(), BATCH_MAX) : BATCH_MAX;
            byte[] start = request.getStartKey().bytes();
            boolean anyHashKey =
                    request.isFullScan() || !StoredKey.isValid(start) || StoredKey.hashKeyLength(start) == 0;
            this.oneHashKey = !anyHashKey;
            if (oneHashKey) {
                range.keepPrefix(StoredKey.of(StoredKey.hashKey(start), new byte[0]));
            }
            this.snapshot = engine.snapshot();
            this.cursor = snapshot.cursor();
            cursor.seek(range.start());
            if (cursor.isValid() && !range.beginsBefore(cursor.key())) {
                cursor.next();
            }
        }

        /** True if more may follow. */
        private boolean read(List<KeyValue> found, int examineMax, Clock clock) {
            long endMs = clock.nowMs() + BATCH_MS_MAX;
            int expiryNow = StoredValue.expiryNow(clock.wallMs());
            int examined = 0;
            while (cursor.isValid() && range.reachesTo(cursor.key())) {
                if (found.size() >= batchSize || examined >= examineMax || clock.nowMs() > endMs) {
                    return true;
                }
                examined++;
                KeyValue row = row(cursor.key(), cursor.value(), expiryNow);
                if (row != null) {
                    found.add(row);
                }
                cursor.next();
            }
            return false;
        }

        private @Nullable KeyValue row(byte[] key, byte[] value, int expiryNow) {
            int expiry = StoredValue.expireTsSeconds(value);
            if (!StoredKey.isValid(key)
                    || StoredValue.isExpired(expiry, expiryNow)
                    || !hashFilter.passes(StoredKey.hashKey(key))
                    || !sortFilter.passes(StoredKey.sortKey(key))) {
                return null;
            }
            KeyValue row = new KeyValue()
                    .setKey(Blob.of(key))
                    .setValue(Blob.of(request.isNoValue() ? new byte[0] : StoredValue.userData(value)));
            return request.isReturnExpireTs() ? row.setExpireTsSeconds(expiry) : row;
        }

        private synchronized void close() {
            cursor.close();
            snapshot.close();
        }
    }
}
