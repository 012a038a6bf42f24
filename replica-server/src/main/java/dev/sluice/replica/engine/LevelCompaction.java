package dev.sluice.replica.engine;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.CompactRangeOptions.BottommostLevelCompaction;
import org.rocksdb.LiveFileMetaData;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compacts the rows of an engine on demand, one such compaction at a time, and cuts it short. One that waits for a thread of
 * RocksDB, which all engines share, is cut short when it has that.
 */
final class LevelCompaction {
    private static final Logger LOG = LoggerFactory.getLogger(LevelCompaction.class);

    private final Path directory;
    private final RocksDatabase database;
    private final Lock publishing;
    private @Nullable CompactRangeOptions running;
    private boolean closed;

    /** @param publishing held by whoever publishes, and then cuts short what must not go on beside that */
    LevelCompaction(Path directory, RocksDatabase database, Lock publishing) {
        this.directory = directory;
        this.database = database;
        this.publishing = publishing;
    }

    /**
     * About so many bytes are written before those that they take the place of are given back: level 0 goes down in one piece, all
     * else in pieces of a size of its own.
     */
    long bytes(Generation target, boolean rewritesLast) throws RocksDBException {
        List<LiveFileMetaData> files = database.filesOf(target.family());
        boolean isOneLevel = files.stream()
                        .mapToInt(LiveFileMetaData::level)
                        .filter(level -> level > 0)
                        .distinct()
                        .count()
                <= 1;
        long level0 = sum(files, level -> level == 0);
        boolean isDone = isOneLevel && level0 == 0 && !rewritesLast;
        return isDone || files.stream().anyMatch(this::isBehind)
                ? 0
                : level0 + Math.min(sum(files, level -> level > 0), database.pieceBytes());
    }

    private static long sum(List<LiveFileMetaData> files, IntPredicate levels) {
        return files.stream()
                .filter(file -> levels.test(file.level()))
                .mapToLong(LiveFileMetaData::size)
                .sum();
    }

    static EngineException notCurrent(Path directory, Generation target) {
        return new EngineException(directory + ": generation " + target.id() + " is not current any more");
    }

    /**
     * See {@link Engine#compact}; the caller has pinned the generation.
     *
     * @param isCurrent whether the generation still is; asked while nobody publishes
     */
    void compact(Generation target, BooleanSupplier isCurrent, int targetLevel, boolean rewritesLast)
            throws RocksDBException {
        try (CompactRangeOptions options = new CompactRangeOptions()
                // Else no other compaction of this engine runs, and level 0 fills up.
                .setExclusiveManualCompaction(false)
                .setAllowWriteStall(false)
                // Else RocksDB does not look at it later.
                .setCanceled(false)
                .setBottommostLevelCompaction(
                        rewritesLast ? BottommostLevelCompaction.kForce : BottommostLevelCompaction.kSkip)) {
            if (targetLevel != Engine.ANY_LEVEL) {
                options.setChangeLevel(true).setTargetLevel(Math.min(targetLevel, highestLevel()));
            }
            if (begin(target, isCurrent, options)) {
                try {
                    database.db().compactRange(target.family(), null, null, options);
                } catch (RocksDBException e) {
                    if (!isOnlyMissingTheLevel(e, targetLevel)) {
                        throw e;
                    }
                    LOG.warn("{}: compacted, but not moved to level {}: {}", directory, targetLevel, e.getMessage());
                } finally {
                    end();
                }
            }
        }
    }

    /** Cuts short what runs; none begins from here on. */
    synchronized void close() {
        closed = true;
        cut();
    }

    /** Cuts short what runs. */
    synchronized void cut() {
        CompactRangeOptions now = running;
        if (now != null) {
            now.setCanceled(true);
        }
    }

    /** False if there are rows that it must not touch. */
    private boolean begin(Generation target, BooleanSupplier isCurrent, CompactRangeOptions options)
            throws RocksDBException {
        publishing.lock();
        try {
            if (!isCurrent.getAsBoolean()) {
                throw notCurrent(directory, target);
            }
            if (database.filesOf(target.family()).stream().anyMatch(this::isBehind)) {
                LOG.warn(
                        "{}: not compacted: rows that were loaded behind keep the last level for themselves",
                        directory);
                return false;
            }
            register(options);
            return true;
        } finally {
            publishing.unlock();
        }
    }

    private synchronized void register(CompactRangeOptions options) {
        if (closed || running != null) {
            throw new EngineException(directory + (closed ? ": the engine is closed" : ": it is being compacted"));
        }
        running = options;
    }

    private synchronized void end() {
        running = null;
    }

    /** Below them is the level for loads from behind. */
    private int highestLevel() {
        return database.allowsBehind() ? database.lastLevel() - 1 : database.lastLevel();
    }

    private boolean isBehind(LiveFileMetaData file) {
        return database.allowsBehind() && file.level() == database.lastLevel();
    }

    /** RocksDB moves the result to a level last, and does not if there are rows on the way. */
    private static boolean isOnlyMissingTheLevel(RocksDBException e, int targetLevel) {
        return targetLevel != Engine.ANY_LEVEL
                && e.getStatus() != null
                && e.getStatus().getCode() == Status.Code.NotSupported;
    }
}
