package dev.sluice.replica.atomic;

import dev.sluice.replica.mutation.Change.RowChange;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** check_and_set and check_and_mutate: writes rows if a row is as expected. */
public final class CheckedWrite implements AtomicWrite {
    private final byte[] checkKey;
    private final Check check;
    private final List<Then> then;
    private final TableValues values;
    private Outcome outcome = Outcome.INVALID;
    private byte @Nullable [] found;

    /**
     * A write behind a check.
     *
     * @param checkKey stored key of the row that is looked at
     * @param then written in this order, atomically
     */
    public CheckedWrite(byte[] checkKey, Check check, List<Then> then, TableValues values) {
        this.checkKey = checkKey;
        this.check = check;
        this.then = List.copyOf(then);
        this.values = values;
    }

    /**
     * One row to write.
     *
     * @param key stored key
     * @param value the user's data; null: the row is removed
     * @param expireTsSeconds as for a put
     */
    @SuppressWarnings("ArrayRecordComponent") // bytes as they came from the client
    public record Then(byte[] key, byte @Nullable [] value, int expireTsSeconds) {}

    @Override
    public long bytes() {
        long bytes = 0;
        for (Then each : then) {
            byte[] value = each.value();
            bytes += 64L + each.key().length + (value == null ? 0 : value.length);
        }
        return bytes;
    }

    @Override
    public List<RowChange> evaluate(RowReader rows, long wallMs) {
        byte[] stored = values.live(rows.get(checkKey), wallMs);
        found = stored == null ? null : values.userData(stored);
        outcome = check.of(found);
        if (outcome != Outcome.DONE) {
            return List.of();
        }
        return then.stream()
                .map(each -> {
                    byte[] value = each.value();
                    return new RowChange(
                            each.key(), value == null ? null : values.stored(each.expireTsSeconds(), value, wallMs));
                })
                .toList();
    }

    /** Once it is evaluated. */
    public Outcome outcome() {
        return outcome;
    }

    /** Once it is evaluated: the user's data of the row that was looked at, null if there was none. */
    public byte @Nullable [] found() {
        return found;
    }
}
