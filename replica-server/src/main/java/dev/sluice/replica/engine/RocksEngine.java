package dev.sluice.replica.engine;

import dev.sluice.common.data.StoredValue;
import dev.sluice.replica.engine.RocksDatabase.Fact;
import dev.sluice.replica.engine.StepListener.Step;
import dev.sluice.replica.mutation.Change.Publish;
import dev.sluice.replica.mutation.Change.RowChange;
import dev.sluice.wire.bulkload.LoadMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Checkpoint;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.IngestExternalFileOptions;
import org.rocksdb.LiveFileMetaData;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One partition's rows in a RocksDB of their own.
 *
 * <p>RocksDB makes an ingest durable at once and alone; decree and token follow with the next flush. So a crash may leave an
 * ingest whose publish is going to be applied again: a live file that is a staged one, by inode, says so. Rows that were
 * applied before the publish and are lost in such a crash do not lie inside the ingested ranges (RocksDB flushes those that
 * do before it ingests), so that applying them again, later than the ingest, changes nothing.
 */
final class RocksEngine implements Engine {
    private static final Logger LOG = LoggerFactory.getLogger(RocksEngine.class);
    private final Path directory;
    private final Supplier<RocksSettings> settings;
    private final RocksDatabase database;
    private final StepListener steps;
    private final StagedFiles stagedFiles;
    private final LevelCompaction compaction;
    /** Of the database: each generation that is open pins it. */
    private final Pins databasePins;
    /** Of what works on more than one generation: all of their handles stay until the last of it has ended. */
    private final Pins works;

    /** Held by a publish, its preparation, and a checkpoint: the copy must not have an ingest without its token. */
    private final ReentrantLock publishing = new ReentrantLock();

    private @Nullable Prepared prepared;

    /** Filled and not published: nobody reads it. */
    private @Nullable Hidden hidden;

    /** All that are published and not dropped, the current one among them. */
    private final ConcurrentNavigableMap<Long, Generation> generations = new ConcurrentSkipListMap<>();

    /** Whose pins keep this open: those above, hidden ones, and some that were dropped. */
    private final Set<Generation> open = ConcurrentHashMap.newKeySet();

    private volatile boolean closed;
    private volatile Generation current;
    private volatile long appliedDecree;
    private volatile long publishedLoadId;
    private volatile long writesSinceSwitch;
    private volatile CompactionMark lastCompaction;

    /**
     * A publish whose files are ready.
     *
     * @param links to ingest; empty if there is nothing to ingest, or it is there
     * @param ranges of those that have rows
     */
    private record Prepared(long loadId, List<Path> stagedFiles, List<Path> links, List<FileKeyRange> ranges) {}

    /** A generation that holds the staged files of a load. */
    private record Hidden(Generation generation, List<Path> stagedFiles) {}

    /** Of the load from behind that is prepared, or is being prepared, until the next publish; null if there is none. */
    private volatile @Nullable ExpiredCover cover;

    private RocksEngine(Path directory, RocksDatabase database, Supplier<RocksSettings> settings, StepListener steps)
            throws RocksDBException, IOException {
        this.directory = directory;
        this.database = database;
        this.settings = settings;
        this.steps = steps;
        stagedFiles = new StagedFiles(directory);
        compaction = new LevelCompaction(directory, database, publishing);
        stagedFiles.clear();
        appliedDecree = database.read(Fact.DECREE);
        publishedLoadId = database.read(Fact.PUBLISHED_LOAD);
        writesSinceSwitch = database.read(Fact.WRITES_SINCE_SWITCH);
        lastCompaction = new CompactionMark(database.read(Fact.COMPACTED_FOR), database.read(Fact.COMPACTED_AT));
        databasePins = new Pins(database::close);
        works = new Pins(this::closeGenerations);
        for (var found : database.generations().entrySet()) {
            if (found.getKey() > publishedLoadId) {
                // Filled for a publish that did not come: it is filled again if it does.
                database.dropGeneration(found.getKey());
                found.getValue().close();
            } else {
                generations.put(found.getKey(), generation(found.getKey(), found.getValue()));
            }
        }
        current = Objects.requireNonNull(generations.get(database.read(Fact.GENERATION)), "checked when opened");
        current.liftStallLimitsIfCrowded(database.db());
    }

