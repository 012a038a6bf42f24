package dev.sluice.replica.replica;

import dev.sluice.replica.atomic.RowReader;
import dev.sluice.replica.atomic.RowsAhead;
import dev.sluice.replica.mutation.Change.RowChange;
import dev.sluice.replica.replication.Write;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Evaluates the atomic operations of one round. */
final class Evaluation {
    private Evaluation() {}

    /** The same writes, each with its rows: evaluated in order, each on the applied rows and those of the writes before it. */
    static List<Write> of(List<Write> round, Map<Long, Writer> writers, RowReader applied, long wallMs) {
        RowsAhead rows = new RowsAhead(applied);
        List<Write> evaluated = new ArrayList<>(round.size());
        for (Write write : round) {
            List<RowChange> result = write.rows();
            if (result == null) {
                result = Objects.requireNonNull(writers.get(write.token()), "the operation of a write that waits")
                        .evaluate(rows, wallMs);
            }
            rows.add(result);
            evaluated.add(new Write(write.token(), result));
        }
        return evaluated;
    }
}
