package dev.sluice.replica.engine.testing;

import dev.sluice.common.data.StoredValue;
import dev.sluice.common.file.FileSystem;
import dev.sluice.replica.engine.Engine;
import dev.sluice.replica.engine.EngineException;
import dev.sluice.replica.engine.EngineSnapshot;
import dev.sluice.replica.engine.testing.InMemoryEngineFactory.Step;
import dev.sluice.replica.mutation.Change.Publish;
import dev.sluice.replica.mutation.Change.RowChange;
import dev.sluice.wire.bulkload.LoadMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The twin of the RocksDB engine. Like that one it loses in a crash what was not flushed, and keeps an ingest at once: rows
 * in the durable state, under a decree and a token that are older. It flushes before an ingest only what lies inside the
 * range of a staged file. An ingested file stays linked beside the state, and is known there by being the same file.
 */
final class InMemoryEngine implements Engine {
    private static final String INGESTED = "ingested";

    private final InMemoryEngineFactory factory;
    private final Path directory;
    private final FileSystem files;
    private final StagedRows stagedRows;
    private final boolean allowsBehind;
    private final TreeSet<byte[]> unflushedKeys = new TreeSet<>(Arrays::compareUnsigned);
    private EngineState current;
    private EngineState durable;
    private long preparedLoadId;
    private long hiddenLoadId;
    private List<Path> hiddenFiles = List.of();
    private NavigableMap<byte[], byte[]> hiddenRows = EngineState.newRows();
    private int users = 1;
    private boolean closed;

    InMemoryEngine(
            InMemoryEngineFactory factory,
            Path directory,
            FileSystem files,
            StagedRows stagedRows,
            boolean allowsBehind)
            throws IOException {
        this.factory = factory;
        this.directory = directory;
        this.files = files;
        this.stagedRows = stagedRows;
        this.allowsBehind = allowsBehind;
        files.createDirectories(directory);
        Path parent = directory.getParent();
        if (parent != null) {
            files.syncDirectory(parent);
        }
        durable = EngineState.load(files, directory);
        current = durable;
    }

    @Override
    public synchronized long appliedDecree() {
        return current.decree();
    }

    @Override
    public synchronized long durableDecree() {
        requireOpen();
        return durable.decree();
    }

    @Override
    public synchronized long publishedLoadId() {
        return current.publishedLoadId();
    }

    @Override
    public synchronized void apply(long decree, List<RowChange> rows) {
        requireOpen();
        requireNext(decree);
        current = current.with(decree, rows, allowsBehind).written(rows.size());
        rows.forEach(row -> unflushedKeys.add(row.key()));
        factory.reached(Step.APPLIED);
    }

    @Override
    public synchronized int removeExpired(List<byte[]> keys, int expiryNow) {
        requireOpen();
        List<RowChange> removals = new ArrayList<>();
        for (byte[] key : keys) {
            byte @Nullable [] value = get(key);
            boolean isShort = allowsBehind && value != null && value.length <= StoredValue.HEADER_BYTES;
            if (value != null && StoredValue.hasExpired(value, expiryNow) && !isShort) {
                // What may come from behind is to win over an expired row, and not over a removed one.
                byte[] left = allowsBehind ? Arrays.copyOf(value, StoredValue.HEADER_BYTES) : null;
                removals.add(new RowChange(key, left));
                unflushedKeys.add(key);
            }
        }
        current = current.with(current.decree(), removals, allowsBehind);
        return removals.size();
    }

    @Override
    public synchronized long flush() {
        requireOpen();
        factory.reached(Step.BEFORE_FLUSH);
        makeDurable();
        factory.reached(Step.FLUSHED);
        return durable.decree();
    }

    @Override
    public synchronized void preparePublish(Publish publish, List<Path> staged) {
        requireOpen();
        if (publish.loadId() > current.publishedLoadId()) {
            switch (publish.mode()) {
                case MERGE, BEHIND -> prepare(publish, staged);
                case REPLACE -> fill(publish, staged);
                case ROLLBACK -> kept(publish);
            }
            flush();
        }
    }

