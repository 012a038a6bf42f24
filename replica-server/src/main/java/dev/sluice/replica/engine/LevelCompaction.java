package dev.sluice.replica.engine;

import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.CompactRangeOptions.BottommostLevelCompaction;
import org.rocksdb.LiveFileMetaData;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Compacts the rows of an engine on demand, one such compaction at a time, and cuts it short when the engine closes. */
final class LevelCompaction {
    private static final Logger LOG = LoggerFactory.getLogger(LevelCompaction.class);

    private final Path directory;
    private final RocksDatabase database;
    private @Nullable CompactRangeOptions running;
    private boolean closed;

    LevelCompaction(Path directory, RocksDatabase database) {
        this.directory = directory;
        this.database = database;
    }

    /** See {@link Engine#compact}; the caller has pinned the generation. */
    void compact(Generation target, int targetLevel, boolean rewritesLast) throws RocksDBException {
        if (database.allowsBehind() && holdsRowsFromBehind(target)) {
            LOG.warn(
                    "{}: not compacted: its last level holds rows that were loaded behind, alone, so that more can be",
                    directory);
            return;
        }
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
            begin(options);
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

    synchronized boolean isRunning() {
        return running != null;
    }

    /** Cuts short what runs, soon; none begins from here on. */
    synchronized void close() {
        closed = true;
        CompactRangeOptions cut = running;
        if (cut != null) {
            cut.setCanceled(true);
        }
    }

    private synchronized void begin(CompactRangeOptions options) {
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
        for (LiveFileMetaData file : database.db().getLiveFilesMetaData()) {
            if (file.level() == database.lastLevel()
                    && Arrays.equals(file.columnFamilyName(), target.family().getName())) {
                return true;
            }
        }
        return false;
    }

    /** RocksDB moves the result to a level last, and does not if there are rows on the way. */
    private static boolean isOnlyMissingTheLevel(RocksDBException e, int targetLevel) {
        return targetLevel != Engine.ANY_LEVEL
                && e.getStatus() != null
                && e.getStatus().getCode() == Status.Code.NotSupported;
    }
}
