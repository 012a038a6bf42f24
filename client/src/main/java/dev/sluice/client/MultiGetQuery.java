package dev.sluice.client;

import dev.sluice.wire.Blob;
import dev.sluice.wire.data.FilterType;
import dev.sluice.wire.data.MultiGetRequest;

/** Which rows of a hash key to read: by default all of them. Immutable; the methods give a changed copy. */
public final class MultiGetQuery {
    private final MultiGetRequest request;

    private MultiGetQuery(MultiGetRequest request) {
        this.request = request;
    }

    /** All rows. */
    public static MultiGetQuery all() {
        return new MultiGetQuery(new MultiGetRequest().setStartInclusive(true));
    }

    /** From that sort key on. */
    public MultiGetQuery from(byte[] sortKey, boolean inclusive) {
        return new MultiGetQuery(copy().setStartSortKey(Blob.of(sortKey)).setStartInclusive(inclusive));
    }

    /** Up to that sort key; an empty one means to the end. */
    public MultiGetQuery to(byte[] sortKey, boolean inclusive) {
        return new MultiGetQuery(copy().setStopSortKey(Blob.of(sortKey)).setStopInclusive(inclusive));
    }

    /** Only sort keys that the filter lets through. */
    public MultiGetQuery filter(FilterType type, byte[] pattern) {
        return new MultiGetQuery(copy().setSortKeyFilterType(type).setSortKeyFilterPattern(Blob.of(pattern)));
    }

    /** At most that many rows; 0: the server's limit. */
    public MultiGetQuery maxRows(int rows) {
        return new MultiGetQuery(copy().setMaxKvCount(rows));
    }

    /** About that many bytes at most; 0: the server's limit. */
    public MultiGetQuery maxBytes(int bytes) {
        return new MultiGetQuery(copy().setMaxKvSize(bytes));
    }

    /** Values stay behind. */
    public MultiGetQuery keysOnly() {
        return new MultiGetQuery(copy().setNoValue(true));
    }

    /** The last rows instead of the first when a limit cuts; the order of the answer does not change. */
    public MultiGetQuery fromTheEnd() {
        return new MultiGetQuery(copy().setReverse(true));
    }

    /**
     * What is left of this query where a limit cut its result short. Throws {@link IllegalArgumentException} if the result
     * has no rows: nobody knows then how far the server came.
     */
    public MultiGetQuery behind(MultiGetResult cut) {
        if (cut.cells().isEmpty()) {
            throw new IllegalArgumentException("the result has no rows: there is no place behind it");
        }
        return isFromTheEnd()
                ? to(cut.cells().get(0).sortKey(), false)
                : from(cut.cells().get(cut.cells().size() - 1).sortKey(), false);
    }

    boolean isFromTheEnd() {
        return request.isReverse();
    }

    MultiGetRequest toRequest(byte[] hashKey) {
        return copy().setHashKey(Blob.of(hashKey));
    }

    private MultiGetRequest copy() {
        return request.deepCopy();
    }
}
