package dev.sluice.replica.engine.testing;

import dev.sluice.replica.engine.EngineException;
import dev.sluice.replica.engine.EngineSnapshot;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** A view of rows that nobody changes. It and its cursors count as users until closed, as the native ones do. */
final class InMemorySnapshot implements EngineSnapshot {
    private final NavigableMap<byte[], byte[]> rows;
    private final Runnable leave;
    private int users = 1;
    private boolean closed;

    /** @param leave runs once: after this and its last cursor were closed */
    InMemorySnapshot(NavigableMap<byte[], byte[]> rows, Runnable leave) {
        this.rows = rows;
        this.leave = leave;
    }

    @Override
    public synchronized byte @Nullable [] get(byte[] key) {
        requireOpen();
        return rows.get(key);
    }

    @Override
    public synchronized Cursor cursor() {
        requireOpen();
        users++;
        return new RowCursor();
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            releaseOne();
        }
    }

    private synchronized void releaseOne() {
        users--;
        if (users == 0) {
            leave.run();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new EngineException("the snapshot is closed");
        }
    }

    private final class RowCursor implements Cursor {
        private Map.@Nullable Entry<byte[], byte[]> at;
        private boolean cursorClosed;

        @Override
        public void seek(byte[] key) {
            at = rows.ceilingEntry(key);
        }

        @Override
        public void seekForPrevious(byte[] key) {
            at = rows.floorEntry(key);
        }

        @Override
        public boolean isValid() {
            return at != null;
        }

        @Override
        public void next() {
            at = rows.higherEntry(require().getKey());
        }

        @Override
        public void previous() {
            at = rows.lowerEntry(require().getKey());
        }

        @Override
        public byte[] key() {
            return require().getKey();
        }

        @Override
        public byte[] value() {
            return require().getValue();
        }

        @Override
        public void close() {
            if (!cursorClosed) {
                cursorClosed = true;
                releaseOne();
            }
        }

        private Map.Entry<byte[], byte[]> require() {
            if (at == null) {
                throw new NoSuchElementException("the cursor is at no row");
            }
            return at;
        }
    }
}
