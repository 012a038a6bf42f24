package dev.sluice.replica.engine;

import java.nio.file.Path;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Snapshot;

/** A RocksDB snapshot of the generation that was current. It keeps that one and the engine open, and its cursors keep it open. */
final class RocksSnapshot implements EngineSnapshot {
    private final Path directory;
    private final RocksDatabase database;
    private final Generation generation;
    private final Snapshot snapshot;
    private final ReadOptions options;
    private final Pins pins = new Pins(this::free);

    /** @param generation pinned by the caller; this unpins it */
    RocksSnapshot(Path directory, RocksDatabase database, Generation generation) {
        this.directory = directory;
        this.database = database;
        this.generation = generation;
        snapshot = database.db().getSnapshot();
        options = new ReadOptions().setSnapshot(snapshot);
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        pin();
        try {
            return database.db().get(generation.family(), options, key);
        } catch (RocksDBException e) {
            throw RocksEngine.failure(directory, "a row cannot be read", e);
        } finally {
            pins.unpin();
        }
    }

    @Override
    public Cursor cursor() {
        pin();
        return new RocksCursor(database.db().newIterator(generation.family(), options));
    }

    @Override
    public void close() {
        pins.close();
    }

    private void pin() {
        if (!pins.pin()) {
            throw new EngineException(directory + ": the snapshot is closed");
        }
    }

    private void free() {
        options.close();
        database.db().releaseSnapshot(snapshot);
        snapshot.close();
        generation.pins().unpin();
    }

    private final class RocksCursor implements Cursor {
        private final RocksIterator iterator;
        private boolean closed;

        RocksCursor(RocksIterator iterator) {
            this.iterator = iterator;
        }

        @Override
        public void seek(byte[] key) {
            requireOpen();
            iterator.seek(key);
            requireUndamaged();
        }

        @Override
        public void seekForPrevious(byte[] key) {
            requireOpen();
            iterator.seekForPrev(key);
            requireUndamaged();
        }

        @Override
        public boolean isValid() {
            return !closed && iterator.isValid();
        }

        @Override
        public void next() {
            requireRow();
            iterator.next();
            requireUndamaged();
        }

        @Override
        public void previous() {
            requireRow();
            iterator.prev();
            requireUndamaged();
        }

        @Override
        public byte[] key() {
            requireRow();
            return iterator.key();
        }

        @Override
        public byte[] value() {
            requireRow();
            return iterator.value();
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                iterator.close();
                pins.unpin();
            }
        }

        private void requireOpen() {
            if (closed) {
                throw new EngineException(directory + ": the cursor is closed");
            }
        }

        /** RocksDB itself does not check, and kills the process. */
        private void requireRow() {
            if (!isValid()) {
                throw new NoSuchElementException("the cursor is at no row");
            }
        }

        /** The end of the rows and an error look alike until asked. */
        private void requireUndamaged() {
            if (iterator.isValid()) {
                return;
            }
            try {
                iterator.status();
            } catch (RocksDBException e) {
                throw RocksEngine.failure(directory, "the rows cannot be walked", e);
            }
        }
    }
}
