package dev.sluice.integration.simulation;

import dev.sluice.common.Gpid;
import dev.sluice.common.data.StoredValue;
import dev.sluice.replica.engine.EngineSnapshot;
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

/** What is committed, as the first replica that applied it says; what others apply is compared with it. */
final class Ledger {
    private final Map<Gpid, TreeMap<Long, Entry>> partitions = new TreeMap<>();
    private final Function<Publish, List<RowChange>> loads;

    /** What one decree has done. */
    private record Entry(List<RowChange> rows, @Nullable Publish publish) {}

    /** @param loads says what a publish brings */
    Ledger(Function<Publish, List<RowChange>> loads) {
        this.loads = loads;
    }

    /** True if nobody had applied that decree before. */
    boolean applied(Gpid gpid, String who, long decree, List<RowChange> rows, @Nullable Publish publish) {
        Entry entry = new Entry(rows, publish);
        Entry known = partitions.computeIfAbsent(gpid, each -> new TreeMap<>()).putIfAbsent(decree, entry);
        if (known != null && !same(known, entry)) {
            throw new AssertionError(gpid + ": " + who + " applies " + describe(entry) + " at decree " + decree
                    + ", where " + describe(known) + " is committed");
        }
        return known == null;
    }

    long lastDecree(Gpid gpid) {
        TreeMap<Long, Entry> entries = partitions.get(gpid);
        return entries == null || entries.isEmpty() ? 0 : entries.lastKey();
    }

    /** The loads that were published in a partition. */
    Set<Long> publishedLoads(Gpid gpid) {
        Set<Long> loadIds = new TreeSet<>();
        for (Entry entry : partitions.getOrDefault(gpid, new TreeMap<>()).values()) {
            Publish publish = entry.publish();
            if (publish != null) {
                loadIds.add(publish.loadId());
            }
        }
        return loadIds;
    }

    /** The generations that a partition ever had, by id. */
    List<Long> generations() {
        TreeSet<Long> ids = new TreeSet<>(Set.of(0L));
        for (TreeMap<Long, Entry> entries : partitions.values()) {
            for (Entry entry : entries.values()) {
                Publish publish = entry.publish();
                if (publish != null && publish.mode() == LoadMode.REPLACE) {
                    ids.add(publish.loadId());
                }
            }
        }
        return List.copyOf(ids);
    }

    /** Fails unless that decree has written that value. */
    void requireAcknowledged(Gpid gpid, long decree, byte[] key, byte @Nullable [] userData) {
        TreeMap<Long, Entry> entries = partitions.get(gpid);
        Entry entry = entries == null ? null : entries.get(decree);
        boolean there = entry != null
                && entry.rows().stream()
                        .anyMatch(row -> Arrays.equals(row.key(), key) && endsWith(row.value(), userData));
        if (!there) {
            throw new AssertionError(gpid + ": a write was acknowledged at decree " + decree + ", where "
                    + (entry == null ? "nothing" : describe(entry)) + " is committed");
        }
    }

    private static boolean endsWith(byte @Nullable [] value, byte @Nullable [] end) {
        if (value == null || end == null) {
            return value == end;
        }
        return value.length >= end.length
                && Arrays.equals(value, value.length - end.length, value.length, end, 0, end.length);
    }

