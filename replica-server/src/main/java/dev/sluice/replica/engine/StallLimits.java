package dev.sluice.replica.engine;

import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.MutableColumnFamilyOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/**
 * Keeps an ingest from stopping writes. RocksDB slows writes down when level 0 has many files, and an ingest over existing
 * rows puts all of its files there at once; so the limits are lifted around it, until compaction has caught up.
 */
final class StallLimits {
    private static final int SLOWDOWN_FILES = 20;
    private static final int STOP_FILES = 36;
    private static final int LIFTED_FILES = 1 << 20;
    private static final long SOFT_PENDING_BYTES = 64L << 30;
    private static final long HARD_PENDING_BYTES = 256L << 30;

    private boolean lifted;
    private int holders;

    synchronized void lift(RocksDB db, ColumnFamilyHandle family) throws RocksDBException {
        if (!lifted) {
            // 0: no limit
            set(db, family, LIFTED_FILES, LIFTED_FILES, 0, 0);
            lifted = true;
        }
    }

    /** Lifts them until {@link #release}, whatever is settled meanwhile. */
    synchronized void hold(RocksDB db, ColumnFamilyHandle family) throws RocksDBException {
        lift(db, family);
        holders++;
    }

    synchronized void release() {
        holders--;
    }

    /** Sets the limits again if they would not stop anybody now. Not while an ingest is under way: its files are not in level 0 yet. */
    synchronized void settle(RocksDB db, ColumnFamilyHandle family) throws RocksDBException {
        if (lifted
                && holders == 0
                && level0Files(db, family) <= RocksSettings.LEVEL0_COMPACTION_FILES
                && db.getLongProperty(family, "rocksdb.estimate-pending-compaction-bytes") <= SOFT_PENDING_BYTES) {
            set(db, family, SLOWDOWN_FILES, STOP_FILES, SOFT_PENDING_BYTES, HARD_PENDING_BYTES);
            lifted = false;
        }
    }

    /** After opening: a crash may have come before compaction was done. */
    void liftIfCrowded(RocksDB db, ColumnFamilyHandle family) throws RocksDBException {
        if (level0Files(db, family) >= SLOWDOWN_FILES / 2) {
            lift(db, family);
        }
    }

    private static int level0Files(RocksDB db, ColumnFamilyHandle family) throws RocksDBException {
        return Integer.parseInt(db.getProperty(family, "rocksdb.num-files-at-level0"));
    }

    private static void set(
            RocksDB db, ColumnFamilyHandle family, int slowdownFiles, int stopFiles, long softBytes, long hardBytes)
            throws RocksDBException {
        db.setOptions(
                family,
                MutableColumnFamilyOptions.builder()
                        .setLevel0SlowdownWritesTrigger(slowdownFiles)
                        .setLevel0StopWritesTrigger(stopFiles)
                        .setSoftPendingCompactionBytesLimit(softBytes)
                        .setHardPendingCompactionBytesLimit(hardBytes)
                        .build());
    }
}
