package dev.sluice.replica.engine;

import dev.sluice.common.data.StoredValue;
import dev.sluice.replica.engine.FaultPoint.Step;
import dev.sluice.replica.engine.RocksDatabase.Fact;
import dev.sluice.replica.mutation.Change.LoadMode;
import dev.sluice.replica.mutation.Change.Publish;
import dev.sluice.replica.mutation.Change.RowChange;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Checkpoint;
import org.rocksdb.Holder;
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
    private final FaultPoint faultPoint;
    private final StallLimits stallLimits = new StallLimits();
    private final StagedFiles stagedFiles;
    private final Pins pins;

    /** Held by a publish, its preparation, and a checkpoint: the copy must not have an ingest without its token. */
    private final ReentrantLock publishing = new ReentrantLock();

    private @Nullable Prepared prepared;
    private volatile long appliedDecree;
    private volatile long publishedLoadId;

    /**
     * A publish whose files are ready.
     *
     * @param links to ingest; empty if there is nothing to ingest, or it is there
     */
    private record Prepared(long loadId, List<Path> stagedFiles, List<Path> links) {}

    private RocksEngine(Path directory, RocksDatabase database, Supplier<RocksSettings> settings, FaultPoint faultPoint)
            throws RocksDBException, IOException {
        this.directory = directory;
        this.database = database;
        this.settings = settings;
        this.faultPoint = faultPoint;
        stagedFiles = new StagedFiles(directory);
        stagedFiles.clear();
        appliedDecree = database.read(Fact.DECREE);
        publishedLoadId = database.read(Fact.PUBLISHED_LOAD);
        stallLimits.liftIfCrowded(database.db(), database.rows());
        pins = new Pins(database::close);
    }

    static RocksEngine open(Path directory, Supplier<RocksSettings> settings, FaultPoint faultPoint) {
        RocksDatabase database = RocksDatabase.open(directory, settings.get(), false);
        try {
            return new RocksEngine(directory, database, settings, faultPoint);
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
            pins.unpin();
        }
    }

    @Override
    public long publishedLoadId() {
        return publishedLoadId;
    }

    @Override
    public void apply(long decree, List<RowChange> rows) {
        requireNext(decree);
        pin();
        try (WriteBatch batch = new WriteBatch()) {
            for (RowChange row : rows) {
                if (row.value() == null) {
                    batch.delete(database.rows(), row.key());
                } else {
                    batch.put(database.rows(), row.key(), row.value());
                }
            }
            database.put(batch, Fact.DECREE, decree);
            database.write(batch);
            appliedDecree = decree;
            faultPoint.reached(Step.APPLIED);
        } catch (RocksDBException e) {
            throw failure(directory, "decree " + decree + " cannot be applied", e);
        } finally {
            pins.unpin();
        }
    }

    @Override
    public int removeExpired(List<byte[]> keys, int expiryNow) {
        pin();
        try (WriteBatch batch = new WriteBatch()) {
            int removed = 0;
            for (byte[] key : keys) {
                byte @Nullable [] value = database.db().get(database.rows(), database.readOptions(), key);
                if (value != null && StoredValue.hasExpired(value, expiryNow)) {
                    batch.delete(database.rows(), key);
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
            pins.unpin();
        }
    }

    @Override
    public long flush() {
        pin();
        try {
            faultPoint.reached(Step.BEFORE_FLUSH);
            database.flush();
            faultPoint.reached(Step.FLUSHED);
            stallLimits.settle(database.db(), database.rows());
            return database.readPersisted(Fact.DECREE);
        } catch (RocksDBException e) {
            throw failure(directory, "it cannot be flushed", e);
        } finally {
            pins.unpin();
        }
    }

    @Override
    public void preparePublish(Publish publish, List<Path> staged) {
        requireMerge(publish);
        pin();
        try {
            if (publish.loadId() > publishedLoadId) {
                flush();
                publishing.lock();
                try {
                    // It may have been published while this flushed: links made then would hold the space for nothing.
                    if (publish.loadId() > publishedLoadId) {
                        prepare(publish, staged);
                    }
                } finally {
                    publishing.unlock();
                }
            }
        } finally {
            pins.unpin();
        }
    }

    @Override
    public void publish(long decree, Publish publish, List<Path> staged) {
        requireMerge(publish);
        requireNext(decree);
        pin();
        try (WriteBatch batch = new WriteBatch()) {
            publishing.lock();
            try {
                if (publish.loadId() > publishedLoadId) {
                    ingest(publish, staged);
                    database.put(batch, Fact.PUBLISHED_LOAD, publish.loadId());
                }
                database.put(batch, Fact.DECREE, decree);
                database.write(batch);
                appliedDecree = decree;
                publishedLoadId = Math.max(publishedLoadId, publish.loadId());
                faultPoint.reached(Step.TOKEN_WRITTEN);
            } finally {
                publishing.unlock();
            }
        } catch (RocksDBException e) {
            throw failure(directory, "load " + publish.loadId() + " cannot be published at decree " + decree, e);
        } finally {
            pins.unpin();
        }
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        pin();
        try {
            return database.db().get(database.rows(), database.readOptions(), key);
        } catch (RocksDBException e) {
            throw failure(directory, "a row cannot be read", e);
        } finally {
            pins.unpin();
        }
    }

    @Override
    public byte @Nullable [] getFromMemory(byte[] key) {
        pin();
        try {
            Holder<byte[]> found = new Holder<>();
            // That a key is not there is not taken from this answer: it is the same when a block in memory is damaged.
            return database.db().keyMayExist(database.rows(), database.readOptions(), key, found)
                    ? found.getValue()
                    : null;
        } finally {
            pins.unpin();
        }
    }

    @Override
    public EngineSnapshot snapshot() {
        pin();
        return new RocksSnapshot(directory, database, pins);
    }

    @Override
    public long checkpoint(Path target) {
        pin();
        publishing.lock();
        try (Checkpoint checkpoint = Checkpoint.create(database.db())) {
            database.flush();
            faultPoint.reached(Step.CHECKPOINT_FLUSHED);
            checkpoint.createCheckpoint(target.toString());
            faultPoint.reached(Step.CHECKPOINT_WRITTEN);
        } catch (RocksDBException e) {
            throw failure(directory, "no checkpoint could be made in " + target, e);
        } finally {
            publishing.unlock();
            pins.unpin();
        }
        return decreeOf(target);
    }

    @Override
    public void close() {
        pins.close();
    }

    @Override
    public boolean awaitClosed(long timeoutMs) throws InterruptedException {
        return pins.awaitFreed(timeoutMs);
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
        try {
            boolean there = StagedFiles.anyIsLive(staged, liveFiles());
            ready = new Prepared(publish.loadId(), List.copyOf(staged), there ? List.of() : stagedFiles.link(staged));
            if (!ready.links().isEmpty()) {
                stallLimits.lift(database.db(), database.rows());
            }
        } catch (IOException | RocksDBException e) {
            throw failure(directory, "the staged files of load " + publish.loadId() + " cannot be linked", e);
        }
        prepared = ready;
        faultPoint.reached(Step.LINKED);
        return ready;
    }

    private void ingest(Publish publish, List<Path> staged) throws RocksDBException {
        if (database.readPersisted(Fact.PUBLISHED_LOAD) != publishedLoadId) {
            // Else a crash could apply the load before this one again, above it.
            database.flush();
        }
        Prepared ready = prepare(publish, staged);
        faultPoint.reached(Step.BEFORE_INGEST);
        if (!ready.links().isEmpty()) {
            // Never with write_global_seqno: it would write into the staged files.
            try (IngestExternalFileOptions options = new IngestExternalFileOptions()
                    .setMoveFiles(true)
                    .setSnapshotConsistency(true)
                    .setAllowGlobalSeqNo(true)
                    .setAllowBlockingFlush(true)
                    .setWriteGlobalSeqno(false)) {
                database.db()
                        .ingestExternalFile(
                                database.rows(),
                                ready.links().stream().map(Path::toString).toList(),
                                options);
            }
        }
        LOG.info(
                "{}: load {}: {} of {} files ingested",
                directory,
                publish.loadId(),
                ready.links().size(),
                staged.size());
        faultPoint.reached(Step.INGESTED);
        // The links were moved away.
        prepared = null;
    }

    private List<Path> liveFiles() {
        List<Path> live = new ArrayList<>();
        for (LiveFileMetaData file : database.db().getLiveFilesMetaData()) {
            if (Arrays.equals(file.columnFamilyName(), database.rowsName())) {
                live.add(Path.of(file.path() + file.fileName()));
            }
        }
        return live;
    }

    private void pin() {
        if (!pins.pin()) {
            throw new EngineException(directory + ": the engine is closed");
        }
    }

    private void requireNext(long decree) {
        if (decree != appliedDecree + 1) {
            throw new IllegalArgumentException(
                    directory + ": decree " + decree + " is applied, expected " + (appliedDecree + 1));
        }
    }

    private void requireMerge(Publish publish) {
        if (publish.mode() != LoadMode.MERGE) {
            throw new EngineException(directory + ": load " + publish.loadId() + " has mode " + publish.mode()
                    + ", expected " + LoadMode.MERGE);
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
