package dev.sluice.bulkload.build;

import dev.sluice.bulkload.build.BuildProgress.Phase;
import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.FileSetLocation;
import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SetSignature;
import dev.sluice.bulkload.rows.MergeCursor;
import dev.sluice.bulkload.store.BlockStore;
import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.bulkload.work.StoppedException;
import dev.sluice.common.data.PartitionHash;
import dev.sluice.common.data.StoredKey;
import dev.sluice.common.data.StoredValue;
import dev.sluice.common.file.LocalFileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes a file set out of rows in any order: sorts them by partition and key in memory, in runs on the disk if they are too
 * many, and writes SST files and manifests. Of rows with the same key the last one of the input stays.
 *
 * <p>An older set in the same place is whole until all files of the new one are in the store, and whole again if the build does not
 * succeed; nothing of the new one is left then, in the store or in the temporary directory.
 */
public final class FileSetBuilder {
    private static final int ROWS_BETWEEN_REPORTS = 1024;
    private static final int BAD_ROWS_KEPT_MAX = 20;

    private final BlockStore store;
    private final FileSetLocation location;
    private final BuildOptions options;
    private final MemoryPlan plan;
    private final int partitionCount;

    public FileSetBuilder(BlockStore store, FileSetLocation location, BuildOptions options) {
        this.store = store;
        this.location = location;
        this.options = options;
        this.plan = MemoryPlan.of(options);
        this.partitionCount = options.info().partitionCount();
    }

    /**
     * Builds the set. The listener hears of progress from several threads, one call at a time, and must be short.
     *
     * @throws BuildException if there are too many bad rows
     * @throws IOException if the input, the store or the temporary directory fails
     */
    public BuildResult build(RowSource rows, StopSignal stop, Consumer<BuildProgress> listener)
            throws BuildException, IOException, StoppedException {
        SetWriter set = new SetWriter(store, location, options.hasSidecars());
        Files.createDirectories(options.temporaryDirectory());
        Path temporary = Files.createTempDirectory(options.temporaryDirectory(), "sluice-build-");
        ExecutorService workers = Executors.newFixedThreadPool(options.threads(), task -> {
            Thread thread = new Thread(task, "fileset-build");
            thread.setDaemon(true);
            return thread;
        });
        boolean isComplete = false;
        try (RunSet runs = new RunSet(temporary, partitionCount, plan.runBufferBytes())) {
            Build build = new Build(set, runs, temporary, workers, stop, new BuildMeter(listener));
            BuildResult result = build.run(rows);
            isComplete = true;
            return result;
        } finally {
            workers.shutdownNow();
            if (!isComplete) {
                set.giveUp();
            }
            new LocalFileSystem().deleteTree(temporary);
        }
    }

    /** One run of the builder. */
    private final class Build {
        private final SetWriter set;
        private final RunSet runs;
        private final Path temporary;
        private final ExecutorService workers;
        private final StopSignal stop;
        private final BuildMeter meter;
        private final SortBuffer buffer = new SortBuffer(partitionCount, plan.sortBytesMax());
        private final List<BadRow> firstBadRows = new ArrayList<>();
        private long badRows;
        private long rowsRead;
        private long duplicates;
        private int largestRowBytes = 1;

        Build(SetWriter set, RunSet runs, Path temporary, ExecutorService workers, StopSignal stop, BuildMeter meter) {
            this.set = set;
            this.runs = runs;
            this.temporary = temporary;
            this.workers = workers;
            this.stop = stop;
            this.meter = meter;
        }

        BuildResult run(RowSource rows) throws BuildException, IOException, StoppedException {
            readAll(rows);
            // Writing takes memory of its own: rows stay in memory only where both have room.
            if (!runs.isEmpty() || buffer.bytes() > plan.mergeBytesMax()) {
                spill();
                meter.onPhase(Phase.MERGING);
                runs.mergeTo(runsMergedMax(options.threads()), stop);
            } else {
                sortBuffer();
            }
            meter.onPhase(Phase.WRITING);
            BuildResult result = writeAll();
            set.commit(described(result.manifests()), result.manifests());
            meter.onPhase(Phase.DONE);
            return result;
        }

        private BulkLoadInfo described(List<Manifest> manifests) {
            BulkLoadInfo info = options.info().withManifests(manifests);
            return options.signingKey().map(key -> SetSignature.sign(info, key)).orElse(info);
        }

        private void readAll(RowSource rows) throws BuildException, IOException, StoppedException {
            while (true) {
                Row row;
                try {
                    row = rows.next();
                    if (row == null) {
                        meter.onRead(rowsRead, rows);
                        return;
                    }
                    add(row, rows.line());
                } catch (BadRowException e) {
                    onBadRow(e.row());
                    continue;
                }
                rowsRead++;
                if (rowsRead % ROWS_BETWEEN_REPORTS == 0) {
                    stop.throwIfStopped();
                    meter.onRead(rowsRead, rows);
                }
            }
        }

