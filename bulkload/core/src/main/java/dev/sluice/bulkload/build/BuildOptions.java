package dev.sluice.bulkload.build;

import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.sst.SstOptions;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.util.Optional;

/**
 * What is built, and within which limits.
 *
 * @param info the app that the set is for; app id 0 is any app
 * @param sst how SST files are written
 * @param memoryBytesMax memory for rows, buffers and SST files on their way, together; what a JVM needs anyway comes on top
 * @param threads partitions that are written at the same time
 * @param temporaryDirectory where sorted runs are kept; about as large as the input, best on the disk of the store
 * @param badRowsMax bad rows that are left out; one more ends the build
 * @param hasSidecars true to write {@code .<name>.meta} files, which Pegasus wants in a local directory
 * @param signingKey signs the set, if there is one
 * @param nowWallMs now, for the expiry of rows with a time to live
 */
public record BuildOptions(
        BulkLoadInfo info,
        SstOptions sst,
        long memoryBytesMax,
        int threads,
        Path temporaryDirectory,
        long badRowsMax,
        boolean hasSidecars,
        Optional<PrivateKey> signingKey,
        long nowWallMs) {
    /** Memory if nothing is said. */
    public static final long MEMORY_BYTES_DEFAULT = 256L * 1024 * 1024;

    /** Less memory than this makes no sense, not even in a test. */
    public static final long MEMORY_BYTES_MIN = 64L * 1024;

    public BuildOptions {
        if (memoryBytesMax < MEMORY_BYTES_MIN) {
            throw new IllegalArgumentException(
                    "memory: " + memoryBytesMax + " bytes, expected " + MEMORY_BYTES_MIN + " or more");
        }
        if (threads < 1 || threads > 64) {
            throw new IllegalArgumentException("threads: " + threads + ", expected 1 to 64");
        }
        if (badRowsMax < 0) {
            throw new IllegalArgumentException("bad rows: " + badRowsMax + ", expected 0 or more");
        }
    }

    /** The usual options: 256 MiB, two threads, 64 MiB files, no bad row. */
    public static BuildOptions of(BulkLoadInfo info, Path temporaryDirectory, long nowWallMs) {
        return new BuildOptions(
                info,
                SstOptions.DEFAULTS,
                MEMORY_BYTES_DEFAULT,
                2,
                temporaryDirectory,
                0,
                false,
                Optional.empty(),
                nowWallMs);
    }

    public BuildOptions withMemoryBytesMax(long bytes) {
        return new BuildOptions(
                info, sst, bytes, threads, temporaryDirectory, badRowsMax, hasSidecars, signingKey, nowWallMs);
    }

    public BuildOptions withSst(SstOptions options) {
        return new BuildOptions(
                info,
                options,
                memoryBytesMax,
                threads,
                temporaryDirectory,
                badRowsMax,
                hasSidecars,
                signingKey,
                nowWallMs);
    }

    public BuildOptions withBadRowsMax(long rows) {
        return new BuildOptions(
                info, sst, memoryBytesMax, threads, temporaryDirectory, rows, hasSidecars, signingKey, nowWallMs);
    }

    public BuildOptions withSidecars(boolean wanted) {
        return new BuildOptions(
                info, sst, memoryBytesMax, threads, temporaryDirectory, badRowsMax, wanted, signingKey, nowWallMs);
    }

    public BuildOptions withSigningKey(PrivateKey key) {
        return new BuildOptions(
                info,
                sst,
                memoryBytesMax,
                threads,
                temporaryDirectory,
                badRowsMax,
                hasSidecars,
                Optional.of(key),
                nowWallMs);
    }

    public BuildOptions withThreads(int count) {
        return new BuildOptions(
                info, sst, memoryBytesMax, count, temporaryDirectory, badRowsMax, hasSidecars, signingKey, nowWallMs);
    }
}