    private Generation generation(long id, ColumnFamilyHandle family) {
        if (!databasePins.pin()) {
            throw new IllegalStateException(directory + ": a generation is made of a database that is closed");
        }
        Generation made = new Generation(id, family, databasePins::unpin);
        open.add(made);
        return made;
    }

    static RocksEngine open(Path directory, Supplier<RocksSettings> settings, StepListener steps) {
        RocksDatabase database = RocksDatabase.open(directory, settings.get(), false);
        try {
            return new RocksEngine(directory, database, settings, steps);
        } catch (RocksDBException | IOException e) {
            database.close();
            throw failure(directory, "it cannot be opened", e);
        }
    }

    @Override
    public long appliedDecree() {
        return appliedDecree;
    }

    @Override
    public long durableDecree() {
        pin();
        try {
            return database.readPersisted(Fact.DECREE);
        } catch (RocksDBException e) {
            throw failure(directory, "the durable decree cannot be read", e);
        } finally {
            works.unpin();
        }
    }

    @Override
    public long publishedLoadId() {
        return publishedLoadId;
    }

    @Override
    public void apply(long decree, List<RowChange> rows) {
        requireNext(decree);
        Generation target = pinCurrent();
        try (WriteBatch batch = new WriteBatch()) {
            for (RowChange row : rows) {
                if (row.value() == null) {
                    batch.delete(target.family(), row.key());
                } else {
                    batch.put(target.family(), row.key(), row.value());
                }
            }
            database.put(batch, Fact.DECREE, decree);
            long writes = writesSinceSwitch + rows.size();
            // Only a rollback asks for it, and there is none before the first switch.
            if (target.id() != 0 || generations.size() > 1) {
                database.put(batch, Fact.WRITES_SINCE_SWITCH, writes);
                writesSinceSwitch = writes;
            }
            database.write(batch);
            ExpiredCover watching = cover;
            if (watching != null) {
                rows.forEach(row -> watching.onWritten(row.key(), row.value()));
            }
            appliedDecree = decree;
            steps.reached(Step.APPLIED);
        } catch (RocksDBException e) {
            throw failure(directory, "decree " + decree + " cannot be applied", e);
        } finally {
            target.pins().unpin();
        }
    }

    @Override
    public int removeExpired(List<byte[]> keys, int expiryNow) {
        Generation target = pinCurrent();
        try (WriteBatch batch = new WriteBatch()) {
            int removed = 0;
            for (byte[] key : keys) {
                byte @Nullable [] value = database.db().get(target.family(), database.readOptions(), key);
                if (value == null || !StoredValue.hasExpired(value, expiryNow)) {
                    continue;
                }
                if (!database.allowsBehind()) {
                    batch.delete(target.family(), key);
                    removed++;
                } else if (value.length > StoredValue.HEADER_BYTES) {
                    // Not the same as a row that was removed: a row from behind may take its place.
                    batch.put(target.family(), key, Arrays.copyOf(value, StoredValue.HEADER_BYTES));
                    removed++;
                }
            }
            if (removed > 0) {
                database.write(batch);
            }
            return removed;
        } catch (RocksDBException e) {
            throw failure(directory, "expired rows cannot be removed", e);
        } finally {
            target.pins().unpin();
        }
    }

    @Override
    public long flush() {
        pin();
        try {
            steps.reached(Step.BEFORE_FLUSH);
            database.flush();
            steps.reached(Step.FLUSHED);
            settleStallLimits();
            return database.readPersisted(Fact.DECREE);
        } catch (RocksDBException e) {
            throw failure(directory, "it cannot be flushed", e);
        } finally {
            works.unpin();
        }
    }

    /** Leaves it to the next flush while a publish, or its preparation, is under way. */
    private void settleStallLimits() throws RocksDBException {
        if (publishing.tryLock()) {
            try {
                current.settleStallLimits(database.db());
            } finally {
                publishing.unlock();
            }
        }
    }

