package dev.sluice.bulkload.sst;

import dev.sluice.bulkload.fileset.SstFacts;
import dev.sluice.common.data.StoredValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.CompressionType;
import org.rocksdb.DataBlockIndexType;
import org.rocksdb.EnvOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileWriter;

/**
 * Writes rows in ascending order of their keys into SST files, one after the other.
 *
 * <p>Owned by one thread. Closing it frees the native memory; files that are finished stay, one that is not is deleted.
 */
public final class SstWriter implements AutoCloseable {
    static {
        RocksDB.loadLibrary();
    }

    /** The format that RocksDB 8.5.3, which Pegasus has, can read. */
    private static final int FORMAT_VERSION = 5;

    /** The system is asked to write as it comes: all of a large file at once would hold up everybody's next fsync. */
    private static final long BYTES_PER_SYNC = 1024 * 1024;

    /** As in the engine that takes the files; a smaller one makes their indexes larger, which an ingest reads. */
    private static final int BLOCK_BYTES_MAX = 16 * 1024;

    /** The size of a file is only known in whole blocks: small ones have so many at least, if blocks are not too small then. */
    private static final int BLOCKS_OF_SMALL_FILE = 16;

    private static final int BLOCK_BYTES_MIN = 4 * 1024;

    private static final double FILTER_BITS_PER_KEY = 10;

    /** The size on disk is asked for natively, so not after every row. */
    private static final int ROW_BYTES_BETWEEN_SIZE_CHECKS = 64 * 1024;

    private final IntFunction<Path> paths;
    private final long targetBytes;
    private final BloomFilter filter = new BloomFilter(FILTER_BITS_PER_KEY);
    private final EnvOptions envOptions = new EnvOptions().setBytesPerSync(BYTES_PER_SYNC);
    private final Options options = new Options();
    private final List<Path> finished = new ArrayList<>();
    private final List<SstFacts> factsOfFinished = new ArrayList<>();
    private byte[] firstKey = new byte[0];
    private byte[] lastKey = new byte[0];
    private long rows;
    private long rowsThatExpire;
    private long firstExpiry;
    private long lastExpiry;
    private @Nullable SstFileWriter current;
    private @Nullable Path currentPath;
    private long uncheckedBytes;

    /** The n-th file, counted from 0, is written to the path that the function gives for n. */
    public SstWriter(IntFunction<Path> paths, SstOptions sstOptions) {
        this.paths = paths;
        this.targetBytes = sstOptions.targetBytes();
        // Blocks with an index by hash are read by RocksDB 5.18 and later, so by every Pegasus of this format version.
        options.setTableFormatConfig(new BlockBasedTableConfig()
                .setFormatVersion(FORMAT_VERSION)
                .setBlockSize(Math.max(BLOCK_BYTES_MIN, Math.min(BLOCK_BYTES_MAX, targetBytes / BLOCKS_OF_SMALL_FILE)))
                .setDataBlockIndexType(DataBlockIndexType.kDataBlockBinaryAndHash)
                .setFilterPolicy(filter));
        options.setCompressionType(
                switch (sstOptions.compression()) {
                    case NONE -> CompressionType.NO_COMPRESSION;
                    case LZ4 -> CompressionType.LZ4_COMPRESSION;
                    case ZSTD -> CompressionType.ZSTD_COMPRESSION;
                });
    }

    /** Adds a row. Its key must be greater than the one before, and stay as it is. */
    public void add(byte[] storedKey, byte[] storedValue) throws IOException {
        try {
            SstFileWriter writer = current == null ? begin() : current;
            writer.put(storedKey, storedValue);
            if (rows++ == 0) {
                firstKey = storedKey;
            }
            lastKey = storedKey;
            noteExpiry(storedValue);
            uncheckedBytes += storedKey.length + storedValue.length;
            if (uncheckedBytes >= Math.min(targetBytes, ROW_BYTES_BETWEEN_SIZE_CHECKS)) {
                uncheckedBytes = 0;
                if (writer.fileSize() >= targetBytes) {
                    end();
                }
            }
        } catch (RocksDBException e) {
            throw failure(e);
        }
    }

    /** Ends the last file and returns all of them in order. Empty if there was no row. */
    public List<Path> finish() throws IOException {
        try {
            end();
        } catch (RocksDBException e) {
            throw failure(e);
        }
        return List.copyOf(finished);
    }

    /** How many files are complete so far. */
    public int finishedCount() {
        return finished.size();
    }

    /** What is in a file that is complete, counted from 0, and has that checksum. */
    public SstFacts facts(int index, int crc32c) {
        return factsOfFinished.get(index).withCrc32c(crc32c);
    }

    /** A file that is complete, counted from 0. */
    public Path finished(int index) {
        return finished.get(index);
    }

    @Override
    public void close() throws IOException {
        if (current != null) {
            current.close();
            current = null;
        }
        if (currentPath != null) {
            Files.deleteIfExists(currentPath);
            currentPath = null;
        }
        options.close();
        envOptions.close();
        filter.close();
    }

    private SstFileWriter begin() throws RocksDBException, IOException {
        Path path = paths.apply(finished.size());
        Path parent = path.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        SstFileWriter writer = new SstFileWriter(envOptions, options);
        current = writer;
        currentPath = path;
        uncheckedBytes = 0;
        writer.open(path.toString());
        return writer;
    }

    private void end() throws RocksDBException {
        if (current != null && currentPath != null) {
            current.finish();
            current.close();
            current = null;
            finished.add(currentPath);
            factsOfFinished.add(new SstFacts(
                    rows, 0, SstFacts.text(firstKey), SstFacts.text(lastKey), rowsThatExpire, firstExpiry, lastExpiry));
            rows = 0;
            rowsThatExpire = 0;
            firstExpiry = 0;
            lastExpiry = 0;
            currentPath = null;
        }
    }

    private void noteExpiry(byte[] storedValue) {
        if (StoredValue.isValid(storedValue)) {
            long expiry = Integer.toUnsignedLong(StoredValue.expireTsSeconds(storedValue));
            if (expiry != StoredValue.NEVER) {
                firstExpiry = rowsThatExpire++ == 0 ? expiry : Math.min(firstExpiry, expiry);
                lastExpiry = Math.max(lastExpiry, expiry);
            }
        }
    }

    private IOException failure(RocksDBException e) {
        return new IOException(currentPath + ": " + e.getMessage(), e);
    }
}
