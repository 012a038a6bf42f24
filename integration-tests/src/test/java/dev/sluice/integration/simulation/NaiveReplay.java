package dev.sluice.integration.simulation;

import dev.sluice.common.data.StoredValue;
import dev.sluice.replica.mutation.Change.Publish;
import dev.sluice.replica.mutation.Change.RowChange;
import dev.sluice.wire.bulkload.LoadMode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The rows of one partition, made by what is committed in it, one decree after the other and in the plainest way. */
final class NaiveReplay {
    private final Function<Publish, List<RowChange>> loads;
    private final Map<Long, NavigableMap<byte[], byte[]>> generations = new TreeMap<>();
    private final Set<byte[]> removed = newKeys();
    private NavigableMap<byte[], byte[]> rows = new TreeMap<>(Arrays::compareUnsigned);
    private long published;

    /** @param loads says what a publish brings */
    NaiveReplay(Function<Publish, List<RowChange>> loads) {
        this.loads = loads;
        generations.put(0L, rows);
    }

    /** The rows as they are now, also those that have expired. */
    NavigableMap<byte[], byte[]> rows() {
        return rows;
    }

    byte @Nullable [] find(byte[] key) {
        return rows.get(key);
    }

    /** The keys that one decree touches: what it writes, and for another generation all that was there. */
    Set<byte[]> keysOf(List<RowChange> changes, @Nullable Publish publish) {
        Set<byte[]> keys = newKeys();
        if (publish == null) {
            changes.forEach(change -> keys.add(change.key()));
        } else if (publish.loadId() > published) {
            switch (publish.mode()) {
                case MERGE, BEHIND -> loads.apply(publish).forEach(change -> keys.add(change.key()));
                case REPLACE -> {
                    keys.addAll(rows.keySet());
                    loads.apply(publish).forEach(change -> keys.add(change.key()));
                }
                case ROLLBACK -> {
                    keys.addAll(rows.keySet());
                    keys.addAll(kept(publish).keySet());
                }
            }
        }
        return keys;
    }

    /** Applies what one decree brings. */
    void apply(List<RowChange> changes, @Nullable Publish publish) {
        if (publish == null) {
            changes.forEach(this::write);
        } else if (publish.loadId() > published) {
            published = publish.loadId();
            publish(publish);
        }
    }

    private void publish(Publish publish) {
        if (publish.mode() == LoadMode.ROLLBACK) {
            rows = kept(publish);
            return;
        }
        if (publish.mode() == LoadMode.REPLACE) {
            rows = new TreeMap<>(Arrays::compareUnsigned);
            generations.put(publish.loadId(), rows);
        }
        for (RowChange loaded : loads.apply(publish)) {
            if (publish.mode() == LoadMode.BEHIND) {
                putBehind(loaded, StoredValue.expiryNow(publish.epoch()));
            } else {
                write(loaded);
            }
        }
    }

    private void write(RowChange change) {
        byte[] value = change.value();
        if (value == null) {
            removed.add(change.key());
            rows.remove(change.key());
        } else {
            removed.remove(change.key());
            rows.put(change.key(), value);
        }
    }

    /** A row that is there wins, and so does its removal, but not one that has expired. */
    private void putBehind(RowChange loaded, int expiryNow) {
        byte[] present = rows.get(loaded.key());
        boolean isExpired = present != null && StoredValue.hasExpired(present, expiryNow);
        if (isExpired || (present == null && !removed.contains(loaded.key()))) {
            rows.put(loaded.key(), Objects.requireNonNull(loaded.value()));
        }
    }

    private NavigableMap<byte[], byte[]> kept(Publish publish) {
        return Objects.requireNonNull(generations.get(publish.rollbackTo()), publish.toString());
    }

    private static Set<byte[]> newKeys() {
        return new TreeSet<>(Arrays::compareUnsigned);
    }
}