    @Override
    public void preparePublish(Publish publish, List<Path> staged) {
        pin();
        try {
            if (publish.loadId() > publishedLoadId) {
                boolean fillsLevel0 = false;
                publishing.lock();
                try {
                    // It may have been published meanwhile: links made then would hold the space for nothing.
                    if (publish.loadId() > publishedLoadId) {
                        switch (publish.mode()) {
                            case MERGE ->
                                fillsLevel0 = !prepare(publish, staged).links().isEmpty();
                            case BEHIND -> {
                                prepare(publish, staged);
                                coverOf(publish, staged);
                            }
                            case REPLACE -> fill(publish, staged);
                            case ROLLBACK -> kept(publish);
                        }
                    }
                } finally {
                    publishing.unlock();
                }
                // After the rest: an ingest stops writes to flush those that came in between.
                flush();
                if (fillsLevel0) {
                    publishing.lock();
                    try {
                        current.liftStallLimits(database.db());
                    } finally {
                        publishing.unlock();
                    }
                }
            }
        } catch (RocksDBException e) {
            throw failure(directory, "load " + publish.loadId() + " cannot be prepared", e);
        } finally {
            works.unpin();
        }
    }

    @Override
    public void publish(long decree, Publish publish, List<Path> staged) {
        requireNext(decree);
        pin();
        try (WriteBatch batch = new WriteBatch()) {
            publishing.lock();
            try {
                Generation next = current;
                if (publish.loadId() > publishedLoadId) {
                    if (publish.mode() == LoadMode.BEHIND) {
                        compaction.cut(); // lest it takes rows to the level that is for those that come now
                    }
                    next = take(publish, staged);
                    if (publish.mode() == LoadMode.BEHIND) {
                        uncover(batch, publish, staged);
                    }
                    cover = null; // found in rows that are not those of the next load
                    database.put(batch, Fact.PUBLISHED_LOAD, publish.loadId());
                    if (next.id() != current.id()) {
                        database.put(batch, Fact.GENERATION, next.id());
                        database.put(batch, Fact.WRITES_SINCE_SWITCH, 0);
                    }
                }
                database.put(batch, Fact.DECREE, decree);
                database.write(batch);
                if (next.id() != current.id()) {
                    switchTo(next);
                }
                appliedDecree = decree;
                publishedLoadId = Math.max(publishedLoadId, publish.loadId());
                steps.reached(Step.TOKEN_WRITTEN);
            } finally {
                publishing.unlock();
            }
        } catch (RocksDBException e) {
            throw failure(directory, "load " + publish.loadId() + " cannot be published at decree " + decree, e);
        } finally {
            works.unpin();
        }
    }

    @Override
    public Optional<String> findBehindConflict(List<Path> staged) {
        Generation target = pinCurrent();
        try {
            if (!database.allowsBehind()) {
                return Optional.of("the replica was made without app env rocksdb.allow_ingest_behind=true");
            }
            List<FileKeyRange> ranges = new ArrayList<>();
            for (LiveFileMetaData file : database.filesOf(target.family())) {
                if (file.level() == database.lastLevel()) {
                    ranges.add(
                            new FileKeyRange("an earlier load of mode behind", file.smallestKey(), file.largestKey()));
                }
            }
            ranges.addAll(rangesOf(staged));
            return FileKeyRange.findOverlap(ranges);
        } catch (IOException | RocksDBException e) {
            throw failure(directory, "its files cannot be compared with staged ones", e);
        } finally {
            target.pins().unpin();
        }
    }

    @Override
    public List<GenerationInfo> generations() {
        long now = current.id();
        List<GenerationInfo> infos = new ArrayList<>();
        for (long id : generations.keySet()) {
            infos.add(new GenerationInfo(id, id == now, id == now ? writesSinceSwitch : 0));
        }
        return infos;
    }

    @Override
    public boolean dropGeneration(long id) {
        pin();
        publishing.lock();
        try {
            Generation dropped = id == current.id() ? null : generations.get(id);
            if (dropped == null) {
                return false;
            }
            if (database.readPersisted(Fact.PUBLISHED_LOAD) != publishedLoadId) {
                // A family is dropped at once: what a crash leaves must not say that it is the current one.
                database.flush();
            }
            drop(dropped);
            generations.remove(id);
            return true;
        } catch (RocksDBException e) {
            throw failure(directory, "generation " + id + " cannot be dropped", e);
        } finally {
            publishing.unlock();
            works.unpin();
        }
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        Generation read = pinCurrent();
        try {
            return database.db().get(read.family(), database.readOptions(), key);
        } catch (RocksDBException e) {
            throw failure(directory, "a row cannot be read", e);
        } finally {
            read.pins().unpin();
        }
    }

