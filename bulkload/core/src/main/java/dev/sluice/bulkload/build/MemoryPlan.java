package dev.sluice.bulkload.build;

/**
 * Divides the memory of a build. It reads and sorts first, and merges and writes afterwards: each phase has the whole of
 * it, except for what writing SST files takes natively.
 *
 * @param sortBytesMax rows in memory, with their index
 * @param runBufferBytes buffer of a run that is written or merged
 * @param mergeBytesMax buffers and rows of all runs that are merged at the same time
 * @param rowBytesMax largest row
 */
record MemoryPlan(long sortBytesMax, int runBufferBytes, long mergeBytesMax, int rowBytesMax) {
    private static final int RUN_BUFFER_BYTES_MAX = 128 * 1024;
    private static final int RUN_BUFFER_BYTES_MIN = 1024;
    private static final int RUNS_MERGED_MAX = 128;
    private static final int ROW_BYTES_MAX = 8 * 1024 * 1024;

    /** Native memory of an SST file on its way: filter, index and blocks, for each byte of the file. */
    private static final long BYTES_PER_NATIVE_BYTE = 4;

    static MemoryPlan of(BuildOptions options) {
        long total = options.memoryBytesMax();
        long nativeBytes =
                Math.min(total / 2, options.threads() * (options.sst().targetBytes() / BYTES_PER_NATIVE_BYTE));
        long mergeBytes = total - nativeBytes;
        int runBuffer = (int) Math.max(RUN_BUFFER_BYTES_MIN, Math.min(RUN_BUFFER_BYTES_MAX, total / 256));
        return new MemoryPlan(total - 2L * runBuffer, runBuffer, mergeBytes, (int) Math.min(ROW_BYTES_MAX, total / 16));
    }

    /** Runs that can be merged at once by each of so many threads, if the largest row has that many bytes. */
    int runsMergedMax(int threads, int largestRowBytes) {
        long perRun = runBufferBytes + 2L * largestRowBytes;
        return (int) Math.max(2, Math.min(RUNS_MERGED_MAX, mergeBytesMax / (threads * perRun)));
    }
}
