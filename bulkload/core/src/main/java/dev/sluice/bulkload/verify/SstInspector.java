package dev.sluice.bulkload.verify;

import dev.sluice.bulkload.fileset.SourceException;
import dev.sluice.bulkload.fileset.SstFile;
import dev.sluice.bulkload.sst.SstContent;
import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.bulkload.work.StoppedException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileReader;
import org.rocksdb.SstFileReaderIterator;
import org.rocksdb.TableProperties;

/** Looks into one SST file. */
final class SstInspector {
    static {
        RocksDB.loadLibrary();
    }

    private static final int ROWS_BETWEEN_STOP_CHECKS = 4096;
    private static final long READ_AHEAD_BYTES = 2L * 1024 * 1024;

    private SstInspector() {}

    /** What was found: the range of keys if there are any, and the rows that were looked at. */
    record Result(Optional<SstKeyRange> range, long rows) {}

    static Result inspect(SstFile file, Path path, VerifyRequest request, StopSignal stop, LongConsumer onRows)
            throws SourceException, StoppedException {
        String name = file.name().value();
        try (Options options = new Options();
                SstFileReader reader = new SstFileReader(options)) {
            reader.open(path.toString());
            TableProperties properties = reader.getTableProperties();
            SstContent.of(properties).requireIngestible(name);
            stop.throwIfStopped();
            reader.verifyChecksum();
            stop.throwIfStopped();
            try (ReadOptions readOptions = new ReadOptions()
                            .setFillCache(false)
                            .setVerifyChecksums(false)
                            .setReadaheadSize(READ_AHEAD_BYTES);
                    SstFileReaderIterator rows = reader.newIterator(readOptions)) {
                long count = 0;
                if (request.mode() == VerifyMode.FULL) {
                    count = checkRows(name, request, rows, stop, onRows);
                    if (count != properties.getNumEntries()) {
                        throw SourceException.damaged(
                                name,
                                "has " + properties.getNumEntries() + " entries, but " + count
                                        + " rows: a key stands in it twice");
                    }
                }
                return new Result(range(file, rows), count);
            }
        } catch (RocksDBException e) {
            throw SstContent.fault(name, e);
        }
    }

    private static long checkRows(
            String name, VerifyRequest request, SstFileReaderIterator rows, StopSignal stop, LongConsumer onRows)
            throws SourceException, StoppedException, RocksDBException {
        RowChecker checker = new RowChecker(name, request);
        RowChecker.RowSource current = new RowChecker.RowSource() {
            @Override
            public int key(ByteBuffer target) {
                return rows.key(target);
            }

            @Override
            public int value(ByteBuffer target) {
                return rows.value(target);
            }
        };
        for (rows.seekToFirst(); rows.isValid(); rows.next()) {
            checker.check(current);
            if (checker.rows() % ROWS_BETWEEN_STOP_CHECKS == 0) {
                stop.throwIfStopped();
                onRows.accept(checker.rows());
            }
        }
        rows.status();
        return checker.rows();
    }

    private static Optional<SstKeyRange> range(SstFile file, SstFileReaderIterator rows) throws RocksDBException {
        rows.seekToFirst();
        if (!rows.isValid()) {
            rows.status();
            return Optional.empty();
        }
        byte[] first = rows.key();
        rows.seekToLast();
        rows.status();
        return Optional.of(new SstKeyRange(file.name(), first, rows.key()));
    }
}