    @Override
    public byte @Nullable [] getFromMemory(byte[] key) {
        Generation read = pinCurrent();
        try {
            byte[] value = database.db().get(read.family(), database.readFromMemory(), key);
            // RocksDB gives an empty value if a file is not open yet, as after an ingest.
            return value == null || value.length > 0 ? value : NOT_IN_MEMORY;
        } catch (RocksDBException e) {
            // A block is not in memory, or is damaged: whoever reads it with the disk finds out which.
            return NOT_IN_MEMORY;
        } finally {
            read.pins().unpin();
        }
    }

    @Override
    public EngineSnapshot snapshot() {
        return new RocksSnapshot(directory, database, pinCurrent());
    }

    @Override
    public long checkpoint(Path target) {
        pin();
        publishing.lock();
        try (Checkpoint checkpoint = Checkpoint.create(database.db())) {
            database.flush();
            steps.reached(Step.CHECKPOINT_FLUSHED);
            checkpoint.createCheckpoint(target.toString());
            steps.reached(Step.CHECKPOINT_WRITTEN);
        } catch (RocksDBException e) {
            throw failure(directory, "no checkpoint could be made in " + target, e);
        } finally {
            publishing.unlock();
            works.unpin();
        }
        return decreeOf(target);
    }

    @Override
    public void compact(int targetLevel, boolean rewritesLast) {
        pin();
        try {
            Generation target = pinCurrent();
            try {
                flush();
                // While one level is rewritten, level 0 may fill with what clients write meanwhile.
                target.holdStallLimits(database.db());
                try {
                    compaction.compact(target, () -> target == current, targetLevel, rewritesLast);
                } finally {
                    target.releaseStallLimits();
                }
                if (target != current) {
                    throw LevelCompaction.notCurrent(directory, target);
                }
            } finally {
                target.pins().unpin();
            }
        } catch (RocksDBException e) {
            throw failure(directory, "it cannot be compacted", e);
        } finally {
            works.unpin();
        }
    }

    @Override
    public long compactionBytes(boolean rewritesLast) {
        Generation target = pinCurrent();
        try {
            return compaction.bytes(target, rewritesLast);
        } catch (RocksDBException e) {
            throw failure(directory, "the size of its files cannot be read", e);
        } finally {
            target.pins().unpin();
        }
    }

    @Override
    public void noteCompaction(CompactionMark mark) {
        pin();
        try (WriteBatch batch = new WriteBatch()) {
            database.put(batch, Fact.COMPACTED_FOR, mark.trigger());
            database.put(batch, Fact.COMPACTED_AT, mark.finishedAtSeconds());
            database.write(batch);
            database.flush();
            lastCompaction = mark;
        } catch (RocksDBException e) {
            throw failure(directory, "a compaction cannot be noted", e);
        } finally {
            works.unpin();
        }
    }

    @Override
    public CompactionMark lastCompaction() {
        return lastCompaction;
    }

    @Override
    public void close() {
        closed = true;
        compaction.close();
        works.close();
    }

    private void closeGenerations() {
        open.forEach(each -> each.pins().close());
        databasePins.close();
    }

    @Override
    public boolean awaitClosed(long timeoutMs) throws InterruptedException {
        return databasePins.awaitFreed(timeoutMs);
    }

    /** Rows may have been applied while the copy was made: only the copy knows where it stands. */
    private long decreeOf(Path checkpoint) {
        try (RocksDatabase copy = RocksDatabase.open(checkpoint, settings.get(), true)) {
            return copy.read(Fact.DECREE);
        } catch (RocksDBException e) {
            throw failure(checkpoint, "the decree of the checkpoint cannot be read", e);
        }
    }

