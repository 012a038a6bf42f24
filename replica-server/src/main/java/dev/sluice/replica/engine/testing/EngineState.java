package dev.sluice.replica.engine.testing;

import dev.sluice.common.file.FileSystem;
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
 * Rows and what is known of them, at one moment. The map is never changed once it stands in a state.
 *
 * @param rows stored values by stored key
 */
record EngineState(long decree, long publishedLoadId, NavigableMap<byte[], byte[]> rows) {
    private static final String FILE = "state";
    private static final String TEMPORARY = "state.tmp";
    private static final int HEADER_BYTES = 24;

    static EngineState empty() {
        return new EngineState(0, 0, newRows());
    }

    EngineState with(long newDecree, Collection<RowChange> changes) {
        if (changes.isEmpty()) {
            return new EngineState(newDecree, publishedLoadId, rows);
        }
        NavigableMap<byte[], byte[]> changed = newRows();
        changed.putAll(rows);
        for (RowChange change : changes) {
            if (change.value() == null) {
                changed.remove(change.key());
            } else {
                changed.put(change.key(), change.value());
            }
        }
        return new EngineState(newDecree, publishedLoadId, changed);
    }

    EngineState published(long loadId) {
        return new EngineState(decree, loadId, rows);
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
        NavigableMap<byte[], byte[]> rows = newRows();
        while (bytes.remaining() > Long.BYTES) {
            byte[] key = next(bytes);
            rows.put(key, next(bytes));
        }
        return new EngineState(decree, loadId, rows);
    }

    /** Makes this what stands in the directory, and durable; at once or not at all. */
    void save(FileSystem files, Path directory) throws IOException {
        int size = HEADER_BYTES;
        for (var row : rows.entrySet()) {
            size += 2 * Integer.BYTES + row.getKey().length + row.getValue().length;
        }
        byte[] content = new byte[size];
        ByteBuffer bytes = ByteBuffer.wrap(content).putLong(decree).putLong(publishedLoadId);
        for (var row : rows.entrySet()) {
            bytes.putInt(row.getKey().length).put(row.getKey());
            bytes.putInt(row.getValue().length).put(row.getValue());
        }
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

    private static byte[] next(ByteBuffer bytes) {
        byte[] part = new byte[bytes.getInt()];
        bytes.get(part);
        return part;
    }

    private static NavigableMap<byte[], byte[]> newRows() {
        return new TreeMap<>(Arrays::compareUnsigned);
    }
}
