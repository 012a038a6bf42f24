package dev.sluice.replica.replication;

import dev.sluice.replica.mutation.Change.RowChange;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One write of one client: its result, to be applied as a whole.
 *
 * @param token names it in the effects that answer it
 * @param rows null for an atomic operation that is not evaluated yet
 * @param bytes about how much its rows take
 */
public record Write(long token, @Nullable List<RowChange> rows, long bytes) {
    public Write {
        rows = rows == null ? null : List.copyOf(rows);
    }

    public Write(long token, List<RowChange> rows) {
        this(token, rows, bytesOf(rows));
    }

    /** An atomic operation: its rows come of {@link Effect.Evaluate} once all before it is applied. */
    public static Write toBeEvaluated(long token, long bytes) {
        return new Write(token, null, bytes);
    }

    boolean isEvaluated() {
        return rows != null;
    }

    /** Bytes of keys and values, and what a row costs beside them. */
    static long bytesOf(List<RowChange> rows) {
        long bytes = 0;
        for (RowChange row : rows) {
            byte[] value = row.value();
            bytes += 32L + row.key().length + (value == null ? 0 : value.length);
        }
        return bytes;
    }
}
