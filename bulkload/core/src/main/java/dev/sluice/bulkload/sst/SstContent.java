package dev.sluice.bulkload.sst;

import dev.sluice.bulkload.fileset.SourceException;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.rocksdb.TableProperties;

/**
 * What an SST file says of itself.
 *
 * @param external it was made by a writer of external files, not by a database
 * @param comparator by which it is sorted
 * @param entries rows and whatever else there is
 */
public record SstContent(
        boolean external, String comparator, long entries, long deletes, long rangeDeletes, long mergeOperands) {
    private static final String EXTERNAL_FILE_PROPERTY = "rocksdb.external_sst_file.version";
    private static final String COMPARATOR = "leveldb.BytewiseComparator";

    /** By the properties that are written in the file. */
    public static SstContent of(TableProperties properties) {
        return new SstContent(
                properties.getUserCollectedProperties().containsKey(EXTERNAL_FILE_PROPERTY),
                properties.getComparatorName(),
                properties.getNumEntries(),
                properties.getNumDeletions(),
                properties.getNumRangeDeletions(),
                properties.getNumMergeOperands());
    }

    /** All for which an engine refuses a file when it is published. */
    public void requireIngestible(String name) throws SourceException {
        if (!external) {
            throw SourceException.damaged(
                    name, "was written by a database, not by a writer of external files: it can not be ingested");
        }
        if (!COMPARATOR.equals(comparator)) {
            throw SourceException.damaged(name, "is sorted by " + comparator + ", expected " + COMPARATOR);
        }
        if (entries == 0) {
            throw SourceException.damaged(name, "has no row: a partition without rows has no files");
        }
        requireNone(name, deletes, "deletes");
        requireNone(name, rangeDeletes, "range deletes");
        requireNone(name, mergeOperands, "merge operands");
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
