package dev.sluice.replica.mutation;

import dev.sluice.wire.bulkload.LoadMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a mutation does to a replica. It reads nothing: applying it again gives the same state. */
public sealed interface Change {
    /** Changes nothing; moves the commit point, or fills a decree. */
    record Nothing() implements Change {}

    /** Rows are written and removed, in this order, atomically. */
    record Rows(List<RowChange> rows) implements Change {
        public Rows {
            rows = List.copyOf(rows);
        }
    }

    /**
     * A load takes effect.
     *
     * @param loadId grows from load to load of an app
     * @param mode what it does to rows that are there
     * @param epoch the app's epoch that it is
     * @param manifestDigest of this partition's manifest, so that a replica knows that it staged the same; for a rollback,
     *     which has no files, the id of the generation that is to be current again
     */
    record Publish(long loadId, LoadMode mode, long epoch, String manifestDigest) implements Change {
        /** Of a rollback: the generation that is to be current again. */
        public long rollbackTo() {
            try {
                return Long.parseLong(manifestDigest);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(
                        "load " + loadId + " rolls back to generation '" + manifestDigest + "', expected a number", e);
            }
        }
    }

    /**
     * One row, written or removed.
     *
     * @param key stored key
     * @param value stored value; null: the row is removed
     */
    @SuppressWarnings("ArrayRecordComponent") // rows are handed from socket to engine without a copy
    record RowChange(byte[] key, byte @Nullable [] value) {}
}
