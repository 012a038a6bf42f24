package dev.sluice.integration.simulation;

import dev.sluice.common.Gpid;
import dev.sluice.replica.engine.Engine;
import dev.sluice.replica.engine.Engine.CompactionMark;
import dev.sluice.replica.engine.EngineFactory;
import dev.sluice.replica.engine.EngineSnapshot;
import dev.sluice.replica.mutation.Change.Publish;
import dev.sluice.replica.mutation.Change.RowChange;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Opens engines that tell what is applied to them. */
record ObservedEngines(EngineFactory engines, Observer observer) implements EngineFactory {
    /** Hears after an engine has applied something. */
    interface Observer {
        void onApplied(Engine engine, Gpid gpid, long decree, List<RowChange> rows, @Nullable Publish publish);

        /** It has noted a compaction, in the place of another. */
        default void onCompacted(Gpid gpid, CompactionMark before, CompactionMark noted) {}
    }

    @Override
    public Engine open(Path directory, boolean allowsBehind) {
        Engine engine = engines.open(directory, allowsBehind);
        Gpid gpid = gpid(Objects.requireNonNull(
                        Objects.requireNonNull(directory.getParent()).getFileName())
                .toString());
        return new ObservedEngine(engine, gpid, observer);
    }

    private static Gpid gpid(String name) {
        int dot = name.indexOf('.');
        return new Gpid(Integer.parseInt(name.substring(0, dot)), Integer.parseInt(name.substring(dot + 1)));
    }

    @Override
    public void close() {
        engines.close();
    }

    /** By hand, not by reflection: every row of every replica goes through here. */
    private record ObservedEngine(Engine engine, Gpid gpid, Observer observer) implements Engine {
        @Override
        public void apply(long decree, List<RowChange> rows) {
            engine.apply(decree, rows);
            observer.onApplied(engine, gpid, decree, rows, null);
        }

        @Override
        public void publish(long decree, Publish publish, List<Path> stagedFiles) {
            engine.publish(decree, publish, stagedFiles);
            observer.onApplied(engine, gpid, decree, List.of(), publish);
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
        public byte @Nullable [] get(byte[] key) {
            return engine.get(key);
        }

        @Override
        public byte @Nullable [] getFromMemory(byte[] key) {
            return engine.getFromMemory(key);
        }

        @Override
        public EngineSnapshot snapshot() {
            return engine.snapshot();
        }

        @Override
        public long checkpoint(Path directory) {
            return engine.checkpoint(directory);
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

        @Override
        public void compact(int targetLevel, boolean rewritesLast) {
            engine.compact(targetLevel, rewritesLast);
        }

        @Override
        public long compactionBytes(boolean rewritesLast) {
            return engine.compactionBytes(rewritesLast);
        }

        @Override
        public void noteCompaction(CompactionMark mark) {
            CompactionMark before = engine.lastCompaction();
            engine.noteCompaction(mark);
            observer.onCompacted(gpid, before, mark);
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
    }
}
