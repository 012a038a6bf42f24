package dev.sluice.replica.engine;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.AbstractNativeReference;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.DataBlockIndexType;
import org.rocksdb.Env;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.Options;
import org.rocksdb.RateLimiter;
import org.rocksdb.WriteBufferManager;

/** The RocksDB options of one engine; they live as long as it does. */
final class RocksSettings implements AutoCloseable {
    /** From here on RocksDB compacts level 0. */
    static final int LEVEL0_COMPACTION_FILES = 4;

    private static final int BLOOM_BITS_PER_KEY = 10;
    private static final int BLOCK_BYTES = 16 << 10;
    private static final int WRITE_BUFFERS_PER_FAMILY_MAX = 4;

    private final List<AbstractNativeReference> owned = new ArrayList<>();
    private final DBOptions database;
    private final ColumnFamilyOptions rows;
    private final ColumnFamilyOptions internal;
    private final Options files;
    private final Options filesWithoutIdentity;

    RocksSettings(
            EngineOptions options,
            boolean allowsBehind,
            Cache blockCache,
            WriteBufferManager writeBuffers,
            @Nullable RateLimiter limiter) {
        database = own(new DBOptions())
                .setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                // Rows and the decree at which they stand are in different column families: both or neither.
                .setAtomicFlush(true)
                .setAvoidFlushDuringShutdown(true)
                .setEnv(Env.getDefault())
                .setMaxBackgroundJobs(options.backgroundThreads())
                .setMaxFileOpeningThreads(1)
                .setBytesPerSync(1 << 20)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setKeepLogFileNum(2)
                .setStatsDumpPeriodSec(0)
                .setStatsPersistPeriodSec(0)
                .setAllowIngestBehind(allowsBehind)
                .setWriteBufferManager(writeBuffers);
        if (limiter != null) {
            database.setRateLimiter(limiter);
        }
        BlockBasedTableConfig tables = new BlockBasedTableConfig()
                .setBlockCache(blockCache)
                .setBlockSize(BLOCK_BYTES)
                // A point read finds its place in a block by hash, without searching it.
                .setDataBlockIndexType(DataBlockIndexType.kDataBlockBinaryAndHash)
                .setCacheIndexAndFilterBlocks(true)
                .setCacheIndexAndFilterBlocksWithHighPriority(true)
                .setPinL0FilterAndIndexBlocksInCache(true)
                .setFilterPolicy(own(new BloomFilter(BLOOM_BITS_PER_KEY)));
        rows = own(new ColumnFamilyOptions())
                .setWriteBufferSize(options.writeBufferBytes())
                .setMaxWriteBufferNumber(WRITE_BUFFERS_PER_FAMILY_MAX)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setLevel0FileNumCompactionTrigger(LEVEL0_COMPACTION_FILES)
                // Dynamic level sizes leave no last level for files that are loaded behind.
                .setLevelCompactionDynamicLevelBytes(false)
                .setTableFormatConfig(tables);
        files = own(new Options()).setTableFormatConfig(tables);
        filesWithoutIdentity =
                own(new Options()).setTableFormatConfig(new BlockBasedTableConfig().setNoBlockCache(true));
        internal = own(new ColumnFamilyOptions())
                .setWriteBufferSize(1 << 20)
                .setTableFormatConfig(new BlockBasedTableConfig().setBlockCache(blockCache));
    }

    DBOptions database() {
        return database;
    }

    ColumnFamilyOptions rows() {
        return rows;
    }

    /** To read a file as the families of rows do, with their cache; only one that has an identity, see {@link FileIdentity}. */
    Options files() {
        return files;
    }

    /** To read any file, without a cache. */
    Options filesWithoutIdentity() {
        return filesWithoutIdentity;
    }

    ColumnFamilyOptions internal() {
        return internal;
    }

    @Override
    public void close() {
        for (int i = owned.size() - 1; i >= 0; i--) {
            owned.get(i).close();
        }
    }

    private <T extends AbstractNativeReference> T own(T reference) {
        owned.add(reference);
        return reference;
    }
}
