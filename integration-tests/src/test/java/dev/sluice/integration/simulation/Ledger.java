package dev.sluice.integration.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.common.Gpid;
import dev.sluice.common.data.StoredValue;
import dev.sluice.replica.engine.Engine;
import dev.sluice.replica.engine.EngineSnapshot;
import dev.sluice.replica.mutation.Change.Publish;
import dev.sluice.replica.mutation.Change.RowChange;
import dev.sluice.wire.bulkload.LoadMode;
import java.util.ArrayList;
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
    private final Map<Gpid, Committed> partitions = new TreeMap<>();
    private final Function<Publish, List<RowChange>> loads;

    /** What is committed in one partition, and the rows that it has made. */
    private record Committed(TreeMap<Long, Entry> entries, NaiveReplay replay) {}

    /**
     * What one decree has done.
     *
     * @param touched what a naive replay holds at the keys that it touches
     */
    private record Entry(List<RowChange> rows, @Nullable Publish publish, List<Touched> touched) {}

    /** One key before and after a decree. */
    @SuppressWarnings("ArrayRecordComponent") // only ever read from
    private record Touched(byte[] key, byte @Nullable [] before, byte @Nullable [] after) {
        boolean isVisiblyChanged() {
            return !Arrays.equals(visible(before), visible(after));
        }
    }

    /** @param loads says what a publish brings */
    Ledger(Function<Publish, List<RowChange>> loads) {
        this.loads = loads;
    }

    /** True if nobody had applied that decree before. */
    boolean applied(Gpid gpid, String who, long decree, List<RowChange> rows, @Nullable Publish publish) {
        Committed committed =
                partitions.computeIfAbsent(gpid, each -> new Committed(new TreeMap<>(), new NaiveReplay(loads)));
        Entry known = committed.entries().get(decree);
        if (known != null && !same(known, rows, publish)) {
            throw new AssertionError(gpid + ": " + who + " applies " + describe(rows, publish) + " at decree " + decree
                    + ", where " + describe(known.rows(), known.publish()) + " is committed");
        }
        if (known != null) {
            return false;
        }
        if (decree != lastDecree(gpid) + 1) {
            throw new AssertionError(gpid + ": " + who + " applies decree " + decree
                    + ", and the last that anybody has is " + lastDecree(gpid));
        }
        NaiveReplay replay = committed.replay();
        NavigableMap<byte[], byte @Nullable []> before = new TreeMap<>(Arrays::compareUnsigned);
        replay.keysOf(rows, publish).forEach(key -> before.put(key, replay.find(key)));
        replay.apply(rows, publish);
        List<Touched> touched = new ArrayList<>(before.size());
        before.forEach((key, value) -> touched.add(new Touched(key, value, replay.find(key))));
        committed.entries().put(decree, new Entry(rows, publish, touched));
        return true;
    }

    private NavigableMap<Long, Entry> committed(Gpid gpid) {
        Committed committed = partitions.get(gpid);
        return committed == null ? new TreeMap<>() : committed.entries();
    }

    long lastDecree(Gpid gpid) {
        NavigableMap<Long, Entry> entries = committed(gpid);
        return entries.isEmpty() ? 0 : entries.lastKey();
    }

    /** The loads that were published in a partition. */
    Set<Long> publishedLoads(Gpid gpid) {
        Set<Long> loadIds = new TreeSet<>();
        for (Entry entry : committed(gpid).values()) {
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
        for (Gpid gpid : partitions.keySet()) {
            for (Entry entry : committed(gpid).values()) {
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
        Entry entry = committed(gpid).get(decree);
        boolean there = entry != null
                && entry.rows().stream()
                        .anyMatch(row -> Arrays.equals(row.key(), key) && endsWith(row.value(), userData));
        if (!there) {
            throw new AssertionError(gpid + ": a write was acknowledged at decree " + decree + ", where "
                    + (entry == null ? "nothing" : describe(entry.rows(), entry.publish())) + " is committed");
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
    private NavigableMap<byte[], byte[]> replay(Gpid gpid, long upToDecree) {
        NaiveReplay replay = new NaiveReplay(loads);
        committed(gpid)
                .headMap(upToDecree, true)
                .values()
                .forEach(entry -> replay.apply(entry.rows(), entry.publish()));
        return replay.rows();
    }

    /** Fails unless an engine that has just applied a decree holds at every key that it touches what a naive replay gives. */
    void requireTouched(Gpid gpid, String who, long decree, Engine engine) {
        Entry entry = Objects.requireNonNull(committed(gpid).get(decree));
        for (Touched row : entry.touched()) {
            byte[] found = engine.get(row.key());
            if (!Arrays.equals(visible(found), visible(row.after()))) {
                throw differs(gpid, who, decree, row.key(), found, row.after());
            }
        }
    }

    /** The keys of clients that read otherwise since a decree, and what they hold; null for nothing. */
    Map<String, @Nullable String> changesForClients(Gpid gpid, long decree) {
        Map<String, @Nullable String> values = new TreeMap<>();
        for (Touched row : Objects.requireNonNull(committed(gpid).get(decree)).touched()) {
            if (row.isVisiblyChanged() && Workload.isOfClients(row.key())) {
                byte[] value = visible(row.after());
                values.put(
                        Workload.nameOf(row.key()),
                        value == null ? null : new String(StoredValue.userData(value), UTF_8));
            }
        }
        return values;
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
                    throw differs(gpid, who, decree, cursor.key(), cursor.value(), expected.get(cursor.key()));
                }
            }
        }
        if (found != expected.size()) {
            throw new AssertionError(gpid + " on " + who + " at decree " + decree + ": " + found
                    + " rows, a naive replay gives " + expected.size());
        }
    }

    private static AssertionError differs(
            Gpid gpid, String who, long decree, byte[] key, byte @Nullable [] found, byte @Nullable [] expected) {
        return new AssertionError(gpid + " on " + who + " at decree " + decree + ": key " + text(key) + " is "
                + text(found) + ", a naive replay gives " + text(expected));
    }

    private static byte @Nullable [] visible(byte @Nullable [] value) {
        return value == null || hasExpired(value) ? null : value;
    }

    /** Whether it was removed since or not: here the expiry of a row is never, or long ago. */
    private static boolean hasExpired(byte[] value) {
        return StoredValue.hasExpired(value, Integer.MAX_VALUE);
    }

    private static boolean same(Entry known, List<RowChange> rows, @Nullable Publish publish) {
        if (known.rows().size() != rows.size() || !Objects.equals(known.publish(), publish)) {
            return false;
        }
        for (int i = 0; i < rows.size(); i++) {
            RowChange left = known.rows().get(i);
            RowChange right = rows.get(i);
            if (!Arrays.equals(left.key(), right.key()) || !Arrays.equals(left.value(), right.value())) {
                return false;
            }
        }
        return true;
    }

    private static String describe(List<RowChange> rows, @Nullable Publish publish) {
        if (publish != null) {
            return publish.toString();
        }
        StringBuilder text = new StringBuilder("[");
        rows.forEach(row -> text.append(text(row.key()))
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
            if (each >= 32 && each < 127) {
                text.append((char) each);
            } else {
                text.append(String.format("<%02x>", each));
            }
        }
        return text.toString();
    }
}