        private void onBadRow(BadRow row) throws BuildException {
            badRows++;
            if (firstBadRows.size() < BAD_ROWS_KEPT_MAX) {
                firstBadRows.add(row);
            }
            if (badRows > options.badRowsMax()) {
                throw new BuildException(badRows, options.badRowsMax(), firstBadRows);
            }
        }

        private void add(Row row, long line) throws BadRowException, IOException, StoppedException {
            String fault = row.fault();
            if (!fault.isEmpty()) {
                throw new BadRowException(line, fault);
            }
            byte[] key = StoredKey.of(row.hashKey(), row.sortKey());
            byte[] value = StoredValue.of(expireTsSeconds(row, line), 0, row.value());
            int bytes = key.length + value.length;
            if (bytes > plan.rowBytesMax()) {
                throw new BadRowException(
                        line,
                        "has " + bytes + " bytes, at most " + plan.rowBytesMax() + " are possible with the "
                                + options.memoryBytesMax() + " bytes of memory that rows may take; more memory allows"
                                + " larger rows");
            }
            largestRowBytes = Math.max(largestRowBytes, bytes);
            int partition = PartitionHash.partitionIndex(PartitionHash.ofStoredKey(key), partitionCount);
            if (!buffer.add(partition, key, value)) {
                spill();
                runs.mergeLevels(runsMergedMax(1), stop);
                buffer.add(partition, key, value);
            }
        }

        private int expireTsSeconds(Row row, long line) throws BadRowException {
            if (row.ttlSeconds() == 0) {
                return StoredValue.NEVER;
            }
            long expireTs = row.ttlSeconds() + StoredValue.expiryNow(options.nowWallMs());
            if (expireTs > Integer.MAX_VALUE) {
                throw new BadRowException(line, "ttl of " + row.ttlSeconds() + " seconds ends after the year 2083");
            }
            return (int) expireTs;
        }

        private int runsMergedMax(int threads) {
            return plan.runsMergedMax(threads, largestRowBytes);
        }

        private void spill() throws IOException, StoppedException {
            if (!buffer.isEmpty()) {
                sortBuffer();
                runs.add(buffer, stop);
                buffer.clear();
            }
        }

        private void sortBuffer() throws IOException, StoppedException {
            List<Integer> dropped = inParallel((partition, until) -> buffer.sort(partition));
            duplicates += dropped.stream().mapToLong(Integer::longValue).sum();
        }

        private BuildResult writeAll() throws IOException, StoppedException {
            String buildName = UUID.randomUUID().toString().substring(0, 13);
            PartitionWriter writer = new PartitionWriter(set, buildName, options.sst(), temporary, meter);
            List<PartitionWriter.Written> written = inParallel((partition, until) -> {
                MergeCursor cursor =
                        runs.isEmpty() ? new MergeCursor(List.of(buffer.cursor(partition))) : runs.cursor(partition);
                return writer.write(partition, cursor, until);
            });
            long rows = 0;
            duplicates += runs.duplicates();
            for (PartitionWriter.Written partition : written) {
                rows += partition.rows();
                duplicates += partition.duplicates();
            }
            return new BuildResult(
                    rows,
                    duplicates,
                    badRows,
                    firstBadRows,
                    written.stream().map(PartitionWriter.Written::manifest).toList());
        }

        /** Does the work of all partitions, and returns its results in their order. The first failure ends all. */
        private <T> List<T> inParallel(PartitionWork<T> work) throws IOException, StoppedException {
            StopSignal ended = new StopSignal();
            List<Future<T>> futures = new ArrayList<>();
            List<T> results = new ArrayList<>();
            Throwable failure = null;
            try (StopSignal.Registration ignored = stop.onStop(ended::stop)) {
                for (int i = 0; i < partitionCount; i++) {
                    int partition = i;
                    futures.add(workers.submit(() -> {
                        ended.throwIfStopped();
                        return work.perform(partition, ended);
                    }));
                }
                for (Future<T> future : futures) {
                    try {
                        results.add(await(future));
                    } catch (ExecutionException e) {
                        ended.stop();
                        failure = failure == null || failure instanceof StoppedException ? e.getCause() : failure;
                    }
                }
            }
            rethrow(failure);
            return results;
        }

        /** Waits also when interrupted, as the worker may not outlive the build; but it is asked to stop then. */
        private <T> T await(Future<T> future) throws ExecutionException {
            boolean isInterrupted = false;
            try {
                while (true) {
                    try {
                        return future.get();
                    } catch (InterruptedException e) {
                        isInterrupted = true;
                        stop.stop();
                    }
                }
            } finally {
                if (isInterrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        private void rethrow(@Nullable Throwable failure) throws IOException, StoppedException {
            if (failure instanceof IOException ioFailure) {
                throw ioFailure;
            }
            if (failure instanceof StoppedException) {
                throw new StoppedException();
            }
            if (failure instanceof RuntimeException broken) {
                throw broken;
            }
            if (failure != null) {
                throw new IOException("building failed: " + failure, failure);
            }
        }
    }

    private interface PartitionWork<T> {
        T perform(int partitionIndex, StopSignal until) throws IOException, StoppedException;
    }
}