    @Override
    public synchronized void publish(long decree, Publish publish, List<Path> staged) {
        requireOpen();
        requireNext(decree);
        if (publish.loadId() > current.publishedLoadId()) {
            if (durable.publishedLoadId() != current.publishedLoadId()) {
                makeDurable();
            }
            switch (publish.mode()) {
                case MERGE, BEHIND -> ingest(publish, staged);
                case REPLACE -> current = current.switchedTo(publish.loadId(), fill(publish, staged));
                case ROLLBACK -> current = current.switchedTo(publish.rollbackTo(), kept(publish));
            }
            current = current.published(publish.loadId());
        }
        current = current.with(decree, List.of());
        factory.reached(Step.TOKEN_WRITTEN);
    }

    @Override
    public synchronized Optional<String> findBehindConflict(List<Path> staged) {
        return allowsBehind
                ? Optional.empty()
                : Optional.of("the replica was made without app env rocksdb.allow_ingest_behind=true");
    }

    @Override
    public synchronized List<GenerationInfo> generations() {
        List<GenerationInfo> infos = new ArrayList<>();
        TreeSet<Long> ids = new TreeSet<>(current.kept().keySet());
        ids.add(current.generation());
        for (long id : ids) {
            boolean isCurrent = id == current.generation();
            infos.add(new GenerationInfo(id, isCurrent, isCurrent ? current.writes() : 0));
        }
        return infos;
    }

    @Override
    public synchronized boolean dropGeneration(long id) {
        requireOpen();
        if (!current.kept().containsKey(id)) {
            return false;
        }
        if (durable.publishedLoadId() != current.publishedLoadId()) {
            makeDurable();
        }
        current = current.without(id);
        // At once, and alone: a column family is dropped like that.
        save(durable.without(id));
        return true;
    }

    @Override
    public synchronized byte @Nullable [] get(byte[] key) {
        requireOpen();
        byte[] value = current.rows().get(key);
        return value == null || EngineState.isTombstone(value) ? null : value;
    }

    /** Like one whose cache holds what was not flushed. */
    @Override
    public synchronized byte @Nullable [] getFromMemory(byte[] key) {
        return unflushedKeys.contains(key) ? get(key) : NOT_IN_MEMORY;
    }

    @Override
    public synchronized EngineSnapshot snapshot() {
        requireOpen();
        users++;
        return new InMemorySnapshot(EngineState.visible(current.rows()), this::leave);
    }

    @Override
    public synchronized long checkpoint(Path target) {
        requireOpen();
        makeDurable();
        factory.reached(Step.CHECKPOINT_FLUSHED);
        if (files.exists(target)) {
            throw new EngineException(directory + ": no checkpoint could be made in " + target + ": it exists");
        }
        try {
            files.createDirectories(target);
            durable.save(files, target);
            factory.reached(Step.CHECKPOINT_WRITTEN);
        } catch (IOException e) {
            throw new EngineException(directory + ": no checkpoint could be made in " + target, e);
        }
        return durable.decree();
    }

    /** Nothing lies in levels here. */
    @Override
    public synchronized void compact(int targetLevel, boolean rewritesLast) {
        requireOpen();
        flush();
    }

    @Override
    public synchronized long compactionBytes(boolean rewritesLast) {
        return EngineState.size(durable.rows());
    }

    @Override
    public synchronized void noteCompaction(CompactionMark mark) {
        requireOpen();
        current = current.compacted(mark);
        makeDurable();
    }

