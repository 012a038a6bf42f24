package dev.sluice.bulkload.sst;

import dev.sluice.bulkload.fileset.SourceException;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.rocksdb.TableProperties;

/** What an SST file may hold. */
public final class SstContent {
    private static final String EXTERNAL_FILE_PROPERTY = "rocksdb.external_sst_file.version";
    private static final String COMPARATOR = "leveldb.BytewiseComparator";

    private SstContent() {}

    /** All for which an engine refuses a file when it is published. */
    public static void requireIngestible(String name, TableProperties properties) throws SourceException {
        if (!properties.getUserCollectedProperties().containsKey(EXTERNAL_FILE_PROPERTY)) {
            throw SourceException.damaged(
                    name, "was written by a database, not by a writer of external files: it can not be ingested");
        }
        if (!COMPARATOR.equals(properties.getComparatorName())) {
            throw SourceException.damaged(
                    name, "is sorted by " + properties.getComparatorName() + ", expected " + COMPARATOR);
        }
        if (properties.getNumEntries() == 0) {
            throw SourceException.damaged(name, "has no row: a partition without rows has no files");
        }
        requireNone(name, properties.getNumDeletions(), "deletes");
        requireNone(name, properties.getNumRangeDeletions(), "range deletes");
        requireNone(name, properties.getNumMergeOperands(), "merge operands");
    }

    private static void requireNone(String name, long count, String what) throws SourceException {
        if (count != 0) {
            throw SourceException.damaged(name, "has " + count + " " + what + ", expected rows only");
        }
    }

    /** Who is at fault if a file cannot be read: this machine, or whoever made the file. */
    public static SourceException fault(String name, RocksDBException e) {
        Status status = e.getStatus();
        Status.Code code = status == null ? Status.Code.Undefined : status.getCode();
        return code == Status.Code.IOError || code == Status.Code.TimedOut || code == Status.Code.Busy
                ? SourceException.ofNode(name, e)
                : SourceException.damaged(name, String.valueOf(e.getMessage()));
    }
}
