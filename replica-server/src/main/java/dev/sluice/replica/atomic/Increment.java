package dev.sluice.replica.atomic;

import dev.sluice.common.data.StoredValue;
import dev.sluice.replica.mutation.Change.RowChange;
import java.util.List;
import java.util.OptionalLong;

/** incr: adds to the integer that a row holds as text. */
public final class Increment implements AtomicWrite {
    private final byte[] key;
    private final long increment;
    private final int expireTsSeconds;
    private final TableValues values;
    private Outcome outcome = Outcome.INVALID;
    private long newValue;

    /**
     * An increment.
     *
     * @param key stored key
     * @param expireTsSeconds 0: the row's own expiry stays; above: the new one; below: none any more
     */
    public Increment(byte[] key, long increment, int expireTsSeconds, TableValues values) {
        this.key = key;
        this.increment = increment;
        this.expireTsSeconds = expireTsSeconds;
        this.values = values;
    }

    @Override
    public long bytes() {
        return key.length + 64L;
    }

    @Override
    public List<RowChange> evaluate(RowReader rows, long wallMs) {
        byte[] stored = values.live(rows.get(key), wallMs);
        byte[] text = stored == null ? new byte[0] : values.userData(stored);
        OptionalLong base = text.length == 0 ? OptionalLong.of(0) : IntegerText.parse(text);
        if (base.isEmpty()) {
            return List.of();
        }
        newValue = base.getAsLong() + increment;
        boolean overflows = ((base.getAsLong() ^ newValue) & (increment ^ newValue)) < 0;
        if (overflows) {
            newValue = base.getAsLong();
            return List.of();
        }
        outcome = Outcome.DONE;
        int expiry = Math.max(expireTsSeconds, StoredValue.NEVER);
        if (expireTsSeconds == 0 && stored != null) {
            expiry = values.expireTsSeconds(stored);
        }
        return List.of(new RowChange(key, values.stored(expiry, IntegerText.of(newValue), wallMs)));
    }

    /** Once it is evaluated. */
    public Outcome outcome() {
        return outcome;
    }

    /** Once it is evaluated: the sum; what was there if the sum overflows; 0 if that is no integer. */
    public long newValue() {
        return newValue;
    }
}
