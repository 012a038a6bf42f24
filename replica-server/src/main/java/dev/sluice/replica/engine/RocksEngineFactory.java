package dev.sluice.replica.engine;

import dev.sluice.common.fault.FaultPoints;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Cache;
import org.rocksdb.Env;
import org.rocksdb.HyperClockCache;
import org.rocksdb.Priority;
import org.rocksdb.RateLimiter;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/** Opens RocksDB engines that share one block cache, one budget of write buffers and one rate limiter. */
public final class RocksEngineFactory implements EngineFactory {
    /**
     * For all engines of the process. A publish flushes every partition of an app at once, while writes wait, and a flush
     * mostly waits for the disk.
     */
    private static final int FLUSH_THREADS = 8;

    /** The cache then grows its table with what it holds, instead of being sized for one size of block. */
    private static final long ENTRY_CHARGE_UNKNOWN = 0;

    private static final int SHARD_BITS_BY_CAPACITY = -1;

    static {
        RocksDB.loadLibrary();
    }

    private final StepListener steps;
    private final Cache blockCache;
    private final WriteBufferManager writeBuffers;
    private final @Nullable RateLimiter rateLimiter;
    private final EngineOptions options;

    public RocksEngineFactory(EngineOptions options) {
        this(options, StepListener.NONE);
    }

    /**
     * Opens engines that can be made to halt the process.
     *
     * @param faults has the points of {@link #faultPoints}
     */
    public RocksEngineFactory(EngineOptions options, FaultPoints faults) {
        this(options, faults.isAllowed() ? (StepListener) step -> faults.reached(pointName(step)) : StepListener.NONE);
    }

    /** The names of the steps at which a fault may be put. */
    public static List<String> faultPoints() {
        return Arrays.stream(StepListener.Step.values())
                .map(RocksEngineFactory::pointName)
                .toList();
    }

    private static String pointName(StepListener.Step step) {
        return "engine." + step.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    RocksEngineFactory(EngineOptions options, StepListener steps) {
        this.options = options;
        this.steps = steps;
        // Reads do not wait for each other in this cache, as they do for the order of use in an LRU cache.
        blockCache =
                new HyperClockCache(options.blockCacheBytes(), ENTRY_CHARGE_UNKNOWN, SHARD_BITS_BY_CAPACITY, false);
        writeBuffers = new WriteBufferManager(options.writeBufferBytesTotal(), blockCache);
        rateLimiter = options.backgroundBytesPerSecondMax() == 0
                ? null
                : new RateLimiter(options.backgroundBytesPerSecondMax());
        Env.getDefault().incBackgroundThreadsIfNeeded(options.backgroundThreads(), Priority.LOW);
        Env.getDefault().incBackgroundThreadsIfNeeded(FLUSH_THREADS, Priority.HIGH);
    }

    @Override
    public Engine open(Path directory, boolean allowsBehind) {
        return RocksEngine.open(
                directory,
                () -> new RocksSettings(options, allowsBehind, blockCache, writeBuffers, rateLimiter),
                steps);
    }

    @Override
    public void close() {
        if (rateLimiter != null) {
            rateLimiter.close();
        }
        writeBuffers.close();
        blockCache.close();
    }
}
