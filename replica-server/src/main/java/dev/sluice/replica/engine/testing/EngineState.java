package dev.sluice.replica.engine.testing;

import dev.sluice.common.data.StoredValue;
import dev.sluice.common.file.FileSystem;
import dev.sluice.replica.engine.Engine.CompactionMark;
import dev.sluice.replica.engine.EngineException;
import dev.sluice.replica.mutation.Change.RowChange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * Rows and what is known of them, at one moment. The maps are never changed once they stand in a state.
 *
 * @param generation that the rows are of
 * @param writes rows written since it became current
 * @param rows stored values by stored key
 * @param kept the rows of the other generations, by id
 * @param compaction the last that was noted
 */
record EngineState(
        long decree,
        long publishedLoadId,
        long generation,
        long writes,
        NavigableMap<byte[], byte[]> rows,
        NavigableMap<Long, NavigableMap<byte[], byte[]>> kept,
        CompactionMark compaction) {
    private static final String FILE = "state";
    private static final String TEMPORARY = "state.tmp";
    private static final int HEADER_BYTES = 7 * Long.BYTES;

    static EngineState empty() {
        return new EngineState(0, 0, 0, 0, newRows(), new TreeMap<>(), CompactionMark.NONE);
    }

    /** Stands for a row that was removed where rows may come from behind later. */
    static final byte[] TOMBSTONE = new byte[0];

    /** Without what was removed. */
    static NavigableMap<byte[], byte[]> visible(NavigableMap<byte[], byte[]> rows) {
        if (rows.values().stream().noneMatch(EngineState::isTombstone)) {
            return rows;
        }
        NavigableMap<byte[], byte[]> visible = newRows();
        rows.forEach((key, value) -> {
            if (!isTombstone(value)) {
                visible.put(key, value);
            }
        });
        return visible;
    }

    static boolean isTombstone(byte[] value) {
        // A stored value has a header.
        return value.length == 0;
    }

    /** Rows that come from behind: what is there wins, tombstones too, expired rows not. */
    EngineState behind(Collection<RowChange> loaded, int expiryNow) {
        NavigableMap<byte[], byte[]> changed = newRows();
        changed.putAll(rows);
        for (RowChange row : loaded) {
            byte[] value = row.value();
            if (value != null) {
                byte[] present = changed.get(row.key());
                if (present == null || StoredValue.hasExpired(present, expiryNow)) {
                    changed.put(row.key(), value);
                }
            }
        }
        return new EngineState(decree, publishedLoadId, generation, writes, changed, kept, compaction);
    }

    EngineState with(long newDecree, Collection<RowChange> changes) {
        return with(newDecree, changes, false);
    }

    /** @param keepsTombstones whether a removal is remembered */
    EngineState with(long newDecree, Collection<RowChange> changes, boolean keepsTombstones) {
        if (changes.isEmpty()) {
            return new EngineState(newDecree, publishedLoadId, generation, writes, rows, kept, compaction);
        }
        NavigableMap<byte[], byte[]> changed = newRows();
        changed.putAll(rows);
        for (RowChange change : changes) {
            if (change.value() == null && keepsTombstones) {
                changed.put(change.key(), TOMBSTONE);
            } else if (change.value() == null) {
                changed.remove(change.key());
            } else {
                changed.put(change.key(), change.value());
            }
        }
        return new EngineState(newDecree, publishedLoadId, generation, writes, changed, kept, compaction);
    }

    EngineState published(long loadId) {
        return new EngineState(decree, loadId, generation, writes, rows, kept, compaction);
    }

    EngineState compacted(CompactionMark mark) {
        return new EngineState(decree, publishedLoadId, generation, writes, rows, kept, mark);
    }

    EngineState written(int count) {
        boolean counts = generation != 0 || !kept.isEmpty();
        return new EngineState(
                decree, publishedLoadId, generation, counts ? writes + count : 0, rows, kept, compaction);
    }

    /** Another generation is current, and this one kept. */
    EngineState switchedTo(long id, NavigableMap<byte[], byte[]> newRows) {
        if (id == generation) {
            return this;
        }
        var others = new TreeMap<>(kept);
        others.remove(id);
        others.put(generation, rows);
        return new EngineState(decree, publishedLoadId, id, 0, newRows, others, compaction);
    }

    EngineState without(long id) {
        var others = new TreeMap<>(kept);
        others.remove(id);
        return new EngineState(decree, publishedLoadId, generation, writes, rows, others, compaction);
    }

    /** What stands in the directory; empty if nothing does. */
    static EngineState load(FileSystem files, Path directory) throws IOException {
        Path path = directory.resolve(FILE);
        if (!files.exists(path)) {
            return empty();
        }
        byte[] content;
        try (FileSystem.File file = files.openForRead(path)) {
            content = new byte[(int) file.size()];
            file.read(ByteBuffer.wrap(content), 0);
        }
        ByteBuffer bytes = ByteBuffer.wrap(content);
        if (content.length < HEADER_BYTES || crc(content) != bytes.getLong(content.length - Long.BYTES)) {
            throw new EngineException(path + " is damaged");
        }
        long decree = bytes.getLong();
        long loadId = bytes.getLong();
        long generation = bytes.getLong();
        long writes = bytes.getLong();
        CompactionMark compaction = new CompactionMark(bytes.getLong(), bytes.getLong());
        NavigableMap<Long, NavigableMap<byte[], byte[]>> kept = new TreeMap<>();
        NavigableMap<byte[], byte[]> rows = nextRows(bytes);
        while (bytes.remaining() > Long.BYTES) {
            long id = bytes.getLong();
            kept.put(id, nextRows(bytes));
        }
        return new EngineState(decree, loadId, generation, writes, rows, kept, compaction);
    }

    /** Makes this what stands in the directory, and durable; at once or not at all. */
    void save(FileSystem files, Path directory) throws IOException {
        int size = HEADER_BYTES + size(rows);
        for (var other : kept.values()) {
            size += Long.BYTES + size(other);
        }
        byte[] content = new byte[size];
        ByteBuffer bytes = ByteBuffer.wrap(content)
                .putLong(decree)
                .putLong(publishedLoadId)
                .putLong(generation)
                .putLong(writes)
                .putLong(compaction.trigger())
                .putLong(compaction.finishedAtSeconds());
        put(bytes, rows);
        kept.forEach((id, other) -> put(bytes.putLong(id), other));
        bytes.putLong(crc(content)).flip();
        Path temporary = directory.resolve(TEMPORARY);
        files.delete(temporary);
        try (FileSystem.File file = files.create(temporary)) {
            file.write(bytes, 0);
            file.sync();
        }
        files.rename(temporary, directory.resolve(FILE));
        files.syncDirectory(directory);
    }

    private static long crc(byte[] content) {
        CRC32C crc = new CRC32C();
        crc.update(content, 0, content.length - Long.BYTES);
        return crc.getValue();
    }

    static int size(NavigableMap<byte[], byte[]> rows) {
        int size = Integer.BYTES;
        for (var row : rows.entrySet()) {
            size += 2 * Integer.BYTES + row.getKey().length + row.getValue().length;
        }
        return size;
    }

    private static void put(ByteBuffer bytes, NavigableMap<byte[], byte[]> rows) {
        bytes.putInt(rows.size());
        for (var row : rows.entrySet()) {
            bytes.putInt(row.getKey().length).put(row.getKey());
            bytes.putInt(row.getValue().length).put(row.getValue());
        }
    }

    private static NavigableMap<byte[], byte[]> nextRows(ByteBuffer bytes) {
        NavigableMap<byte[], byte[]> rows = newRows();
        for (int left = bytes.getInt(); left > 0; left--) {
            byte[] key = next(bytes);
            rows.put(key, next(bytes));
        }
        return rows;
    }

    private static byte[] next(ByteBuffer bytes) {
        byte[] part = new byte[bytes.getInt()];
        bytes.get(part);
        return part;
    }

    static NavigableMap<byte[], byte[]> newRows() {
        return new TreeMap<>(Arrays::compareUnsigned);
    }
}
