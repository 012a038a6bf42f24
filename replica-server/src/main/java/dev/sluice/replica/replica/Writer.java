package dev.sluice.replica.replica;

import dev.sluice.common.ErrorCode;
import dev.sluice.replica.atomic.AtomicWrite;
import dev.sluice.replica.atomic.RowReader;
import dev.sluice.replica.mutation.Change.RowChange;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Whoever waits for a write to end; on the replica's loop. */
final class Writer {
    private final @Nullable AtomicWrite operation;
    private final BiConsumer<@Nullable Long, ErrorCode> done;
    private boolean evaluated;

    /**
     * Waits for a write.
     *
     * @param operation null if the write was handed over with its rows
     */
    Writer(@Nullable AtomicWrite operation, BiConsumer<@Nullable Long, ErrorCode> done) {
        this.operation = operation;
        this.done = done;
    }

    @Nullable
    AtomicWrite operation() {
        return operation;
    }

    List<RowChange> evaluate(RowReader rows, long wallMs) {
        evaluated = true;
        return Objects.requireNonNull(operation, "only operations are evaluated")
                .evaluate(rows, wallMs);
    }

    void committed(long decree) {
        done.accept(decree, ErrorCode.ERR_OK);
    }

    /**
     * The write was refused. An operation that is evaluated stands in the log and may take effect after all: its client, which
     * would send it again, hears nothing and times out. Any other write has the same result when it is repeated.
     */
    void refuse(ErrorCode error) {
        if (!evaluated) {
            done.accept(null, error);
        }
    }
}
