package dev.sluice.replica.request;

import dev.sluice.common.data.StoredKey;
import dev.sluice.common.data.StoredValue;
import dev.sluice.common.time.Clock;
import dev.sluice.replica.engine.EngineSnapshot;
import dev.sluice.wire.Blob;
import dev.sluice.wire.data.FilterType;
import dev.sluice.wire.data.KeyValue;
import dev.sluice.wire.data.MultiGetRequest;
import dev.sluice.wire.data.MultiGetResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** One multi_get: a range of one hash key, or points. */
final class MultiGet {
    private static final int RECORDS_MAX = 3_000;
    private static final long BYTES_MAX = 30L << 20;
    private static final long TIME_MS_MAX = 30_000;

    private final MultiGetRequest request;
    private final Clock clock;
    private final List<KeyValue> found = new ArrayList<>();
    private final int countMax;
    private final long bytesMax;
    private long bytes;

    MultiGet(MultiGetRequest request, Clock clock) {
        this.request = request;
        this.clock = clock;
        this.countMax = request.getMaxKvCount() > 0 ? Math.min(request.getMaxKvCount(), RECORDS_MAX) : RECORDS_MAX;
        this.bytesMax = request.getMaxKvSize() > 0 ? Math.min(request.getMaxKvSize(), BYTES_MAX) : BYTES_MAX;
    }

    /** Reads; error and pairs of the response are filled. */
    MultiGetResponse run(EngineSnapshot snapshot) {
        FilterType filter = request.getSortKeyFilterType();
        if (filter == null) {
            return new MultiGetResponse().setError(StatusCode.INVALID_ARGUMENT);
        }
        int error = request.getSortKeys().isEmpty() ? range(snapshot) : points(snapshot);
        return new MultiGetResponse().setError(error).setKvs(found);
    }

    private int points(EngineSnapshot snapshot) {
        byte[] hashKey = request.getHashKey().bytes();
        int expiryNow = StoredValue.expiryNow(clock.wallMs());
        for (Blob sortKey : request.getSortKeys()) {
            byte[] value = snapshot.get(StoredKey.of(hashKey, sortKey.bytes()));
            if (value == null || StoredValue.isExpired(StoredValue.expireTsSeconds(value), expiryNow)) {
                continue;
            }
            boolean full = found.size() >= countMax || (request.getMaxKvSize() > 0 && bytes >= request.getMaxKvSize());
            if (full) {
                return StatusCode.INCOMPLETE;
            }
            add(sortKey.bytes(), value);
        }
        return StatusCode.OK;
    }

    private int range(EngineSnapshot snapshot) {
        byte[] hashKey = request.getHashKey().bytes();
        byte[] stopSortKey = request.getStopSortKey().bytes();
        boolean toTheEnd = stopSortKey.length == 0;
        KeyRange range = new KeyRange(
                StoredKey.of(hashKey, request.getStartSortKey().bytes()),
                request.isStartInclusive(),
                toTheEnd ? StoredKey.after(StoredKey.of(hashKey, new byte[0])) : StoredKey.of(hashKey, stopSortKey),
                !toTheEnd && request.isStopInclusive());
        byte[] pattern = request.getSortKeyFilterPattern().bytes();
        KeyFilter filter = new KeyFilter(request.getSortKeyFilterType(), pattern);
        if (filter.isPrefix()) {
            range.keepPrefix(StoredKey.of(hashKey, pattern));
        }
        if (range.isEmpty()) {
            return StatusCode.OK;
        }
        try (EngineSnapshot.Cursor cursor = snapshot.cursor()) {
            int error = request.isReverse() ? backward(cursor, range, filter) : forward(cursor, range, filter);
            if (request.isReverse()) {
                Collections.reverse(found);
            }
            return error;
        }
    }

    private int forward(EngineSnapshot.Cursor cursor, KeyRange range, KeyFilter filter) {
        long endMs = clock.nowMs() + TIME_MS_MAX;
        int examined = 0;
        cursor.seek(range.start());
        if (cursor.isValid() && !range.beginsBefore(cursor.key())) {
            cursor.next();
        }
        while (cursor.isValid() && range.reachesTo(cursor.key())) {
            if (isFull(examined++, endMs)) {
                return StatusCode.INCOMPLETE;
            }
            examine(cursor, filter);
            cursor.next();
        }
        return StatusCode.OK;
    }

    private int backward(EngineSnapshot.Cursor cursor, KeyRange range, KeyFilter filter) {
        long endMs = clock.nowMs() + TIME_MS_MAX;
        int examined = 0;
        cursor.seekForPrevious(range.stop());
        if (cursor.isValid() && !range.reachesTo(cursor.key())) {
            cursor.previous();
        }
        while (cursor.isValid() && range.beginsBefore(cursor.key())) {
            if (isFull(examined++, endMs)) {
                return StatusCode.INCOMPLETE;
            }
            examine(cursor, filter);
            cursor.previous();
        }
        return StatusCode.OK;
    }

    private boolean isFull(int examined, long endMs) {
        return found.size() >= countMax
                || bytes >= bytesMax
                || examined >= RECORDS_MAX
                || (examined % 300 == 299 && clock.nowMs() > endMs);
    }

    private void examine(EngineSnapshot.Cursor cursor, KeyFilter filter) {
        byte[] value = cursor.value();
        int expiryNow = StoredValue.expiryNow(clock.wallMs());
        if (StoredValue.isExpired(StoredValue.expireTsSeconds(value), expiryNow)) {
            return;
        }
        byte[] sortKey = StoredKey.sortKey(cursor.key());
        if (filter.passes(sortKey)) {
            add(sortKey, value);
        }
    }

    private void add(byte[] sortKey, byte[] storedValue) {
        byte[] value = request.isNoValue() ? new byte[0] : StoredValue.userData(storedValue);
        found.add(new KeyValue().setKey(Blob.of(sortKey)).setValue(Blob.of(value)));
        bytes += sortKey.length + value.length;
    }
}
