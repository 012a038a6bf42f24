package dev.sluice.replica.atomic;

import dev.sluice.replica.mutation.Change.RowChange;
import java.util.List;

/** A write whose rows depend on the rows that are there. It is evaluated at most once, on the primary's loop. */
public interface AtomicWrite {
    /** About how many bytes its rows take. */
    long bytes();

    /**
     * The rows to write; none if a check did not pass or an argument was bad. Whoever asked keeps the answer aside until they
     * are committed.
     *
     * @param wallMs the primary's wall clock, milliseconds since 1970
     */
    List<RowChange> evaluate(RowReader rows, long wallMs);
}
