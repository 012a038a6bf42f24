package dev.sluice.replica.request;

import dev.sluice.common.Gpid;
import dev.sluice.common.data.PartitionHash;
import dev.sluice.common.data.StoredKey;
import dev.sluice.common.time.Clock;
import dev.sluice.replica.engine.Engine;
import dev.sluice.replica.engine.EngineSnapshot;
import dev.sluice.wire.Blob;
import dev.sluice.wire.data.GetScannerRequest;
import dev.sluice.wire.data.KeyValue;
import dev.sluice.wire.data.ScanResponse;
import java.util.ArrayList;
import java.util.Comparator;
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
    private static final long IDLE_MS_MAX = 300_000;
    private static final int CONTEXTS_MAX = 10_000;
    private static final long COMPLETED = -1;
    /** A batch ends early rather than being long under way: its client goes on with the next one. */
    private static final long BATCH_MS_MAX = 5_000;

    private static final long BATCH_BYTES_MAX = 16L << 20;
    private static final int ROWS_BETWEEN_LOOKS_AT_THE_CLOCK = 64;

    private final Clock clock;
    private final ReadLimits limits;
    private final AtomicLong lastId;
    private final Map<Long, Context> contexts = new ConcurrentHashMap<>();

    Scans(Clock clock, ReadLimits limits) {
        this.clock = clock;
        this.limits = limits;
        // Low half zero: the ids of two runs, or two servers, do not meet.
        this.lastId = new AtomicLong((clock.wallMs() & 0x3fffffffL) << 32);
    }

    ScanResponse open(Gpid gpid, Engine engine, AppRules rules, GetScannerRequest request) {
        ScanResponse response = response(gpid);
        byte[] pattern = request.getHashKeyFilterPattern().bytes();
        if (request.getHashKeyFilterType() == null
                || request.getSortKeyFilterType() == null
                || pattern.length > StoredKey.HASH_KEY_BYTES_MAX) {
            return response.setError(StatusCode.INVALID_ARGUMENT);
        }
        KeyRange range = new KeyRange(
                request.getStartKey().bytes(),
                request.isStartInclusive(),
                request.getStopKey().bytes(),
                request.isStopInclusive());
        KeyFilter hashFilter = new KeyFilter(request.getHashKeyFilterType(), pattern);
        if (hashFilter.isPrefix()) {
            range.startAtLeast(StoredKey.of(pattern, new byte[0]));
        }
        if (range.isEmpty()) {
            return response.setContextId(COMPLETED);
        }
        Context context = new Context(gpid, engine, rules, request, range, hashFilter, limits.scanRecordsMax());
        return batch(context, response, rules, limits.scanRecordsMax());
    }

    ScanResponse goOn(Gpid gpid, Engine engine, AppRules rules, long contextId) {
        Context context = contexts.remove(contextId);
        ScanResponse response = response(gpid);
        if (context == null) {
            return response.setError(StatusCode.NOT_FOUND);
        }
        if (context.engine != engine || !context.gpid.equals(gpid)) {
            context.close();
            return response.setError(StatusCode.NOT_FOUND);
        }
        return batch(context, response, rules, context.batchSize);
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

    private ScanResponse batch(Context context, ScanResponse response, AppRules rules, int examineMax) {
        long limitMs = limits.iterationMs(rules);
        Deadline deadline = Deadline.after(limitMs == 0 ? BATCH_MS_MAX : Math.min(limitMs, BATCH_MS_MAX), clock);
        Batch batch = new Batch(context.countsOnly());
        boolean more;
        try {
            more = context.read(batch, examineMax, deadline, clock.wallMs());
        } catch (RuntimeException e) {
            context.close();
            throw e;
        }
        response.setError(StatusCode.OK).setKvs(batch.rows);
        if (context.countsOnly()) {
            response.setKvCount(batch.count);
        }
        if (!more) {
            context.close();
            return response.setContextId(COMPLETED);
        }
        if (contexts.size() >= CONTEXTS_MAX) {
            endLongestUnused();
        }
        long id = lastId.incrementAndGet();
        context.usedAtMs = clock.nowMs();
        contexts.put(id, context);
        return response.setContextId(id);
    }

    /** Whoever goes on with it finds no context and opens a new scan. */
    private void endLongestUnused() {
        contexts.entrySet().stream()
                .min(Comparator.comparingLong(each -> each.getValue().usedAtMs))
                .ifPresent(each -> clear(each.getKey()));
    }

    private static ScanResponse response(Gpid gpid) {
        return new ScanResponse().setAppId(gpid.appId()).setPartitionIndex(gpid.partitionIndex());
    }

    /** What one call gives back. */
    private static final class Batch {
        private final boolean countsOnly;
        private final List<KeyValue> rows = new ArrayList<>();
        private int count;
        private long bytes;

        private Batch(boolean countsOnly) {
            this.countsOnly = countsOnly;
        }

        private void add(KeyValue row) {
            count++;
            if (!countsOnly) {
                rows.add(row);
                bytes += row.getKey().bytes().length + row.getValue().bytes().length;
            }
        }
    }

    /** One scan. */
    private static final class Context {
        private final Gpid gpid;
        private final Engine engine;
        private final AppRules rules;
        private final GetScannerRequest request;
        private final boolean hidesForeign;
        private final KeyRange range;
        private final KeyFilter hashFilter;
        private final KeyFilter sortFilter;
        private final int batchSize;
        private final EngineSnapshot snapshot;
        private final EngineSnapshot.Cursor cursor;
        private volatile long usedAtMs;

        private Context(
                Gpid gpid,
                Engine engine,
                AppRules rules,
                GetScannerRequest request,
                KeyRange range,
                KeyFilter hashFilter,
                int batchMax) {
            this.gpid = gpid;
            this.engine = engine;
            this.rules = rules;
            boolean validates = !request.isSetValidatePartitionHash() || request.isValidatePartitionHash();
            this.hidesForeign = validates && rules.validatesHash();
            this.request = request;
            this.range = range;
            this.hashFilter = hashFilter;
            this.sortFilter = new KeyFilter(
                    request.getSortKeyFilterType(),
                    request.getSortKeyFilterPattern().bytes());
            this.batchSize = request.getBatchSize() > 0 ? Math.min(request.getBatchSize(), batchMax) : batchMax;
            byte[] start = request.getStartKey().bytes();
            boolean anyHashKey =
                    request.isFullScan() || !StoredKey.isValid(start) || StoredKey.hashKeyLength(start) == 0;
            if (!anyHashKey) {
                range.keepPrefix(StoredKey.of(StoredKey.hashKey(start), new byte[0]));
            }
            this.snapshot = engine.snapshot();
            this.cursor = snapshot.cursor();
            cursor.seek(range.start());
            if (cursor.isValid() && !range.beginsBefore(cursor.key())) {
                cursor.next();
            }
        }

        private boolean countsOnly() {
            return request.isOnlyReturnCount();
        }

        /** True if more may follow. */
        private boolean read(Batch batch, int examineMax, Deadline deadline, long wallMs) {
            int examined = 0;
            while (cursor.isValid() && range.reachesTo(cursor.key())) {
                boolean looksAtTheClock = examined % ROWS_BETWEEN_LOOKS_AT_THE_CLOCK == 0 && examined > 0;
                if (batch.count >= batchSize
                        || examined >= examineMax
                        || batch.bytes >= BATCH_BYTES_MAX
                        || (looksAtTheClock && deadline.isOver())) {
                    return true;
                }
                examined++;
                KeyValue row = row(cursor.key(), cursor.value(), wallMs);
                if (row != null) {
                    batch.add(row);
                }
                cursor.next();
            }
            return false;
        }

        private @Nullable KeyValue row(byte[] key, byte[] stored, long wallMs) {
            byte[] value = rules.values().live(stored, wallMs);
            if (value == null
                    || !StoredKey.isValid(key)
                    || !hashFilter.passes(StoredKey.hashKey(key))
                    || !sortFilter.passes(StoredKey.sortKey(key))
                    || (hidesForeign && !rules.isOf(gpid.partitionIndex(), PartitionHash.ofStoredKey(key)))) {
                return null;
            }
            boolean bare = request.isNoValue() || countsOnly();
            KeyValue row = new KeyValue()
                    .setKey(Blob.of(key))
                    .setValue(Blob.of(bare ? new byte[0] : rules.values().userData(value)));
            return request.isReturnExpireTs()
                    ? row.setExpireTsSeconds(rules.values().expireTsSeconds(value))
                    : row;
        }

        private synchronized void close() {
            cursor.close();
            snapshot.close();
        }
    }
}
