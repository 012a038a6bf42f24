package dev.sluice.replica.engine;

/**
 * Limits that the engines of one node share.
 *
 * @param blockCacheBytes blocks of files, and what the write buffers take, in memory
 * @param writeBufferBytesTotal write buffers of all engines; beyond it the fullest is flushed
 * @param writeBufferBytes write buffer of one engine
 * @param backgroundThreads flushes and compactions at once
 * @param backgroundBytesPerSecondMax written by flushes and compactions; 0: no limit
 */
public record EngineOptions(
        long blockCacheBytes,
        long writeBufferBytesTotal,
        long writeBufferBytes,
        int backgroundThreads,
        long backgroundBytesPerSecondMax) {
    /** For a node of a few cores: 256 MiB of cache, 128 MiB of write buffers, 2 threads, no limit of bytes. */
    public static final EngineOptions DEFAULT = new EngineOptions(256L << 20, 128L << 20, 32L << 20, 2, 0);

    /**
     * So many background threads that beside {@code manualCompactions} of some engines one of another engine goes on: RocksDB
     * keeps a quarter of them, one at least, for flushes.
     */
    public static int backgroundThreadsFor(int manualCompactions) {
        int threads = manualCompactions + 1;
        while (threads - Math.max(1, threads / 4) < manualCompactions + 1) {
            threads++;
        }
        return threads;
    }

    public EngineOptions {
        requireAtLeast("blockCacheBytes", blockCacheBytes, 1 << 20);
        requireAtLeast("writeBufferBytesTotal", writeBufferBytesTotal, 1 << 20);
        requireAtLeast("writeBufferBytes", writeBufferBytes, 64 << 10);
        requireAtLeast("backgroundThreads", backgroundThreads, 1);
        requireAtLeast("backgroundBytesPerSecondMax", backgroundBytesPerSecondMax, 0);
    }

    private static void requireAtLeast(String name, long value, long min) {
        if (value < min) {
            throw new IllegalArgumentException(name + " is " + value + ", expected at least " + min);
        }
    }
}