    private Prepared prepare(Publish publish, List<Path> staged) {
        Prepared ready = prepared;
        if (ready != null
                && ready.loadId() == publish.loadId()
                && ready.stagedFiles().equals(staged)) {
            return ready;
        }
        prepared = null; // its links go away
        try {
            boolean there = StagedFiles.anyIsLive(staged, liveFiles());
            List<Path> links = there ? List.of() : stagedFiles.link(staged);
            // An ingest opens every file, with index and filter: if the file has an identity, they are in the cache
            // now.
            ready = new Prepared(publish.loadId(), List.copyOf(staged), links, rangesOf(links));
        } catch (IOException | RocksDBException e) {
            throw failure(directory, "the staged files of load " + publish.loadId() + " cannot be linked and read", e);
        }
        prepared = ready;
        steps.reached(Step.LINKED);
        return ready;
    }

    private List<FileKeyRange> rangesOf(List<Path> files) throws RocksDBException, IOException {
        List<FileKeyRange> ranges = new ArrayList<>(files.size());
        for (Path file : files) {
            FileKeyRange.ofFile(file, database.fileOptions(file)).ifPresent(ranges::add);
        }
        return ranges;
    }

    /** What of the load an expired row would hide; looks for it if that was not done before. */
    private ExpiredCover coverOf(Publish publish, List<Path> staged) throws RocksDBException {
        ExpiredCover known = cover;
        if (known == null || !known.isOf(publish.loadId(), staged)) {
            known = new ExpiredCover(publish.loadId(), publish.epoch(), staged);
            // First: what is written from here on is heard, what was written before is found.
            cover = known;
            boolean found = false;
            try {
                known.find(database.db(), current.family());
                found = true;
            } finally {
                if (!found) {
                    cover = null; // half of them would be worse than none: the publish looks again
                }
            }
        }
        return known;
    }

    private void uncover(WriteBatch batch, Publish publish, List<Path> staged) throws RocksDBException {
        int rows = coverOf(publish, staged).uncover(batch, database.db(), current.family(), database.readOptions());
        if (rows > 0) {
            LOG.info("{}: load {}: {} rows take the place of expired ones", directory, publish.loadId(), rows);
        }
    }

    /** Makes the load's rows ready under the generation that is current once it is published. */
    private Generation take(Publish publish, List<Path> staged) throws RocksDBException {
        if (database.readPersisted(Fact.PUBLISHED_LOAD) != publishedLoadId) {
            // Else a crash could apply the load before this one again, above it.
            database.flush();
        }
        return switch (publish.mode()) {
            case MERGE, BEHIND -> ingest(publish, staged);
            case REPLACE -> fill(publish, staged);
            case ROLLBACK -> kept(publish);
        };
    }

    private void switchTo(Generation next) {
        generations.put(next.id(), next);
        writesSinceSwitch = 0;
        current = next;
        hidden = null;
        compaction.cut(); // of rows that are not current any more
    }

    private Generation kept(Publish publish) {
        long id = publish.rollbackTo();
        Generation kept = generations.get(id);
        if (kept == null) {
            throw new EngineException(directory + ": generation " + id + " is not kept here, there are "
                    + generations.keySet() + ": the app cannot be rolled back to it");
        }
        return kept;
    }

    /** Fills a hidden generation with the staged files. */
    private Generation fill(Publish publish, List<Path> staged) throws RocksDBException {
        Hidden filled = hidden;
        if (filled != null
                && filled.generation().id() == publish.loadId()
                && filled.stagedFiles().equals(staged)) {
            return filled.generation();
        }
        dropHidden();
        List<Path> links;
        try {
            links = stagedFiles.link(staged);
        } catch (IOException e) {
            throw failure(directory, "the staged files of load " + publish.loadId() + " cannot be linked", e);
        }
        steps.reached(Step.LINKED);
        Generation next = generation(publish.loadId(), database.createGeneration(publish.loadId()));
        // Also if the files cannot be ingested: then the next try drops it.
        hidden = new Hidden(next, List.of());
        steps.reached(Step.BEFORE_INGEST);
        if (!links.isEmpty()) {
            // Files that overlap each other are levels above one another.
            next.liftStallLimits(database.db());
            ingest(next, links, false);
        }
        LOG.info("{}: load {}: {} files make a new generation", directory, publish.loadId(), links.size());
        steps.reached(Step.INGESTED);
        hidden = new Hidden(next, List.copyOf(staged));
        return next;
    }

