package dev.sluice.bulkload.sst;

import dev.sluice.bulkload.fileset.SourceException;
import dev.sluice.bulkload.rows.MergeCursor;
import dev.sluice.bulkload.rows.RowCursor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileReader;
import org.rocksdb.SstFileReaderIterator;

/**
 * The rows of several SST files as one sequence; of rows with the same key the one in the last file stays, as when an engine
 * ingests the files in that order.
 *
 * <p>A file is open only from when its first row is the next to when its last one was given out, so that any number of files
 * that follow each other can be read; of files that overlap at most {@link #OPEN_MAX} at one key. Fails with {@link
 * SstException}. Owned by one thread.
 */
public final class SstMerge implements RowCursor, AutoCloseable {
    static {
        RocksDB.loadLibrary();
    }

    /** Files that are open at the same time. */
    public static final int OPEN_MAX = 500;

    private final Options options = new Options();
    /** Fills no cache also because files of old writers have no identity, by which it could tell their blocks apart. */
    private final ReadOptions readOptions = new ReadOptions().setFillCache(false);

    private final List<FileRows> files = new ArrayList<>();
    private final MergeCursor merged;
    private int open;

    /** Looks at the first row of each file. */
    public SstMerge(List<Path> paths) throws IOException {
        paths.forEach(path -> files.add(new FileRows(path)));
        try {
            merged = new MergeCursor(files);
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    @Override
    public boolean next() throws IOException {
        return merged.next();
    }

    @Override
    public byte[] key() {
        return merged.key();
    }

    @Override
    public byte[] value() throws IOException {
        return merged.value();
    }

    /** Rows that were left out so far, because a later file has their key. */
    public long duplicates() {
        return merged.duplicates();
    }

    @Override
    public void close() {
        files.forEach(FileRows::close);
        readOptions.close();
        options.close();
    }

    /** One file. At its first row it is open only if the value was asked for. */
    private final class FileRows implements RowCursor {
        private final Path path;
        private byte @Nullable [] firstKey;
        private @Nullable SstFileReader reader;
        private @Nullable SstFileReaderIterator rows;

        private FileRows(Path path) {
            this.path = path;
        }

        @Override
        public boolean next() throws IOException {
            boolean isFirst = firstKey == null && rows == null;
            SstFileReaderIterator current = rows();
            if (!isFirst) {
                firstKey = null;
                current.next();
            }
            boolean isThere = isValid(current);
            if (isFirst && isThere) {
                firstKey = current.key();
            }
            if (isFirst || !isThere) {
                close();
            }
            return isThere;
        }

        @Override
        public byte[] key() throws IOException {
            byte[] first = firstKey;
            return first != null ? first : rows().key();
        }

        @Override
        public byte[] value() throws IOException {
            return rows().value();
        }

        private boolean isValid(SstFileReaderIterator current) throws SstException {
            boolean valid = current.isValid();
            if (!valid) {
                try {
                    current.status();
                } catch (RocksDBException e) {
                    throw failure(e);
                }
            }
            return valid;
        }

        private SstFileReaderIterator rows() throws SstException {
            SstFileReaderIterator current = rows;
            return current == null ? begin() : current;
        }

        private SstFileReaderIterator begin() throws SstException {
            if (open == OPEN_MAX) {
                throw new SstException(
                        SourceException.damaged(
                                name(),
                                "and " + OPEN_MAX
                                        + " other files have overlapping ranges of keys, more than can be merged:"
                                        + " build the set with fewer files, each with a range of its own"),
                        true);
            }
            SstFileReader opened = new SstFileReader(options);
            open++;
            reader = opened;
            try {
                opened.open(path.toString());
                SstContent.of(opened.getTableProperties()).requireIngestible(name());
            } catch (RocksDBException e) {
                throw failure(e);
            } catch (SourceException e) {
                throw new SstException(e);
            }
            SstFileReaderIterator current = opened.newIterator(readOptions);
            current.seekToFirst();
            rows = current;
            return current;
        }

        private SstException failure(RocksDBException e) {
            return new SstException(SstContent.fault(name(), e));
        }

        private String name() {
            return String.valueOf(path.getFileName());
        }

        private void close() {
            if (rows != null) {
                rows.close();
                rows = null;
            }
            if (reader != null) {
                reader.close();
                reader = null;
                open--;
            }
        }
    }
}
