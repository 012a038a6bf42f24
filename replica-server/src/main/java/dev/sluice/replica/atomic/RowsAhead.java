package dev.sluice.replica.atomic;

import dev.sluice.replica.mutation.Change.RowChange;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The applied rows with those on top that will be written before the next evaluation of the same round. */
public final class RowsAhead implements RowReader {
    private final RowReader applied;
    private final Map<ByteBuffer, Optional<byte[]>> ahead = new HashMap<>();

    public RowsAhead(RowReader applied) {
        this.applied = applied;
    }

    /** Puts changes on top. */
    public void add(List<RowChange> changes) {
        for (RowChange change : changes) {
            ahead.put(ByteBuffer.wrap(change.key()), Optional.ofNullable(change.value()));
        }
    }

    @Override
    public byte @Nullable [] get(byte[] storedKey) {
        Optional<byte[]> known = ahead.get(ByteBuffer.wrap(storedKey));
        return known == null ? applied.get(storedKey) : known.orElse(null);
    }
}
