package dev.sluice.client;

import dev.sluice.common.data.StoredKey;
import dev.sluice.wire.Blob;
import dev.sluice.wire.data.FilterType;
import dev.sluice.wire.data.GetScannerRequest;

/** Which rows a scan reads, and how: by default all, with values. Immutable; the methods give a changed copy. */
public final class ScanOptions {
    /** Most rows of one request. */
    public static final int BATCH_ROWS_MAX = 1000;

    private static final byte[] FIRST_KEY = {0, 0};
    private static final byte[] AFTER_LAST_KEY = {(byte) 0xff, (byte) 0xff};
    private static final ScanOptions ALL =
            new ScanOptions(new GetScannerRequest().setBatchSize(BATCH_ROWS_MAX), Range.WHOLE, false);

    private final GetScannerRequest request;
    private final Range range;
    private final boolean hasRange;

    private ScanOptions(GetScannerRequest request, Range range, boolean hasRange) {
        this.request = request;
        this.range = range;
        this.hasRange = hasRange;
    }

    /** Sort keys of one hash key. An empty stop: no upper end. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Range(byte[] start, boolean startInclusive, byte[] stop, boolean stopInclusive) {
        private static final Range WHOLE = new Range(new byte[0], true, new byte[0], false);
    }

    /** All rows. */
    public static ScanOptions all() {
        return ALL;
    }

    /** Rows per request, 1 to {@link #BATCH_ROWS_MAX}; as many are kept in memory twice. */
    public ScanOptions batchRows(int rows) {
        if (rows < 1 || rows > BATCH_ROWS_MAX) {
            throw new IllegalArgumentException(
                    "batches of " + rows + " rows: expected 1 to " + BATCH_ROWS_MAX + " rows per request");
        }
        return with(copy().setBatchSize(rows));
    }

    /** Values stay behind. */
    public ScanOptions keysOnly() {
        return with(copy().setNoValue(true));
    }

    /** Rows say when they expire. */
    public ScanOptions withExpiry() {
        return with(copy().setReturnExpireTs(true));
    }

    /** Only rows whose hash key the filter lets through; an empty pattern lets all through. */
    public ScanOptions hashKeys(FilterType type, byte[] pattern) {
        return with(copy().setHashKeyFilterType(type).setHashKeyFilterPattern(Blob.of(pattern)));
    }

    /** Only rows whose sort key the filter lets through; an empty pattern lets all through. */
    public ScanOptions sortKeys(FilterType type, byte[] pattern) {
        return with(copy().setSortKeyFilterType(type).setSortKeyFilterPattern(Blob.of(pattern)));
    }

    /** From that sort key on. For scans of one hash key. */
    public ScanOptions from(byte[] sortKey, boolean inclusive) {
        return new ScanOptions(request, new Range(sortKey, inclusive, range.stop, range.stopInclusive), true);
    }

    /** Up to that sort key; an empty one means to the end. For scans of one hash key. */
    public ScanOptions to(byte[] sortKey, boolean inclusive) {
        return new ScanOptions(request, new Range(range.start, range.startInclusive, sortKey, inclusive), true);
    }

    ScanOptions countsOnly() {
        return with(copy().setOnlyReturnCount(true).setNoValue(true));
    }

    /** Opens a scan of a hash key. */
    GetScannerRequest ofHashKey(byte[] hashKey) {
        byte[] start = StoredKey.of(hashKey, range.start);
        boolean toTheEnd = range.stop.length == 0;
        byte[] stop =
                toTheEnd ? StoredKey.after(StoredKey.of(hashKey, new byte[0])) : StoredKey.of(hashKey, range.stop);
        return copy().setStartKey(Blob.of(start))
                .setStartInclusive(range.startInclusive)
                .setStopKey(Blob.of(stop))
                .setStopInclusive(!toTheEnd && range.stopInclusive)
                .setValidatePartitionHash(false)
                .setFullScan(false);
    }

    /** Opens a scan of a whole partition. */
    GetScannerRequest ofPartition() {
        if (hasRange) {
            throw new IllegalArgumentException("a range of sort keys: only a scan of one hash key can have it");
        }
        return copy().setStartKey(Blob.of(FIRST_KEY))
                .setStartInclusive(true)
                .setStopKey(Blob.of(AFTER_LAST_KEY))
                .setStopInclusive(false)
                .setValidatePartitionHash(true)
                .setFullScan(true);
    }

    private ScanOptions with(GetScannerRequest changed) {
        return new ScanOptions(changed, range, hasRange);
    }

    private GetScannerRequest copy() {
        return request.deepCopy();
    }
}
