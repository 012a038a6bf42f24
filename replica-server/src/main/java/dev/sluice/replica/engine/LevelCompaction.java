package dev.sluice.replica.engine;

import java.nio.file.Path;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.CompactRangeOptions.BottommostLevelCompaction;
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

    /** See {@link Engine#compact}; the caller has pinned the generation. */
    void compact(Generation target, int targetLevel, boolean rewritesLast) throws RocksDBException {
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
            if (begin(target, options)) {
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
    private boolean begin(Generation target, CompactRangeOptions options) throws RocksDBException {
        publishing.lock();
        try {
            if (database.allowsBehind() && holdsRowsFromBehind(target)) {
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

    private boolean holdsRowsFromBehind(Generation target) throws RocksDBException {
        return database.filesOf(target.family()).stream().anyMatch(file -> file.level() == database.lastLevel());
    }

    /** RocksDB moves the result to a level last, and does not if there are rows on the way. */
    private static boolean isOnlyMissingTheLevel(RocksDBException e, int targetLevel) {
        return targetLevel != Engine.ANY_LEVEL
                && e.getStatus() != null
                && e.getStatus().getCode() == Status.Code.NotSupported;
    }
}