    @Override
    public synchronized CompactionMark lastCompaction() {
        return current.compaction();
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            leave();
        }
    }

    @Override
    public synchronized boolean awaitClosed(long timeoutMs) throws InterruptedException {
        long endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        long leftMs = timeoutMs;
        while (users > 0 && leftMs > 0) {
            wait(leftMs);
            leftMs = TimeUnit.NANOSECONDS.toMillis(endNanos - System.nanoTime());
        }
        return users == 0;
    }

    private synchronized void leave() {
        users--;
        if (users == 0) {
            factory.closed(directory);
            notifyAll();
        }
    }

    private void ingest(Publish publish, List<Path> staged) {
        try {
            List<List<RowChange>> rows = prepare(publish, staged);
            factory.reached(Step.BEFORE_INGEST);
            Path ingested = directory.resolve(INGESTED);
            if (!anyIsLinked(staged, ingested)) {
                if (rows.stream().anyMatch(this::overlapsUnflushed)) {
                    makeDurable();
                }
                save(with(durable, publish, rows));
                link(staged, ingested);
            }
            factory.reached(Step.INGESTED);
            current = with(current, publish, rows);
        } catch (IOException e) {
            throw new EngineException(directory + ": load " + publish.loadId() + " cannot be ingested: " + e, e);
        }
    }

    private static EngineState with(EngineState before, Publish publish, List<List<RowChange>> files) {
        EngineState after = before;
        for (List<RowChange> file : files) {
            after = publish.mode() == LoadMode.BEHIND
                    ? after.behind(file, StoredValue.expiryNow(publish.epoch()))
                    : after.with(before.decree(), file);
        }
        return after;
    }

    private List<List<RowChange>> prepare(Publish publish, List<Path> staged) {
        List<List<RowChange>> rows = read(staged);
        if (preparedLoadId != publish.loadId()) {
            preparedLoadId = publish.loadId();
            factory.reached(Step.LINKED);
        }
        return rows;
    }

    /** Nothing of a hidden generation outlives a crash. */
    private NavigableMap<byte[], byte[]> fill(Publish publish, List<Path> staged) {
        if (hiddenLoadId == publish.loadId() && hiddenFiles.equals(staged)) {
            return hiddenRows;
        }
        EngineState filled = EngineState.empty();
        List<List<RowChange>> files = read(staged);
        factory.reached(Step.LINKED);
        factory.reached(Step.BEFORE_INGEST);
        for (List<RowChange> file : files) {
            filled = filled.with(0, file);
        }
        factory.reached(Step.INGESTED);
        hiddenLoadId = publish.loadId();
        hiddenFiles = List.copyOf(staged);
        hiddenRows = filled.rows();
        return hiddenRows;
    }

    private NavigableMap<byte[], byte[]> kept(Publish publish) {
        long id = publish.rollbackTo();
        NavigableMap<byte[], byte[]> kept =
                id == current.generation() ? current.rows() : current.kept().get(id);
        if (kept == null) {
            throw new EngineException(directory + ": generation " + id + " is not kept here, there are "
                    + current.kept().keySet() + ": the app cannot be rolled back to it");
        }
        return kept;
    }

    private void makeDurable() {
        save(current);
        unflushedKeys.clear();
    }

    private List<List<RowChange>> read(List<Path> staged) {
        List<List<RowChange>> rows = new ArrayList<>(staged.size());
        for (Path file : staged) {
            try {
                rows.add(stagedRows.read(file));
            } catch (IOException e) {
                throw new EngineException(directory + ": staged file " + file + " cannot be read: " + e, e);
            }
        }
        return rows;
    }

    private boolean overlapsUnflushed(List<RowChange> file) {
        if (file.isEmpty()) {
            return false;
        }
        byte[] first = unflushedKeys.ceiling(file.get(0).key());
        return first != null
                && Arrays.compareUnsigned(first, file.get(file.size() - 1).key()) <= 0;
    }

    private boolean anyIsLinked(List<Path> staged, Path ingested) throws IOException {
        for (String name : files.list(ingested)) {
            for (Path file : staged) {
                if (files.isSameFile(file, ingested.resolve(name))) {
                    return true;
                }
            }
        }
        return false;
    }

    /** After the rows: a crash between ingests once more, which a merge does not mind. */
    private void link(List<Path> staged, Path ingested) throws IOException {
        files.deleteTree(ingested);
        files.createDirectories(ingested);
        for (int i = 0; i < staged.size(); i++) {
            files.link(staged.get(i), ingested.resolve(Integer.toString(i)));
        }
        files.syncDirectory(ingested);
        files.syncDirectory(directory);
    }

    private void save(EngineState state) {
        try {
            state.save(files, directory);
        } catch (IOException e) {
            throw new EngineException(directory + ": it cannot be flushed: " + e, e);
        }
        durable = state;
    }

    private void requireOpen() {
        if (closed) {
            throw new EngineException(directory + ": the engine is closed");
        }
    }

    private void requireNext(long decree) {
        if (decree != current.decree() + 1) {
            throw new IllegalArgumentException(
                    directory + ": decree " + decree + " is applied, expected " + (current.decree() + 1));
        }
    }
}