    /** Applies everything up to a decree, one after the other. */
    NavigableMap<byte[], byte[]> replay(Gpid gpid, long upToDecree) {
        Map<Long, NavigableMap<byte[], byte[]>> generations = new TreeMap<>();
        NavigableMap<byte[], byte[]> rows = new TreeMap<>(Arrays::compareUnsigned);
        Set<byte[]> removed = new TreeSet<>(Arrays::compareUnsigned);
        generations.put(0L, rows);
        long published = 0;
        for (Entry entry : partitions
                .getOrDefault(gpid, new TreeMap<>())
                .headMap(upToDecree, true)
                .values()) {
            Publish publish = entry.publish();
            if (publish != null && publish.loadId() <= published) {
                continue;
            }
            if (publish != null) {
                published = publish.loadId();
            }
            if (publish != null && publish.mode() == LoadMode.ROLLBACK) {
                rows = Objects.requireNonNull(generations.get(publish.rollbackTo()), publish.toString());
                continue;
            }
            if (publish != null && publish.mode() == LoadMode.REPLACE) {
                rows = new TreeMap<>(Arrays::compareUnsigned);
                generations.put(publish.loadId(), rows);
            }
            List<RowChange> changes = publish == null ? entry.rows() : loads.apply(publish);
            for (RowChange change : changes) {
                byte[] value = change.value();
                if (publish != null && publish.mode() == LoadMode.BEHIND) {
                    putBehind(rows, removed, change, StoredValue.expiryNow(publish.epoch()));
                } else if (value == null) {
                    removed.add(change.key());
                    rows.remove(change.key());
                } else {
                    removed.remove(change.key());
                    rows.put(change.key(), value);
                }
            }
        }
        return rows;
    }

    /** A row that is there wins, and so does its removal, but not one that has expired. */
    private static void putBehind(
            NavigableMap<byte[], byte[]> rows, Set<byte[]> removed, RowChange loaded, int expiryNow) {
        byte[] present = rows.get(loaded.key());
        boolean isExpired = present != null && StoredValue.hasExpired(present, expiryNow);
        if (isExpired || (present == null && !removed.contains(loaded.key()))) {
            rows.put(loaded.key(), Objects.requireNonNull(loaded.value()));
        }
    }

    /** Fails unless an engine that stands at a decree holds what a naive replay gives, but for what has expired. */
    void requireReplayed(Gpid gpid, String who, long decree, EngineSnapshot snapshot) {
        NavigableMap<byte[], byte[]> expected = replay(gpid, decree);
        expected.values().removeIf(Ledger::hasExpired);
        int found = 0;
        try (EngineSnapshot.Cursor cursor = snapshot.cursor()) {
            for (cursor.seek(new byte[0]); cursor.isValid(); cursor.next()) {
                if (hasExpired(cursor.value())) {
                    continue;
                }
                found++;
                if (!Arrays.equals(expected.get(cursor.key()), cursor.value())) {
                    throw new AssertionError(gpid + " on " + who + " at decree " + decree + ": key "
                            + text(cursor.key()) + " is " + text(cursor.value()) + ", a naive replay gives "
                            + text(expected.get(cursor.key())));
                }
            }
        }
        if (found != expected.size()) {
            throw new AssertionError(gpid + " on " + who + " at decree " + decree + ": " + found
                    + " rows, a naive replay gives " + expected.size());
        }
    }

    /** Whether it was removed since or not: here the expiry of a row is never, or long ago. */
    private static boolean hasExpired(byte[] value) {
        return StoredValue.hasExpired(value, Integer.MAX_VALUE);
    }

    private static boolean same(Entry one, Entry other) {
        if (one.rows().size() != other.rows().size() || !Objects.equals(one.publish(), other.publish())) {
            return false;
        }
        for (int i = 0; i < one.rows().size(); i++) {
            RowChange left = one.rows().get(i);
            RowChange right = other.rows().get(i);
            if (!Arrays.equals(left.key(), right.key()) || !Arrays.equals(left.value(), right.value())) {
                return false;
            }
        }
        return true;
    }

    private static String describe(Entry entry) {
        if (entry.publish() != null) {
            return entry.publish().toString();
        }
        StringBuilder text = new StringBuilder("[");
        entry.rows()
                .forEach(row -> text.append(text(row.key()))
                        .append('=')
                        .append(text(row.value()))
                        .append(' '));
        return text.append(']').toString();
    }

    private static String text(byte @Nullable [] bytes) {
        if (bytes == null) {
            return "nothing";
        }
        StringBuilder text = new StringBuilder();
        for (byte each : bytes) {
            text.append(each >= 32 && each < 127 ? (char) each : '.');
        }
        return text.toString();
    }
}