    private void dropHidden() throws RocksDBException {
        Hidden dropped = hidden;
        if (dropped != null) {
            hidden = null;
            drop(dropped.generation());
        }
    }

    private void drop(Generation generation) throws RocksDBException {
        database.dropGeneration(generation.id());
        open.remove(generation);
        generation.pins().close();
    }

    private Generation ingest(Publish publish, List<Path> staged) throws RocksDBException {
        Prepared ready = prepare(publish, staged);
        if (publish.mode() == LoadMode.MERGE && !ready.links().isEmpty()) {
            current.liftStallLimits(database.db()); // a flush since it was prepared may have set them again
        }
        steps.reached(Step.BEFORE_INGEST);
        if (!ready.links().isEmpty()) {
            if (publish.mode() == LoadMode.MERGE && database.allowsBehind()) {
                keepFromLastLevel(ready.ranges());
            }
            ingest(current, ready.links(), publish.mode() == LoadMode.BEHIND);
        }
        LOG.info(
                "{}: load {}: {} of {} files ingested",
                directory,
                publish.loadId(),
                ready.links().size(),
                staged.size());
        steps.reached(Step.INGESTED);
        // The links were moved away.
        prepared = null;
        return current;
    }

    /**
     * RocksDB puts a file where nothing is into the last level, where rows from behind would have no place below it any more. So
     * that something is there, the first row of each file is written once more as it is.
     */
    private void keepFromLastLevel(List<FileKeyRange> ranges) throws RocksDBException {
        try (WriteBatch batch = new WriteBatch()) {
            for (FileKeyRange range : ranges) {
                writeAsItIs(batch, range.first());
            }
            database.write(batch);
        }
    }

    private void writeAsItIs(WriteBatch batch, byte[] key) throws RocksDBException {
        byte @Nullable [] value = database.db().get(current.family(), database.readOptions(), key);
        if (value == null) {
            batch.delete(current.family(), key);
        } else {
            batch.put(current.family(), key, value);
        }
    }

    private void ingest(Generation target, List<Path> links, boolean behind) throws RocksDBException {
        // Never with write_global_seqno: it would write into the staged files.
        try (IngestExternalFileOptions options = new IngestExternalFileOptions()
                .setMoveFiles(true)
                .setIngestBehind(behind)
                .setSnapshotConsistency(true)
                .setAllowGlobalSeqNo(true)
                .setAllowBlockingFlush(true)
                .setWriteGlobalSeqno(false)) {
            database.db()
                    .ingestExternalFile(
                            target.family(), links.stream().map(Path::toString).toList(), options);
        }
    }

    private List<Path> liveFiles() throws RocksDBException {
        return database.filesOf(current.family()).stream()
                .map(file -> Path.of(file.path() + file.fileName()))
                .toList();
    }

    private void pin() {
        if (!works.pin()) {
            throw new EngineException(directory + ": the engine is closed");
        }
    }

    /** The current generation, pinned by the caller from here on. */
    private Generation pinCurrent() {
        while (true) {
            Generation now = current;
            if (!closed && now.pins().pin()) {
                return now;
            }
            // Either another one has become current meanwhile, or the engine is closed.
            if (now == current) {
                throw new EngineException(directory + ": the engine is closed");
            }
        }
    }

    private void requireNext(long decree) {
        if (decree != appliedDecree + 1) {
            throw new IllegalArgumentException(
                    directory + ": decree " + decree + " is applied, expected " + (appliedDecree + 1));
        }
    }

    static EngineException failure(Path directory, String what, Exception cause) {
        return new EngineException(kindOf(cause), directory + ": " + what + ": " + cause.getMessage(), cause);
    }

    static EngineException.Kind kindOf(Exception cause) {
        if (cause instanceof IOException) {
            return EngineException.Kind.DISK;
        }
        Status status = cause instanceof RocksDBException failed ? failed.getStatus() : null;
        if (status == null) {
            return EngineException.Kind.OTHER;
        }
        return switch (status.getCode()) {
            case Corruption -> EngineException.Kind.DAMAGE;
            case IOError -> EngineException.Kind.DISK;
            default -> EngineException.Kind.OTHER;
        };
    }
}
