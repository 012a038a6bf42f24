package dev.sluice.replica.request;

import dev.sluice.common.data.StoredKey;
import dev.sluice.common.time.Clock;
import dev.sluice.replica.atomic.TableValues;
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
    private final MultiGetRequest request;
    private final TableValues values;
    private final ReadLimits limits;
    private final Deadline deadline;
    private final long wallMs;
    private final List<KeyValue> found = new ArrayList<>();
    private final int countMax;
    private final long bytesMax;
    private long bytes;

    MultiGet(MultiGetRequest request, AppRules rules, ReadLimits limits, Clock clock) {
        this.request = request;
        this.values = rules.values();
        this.limits = limits;
        this.deadline = Deadline.after(limits.iterationMs(rules), clock);
        this.wallMs = clock.wallMs();
        int recordsMax = limits.multiGetRecordsMax();
        this.countMax = request.getMaxKvCount() > 0 ? Math.min(request.getMaxKvCount(), recordsMax) : recordsMax;
        this.bytesMax = request.getMaxKvSize() > 0
                ? Math.min(request.getMaxKvSize(), limits.multiGetBytesMax())
                : limits.multiGetBytesMax();
    }

    /** Reads; error and pairs of the response are filled. */
    MultiGetResponse run(EngineSnapshot snapshot) {
        FilterType filter = request.getSortKeyFilterType();
        if (filter == null || request.getHashKey().bytes().length > StoredKey.HASH_KEY_BYTES_MAX) {
            return new MultiGetResponse().setError(StatusCode.INVALID_ARGUMENT);
        }
        int error = request.getSortKeys().isEmpty() ? range(snapshot) : points(snapshot);
        return new MultiGetResponse().setError(error).setKvs(found);
    }

    private int points(EngineSnapshot snapshot) {
        byte[] hashKey = request.getHashKey().bytes();
        for (Blob sortKey : request.getSortKeys()) {
            byte[] value = values.live(snapshot.get(StoredKey.of(hashKey, sortKey.bytes())), wallMs);
            if (value == null) {
                continue;
            }
            if (found.size() >= countMax || bytes >= bytesMax) {
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
        int examined = 0;
        cursor.seek(range.start());
        if (cursor.isValid() && !range.beginsBefore(cursor.key())) {
            cursor.next();
        }
        while (cursor.isValid() && range.reachesTo(cursor.key())) {
            if (isFull(examined++)) {
                return StatusCode.INCOMPLETE;
            }
            examine(cursor, filter);
            cursor.next();
        }
        return StatusCode.OK;
    }

    private int backward(EngineSnapshot.Cursor cursor, KeyRange range, KeyFilter filter) {
        int examined = 0;
        cursor.seekForPrevious(range.stop());
        if (cursor.isValid() && !range.reachesTo(cursor.key())) {
            cursor.previous();
        }
        while (cursor.isValid() && range.beginsBefore(cursor.key())) {
            if (isFull(examined++)) {
                return StatusCode.INCOMPLETE;
            }
            examine(cursor, filter);
            cursor.previous();
        }
        return StatusCode.OK;
    }

    private boolean isFull(int examined) {
        int recordsMax = limits.multiGetRecordsMax();
        boolean looksAtTheClock = examined % Math.max(1, recordsMax / 10) == 0 && examined > 0;
        return found.size() >= countMax
                || bytes >= bytesMax
                || examined >= recordsMax
                || (looksAtTheClock && deadline.isOver());
    }

    private void examine(EngineSnapshot.Cursor cursor, KeyFilter filter) {
        byte[] value = values.live(cursor.value(), wallMs);
        if (value == null) {
            return;
        }
        byte[] sortKey = StoredKey.sortKey(cursor.key());
        if (filter.passes(sortKey)) {
            add(sortKey, value);
        }
    }

    private void add(byte[] sortKey, byte[] storedValue) {
        byte[] value = request.isNoValue() ? new byte[0] : values.userData(storedValue);
        found.add(new KeyValue().setKey(Blob.of(sortKey)).setValue(Blob.of(value)));
        bytes += sortKey.length + value.length;
    }
}
