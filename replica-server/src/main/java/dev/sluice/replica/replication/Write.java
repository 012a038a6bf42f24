package dev.sluice.replica.replication;

import dev.sluice.replica.mutation.Change.RowChange;
import java.util.List;

/**
 * One write of one client: its result, to be applied as a whole.
 *
 * @param token names it in the effects that answer it
 */
public record Write(long token, List<RowChange> rows) {
    public Write {
        rows = List.copyOf(rows);
    }

    long bytes() {
        long bytes = 0;
        for (RowChange row : rows) {
            byte[] value = row.value();
            bytes += 32L + row.key().length + (value == null ? 0 : value.length);
        }
        return bytes;
    }
}
