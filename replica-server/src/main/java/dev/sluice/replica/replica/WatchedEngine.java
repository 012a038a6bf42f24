package dev.sluice.replica.replica;

import dev.sluice.replica.engine.Engine;
import dev.sluice.replica.engine.EngineException;
import dev.sluice.replica.engine.EngineSnapshot;
import dev.sluice.replica.mutation.Change.Publish;
import dev.sluice.replica.mutation.Change.RowChange;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An engine whose reads tell of the damage that they find. */
final class WatchedEngine implements Engine {
    private final Engine engine;
    private final Consumer<EngineException> onDamage;

    /** @param onDamage any thread; the reader gets the exception besides */
    WatchedEngine(Engine engine, Consumer<EngineException> onDamage) {
        this.engine = engine;
        this.onDamage = onDamage;
    }

    private <T extends @Nullable Object> T watch(Supplier<T> read) {
        try {
            return read.get();
        } catch (EngineException e) {
            if (e.kind() != EngineException.Kind.OTHER) {
                onDamage.accept(e);
            }
            throw e;
        }
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        return this.<byte @Nullable []>watch(() -> engine.get(key));
    }

    @Override
    public byte @Nullable [] getFromMemory(byte[] key) {
        return this.<byte @Nullable []>watch(() -> engine.getFromMemory(key));
    }

    @Override
    public EngineSnapshot snapshot() {
        return new WatchedSnapshot(watch(engine::snapshot));
    }

    @Override
    public long checkpoint(Path directory) {
        return watch(() -> engine.checkpoint(directory));
    }

    @Override
    public long appliedDecree() {
        return engine.appliedDecree();
    }

    @Override
    public long durableDecree() {
        return engine.durableDecree();
    }

    @Override
    public long publishedLoadId() {
        return engine.publishedLoadId();
    }

    @Override
    public void apply(long decree, List<RowChange> rows) {
        engine.apply(decree, rows);
    }

    @Override
    public int removeExpired(List<byte[]> keys, int expiryNow) {
        return engine.removeExpired(keys, expiryNow);
    }

    @Override
    public long flush() {
        return engine.flush();
    }

    @Override
    public void preparePublish(Publish publish, List<Path> stagedFiles) {
        engine.preparePublish(publish, stagedFiles);
    }

    @Override
    public void publish(long decree, Publish publish, List<Path> stagedFiles) {
        engine.publish(decree, publish, stagedFiles);
    }

    @Override
    public Optional<String> findBehindConflict(List<Path> stagedFiles) {
        return engine.findBehindConflict(stagedFiles);
    }

    @Override
    public List<GenerationInfo> generations() {
        return engine.generations();
    }

    @Override
    public boolean dropGeneration(long id) {
        return engine.dropGeneration(id);
    }

    /** It reads all rows. A disk that has no room for more is no damage, and the rows are as before. */
    @Override
    public void compact(int targetLevel, boolean rewritesLast) {
        try {
            engine.compact(targetLevel, rewritesLast);
        } catch (EngineException e) {
            if (e.kind() == EngineException.Kind.DAMAGE) {
                onDamage.accept(e);
            }
            throw e;
        }
    }

    @Override
    public long compactionBytes(boolean rewritesLast) {
        return engine.compactionBytes(rewritesLast);
    }

    @Override
    public void noteCompaction(CompactionMark mark) {
        engine.noteCompaction(mark);
    }

    @Override
    public CompactionMark lastCompaction() {
        return engine.lastCompaction();
    }

    @Override
    public void close() {
        engine.close();
    }

    @Override
    public boolean awaitClosed(long timeoutMs) throws InterruptedException {
        return engine.awaitClosed(timeoutMs);
    }

    private final class WatchedSnapshot implements EngineSnapshot {
        private final EngineSnapshot snapshot;

        private WatchedSnapshot(EngineSnapshot snapshot) {
            this.snapshot = snapshot;
        }

        @Override
        public byte @Nullable [] get(byte[] key) {
            return WatchedEngine.this.<byte @Nullable []>watch(() -> snapshot.get(key));
        }

        @Override
        public Cursor cursor() {
            return new WatchedCursor(watch(snapshot::cursor));
        }

        @Override
        public void close() {
            snapshot.close();
        }
    }

    private final class WatchedCursor implements EngineSnapshot.Cursor {
        private final EngineSnapshot.Cursor cursor;

        private WatchedCursor(EngineSnapshot.Cursor cursor) {
            this.cursor = cursor;
        }

        private void move(Runnable step) {
            watch(() -> {
                step.run();
                return true;
            });
        }

        @Override
        public void seek(byte[] key) {
            move(() -> cursor.seek(key));
        }

        @Override
        public void seekForPrevious(byte[] key) {
            move(() -> cursor.seekForPrevious(key));
        }

        @Override
        public boolean isValid() {
            return cursor.isValid();
        }

        @Override
        public void next() {
            move(cursor::next);
        }

        @Override
        public void previous() {
            move(cursor::previous);
        }

        @Override
        public byte[] key() {
            return cursor.key();
        }

        @Override
        public byte[] value() {
            return cursor.value();
        }

        @Override
        public void close() {
            cursor.close();
        }
    }
}
