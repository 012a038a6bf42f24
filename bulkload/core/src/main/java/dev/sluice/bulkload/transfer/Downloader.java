package dev.sluice.bulkload.transfer;

import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.Remedy;
import dev.sluice.bulkload.fileset.SourceException;
import dev.sluice.bulkload.store.PartitionSource;
import dev.sluice.bulkload.work.LoadThreads;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.file.DiskFullException;
import dev.sluice.common.file.DiskLedger;
import dev.sluice.common.file.FileSystem;
import dev.sluice.common.time.Clock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Downloads the files of partitions, for all replicas of a node.
 *
 * <p>How many downloads run at once is decided elsewhere, see {@link DownloadSlots}. Each download has a few threads that
 * write and hash, one per file in flight; a shared pool reads from the store.
 */
public final class Downloader implements AutoCloseable {
    private static final int READERS_MAX = 64;
    private static final long IDLE_SECONDS = 10;

    private static final long CLOSE_WAIT_MS = 5_000;
    private static final Logger LOG = LoggerFactory.getLogger(Downloader.class);

    private final Set<Download> running = ConcurrentHashMap.newKeySet();
    final FileSystem files;
    final Function<Path, DiskLedger> disks;
    final TransferThrottle throttle;
    final Clock clock;
    final DownloadOptions options;
    final Executor workers;
    final Executor readers;
    /** To be ended with this: those that it started itself. */
    private final List<ExecutorService> own;

    final BufferPool buffers;

    /** @param disks the ledger of the disk where a path lies */
    public Downloader(
            FileSystem files,
            Function<Path, DiskLedger> disks,
            TransferThrottle throttle,
            Clock clock,
            DownloadOptions options) {
        this(files, disks, throttle, clock, options, workers(), readers());
    }

    private Downloader(
            FileSystem files,
            Function<Path, DiskLedger> disks,
            TransferThrottle throttle,
            Clock clock,
            DownloadOptions options,
            ExecutorService workers,
            ExecutorService readers) {
        this(files, disks, throttle, clock, options, workers, readers, List.of(workers, readers));
    }

    /**
     * The same on given threads.
     *
     * @param disks the ledger of the disk where a path lies
     * @param workers run downloads, each from beginning to end
     * @param readers run reads from the store; not the same threads, since a download waits for its reads
     */
    public Downloader(
            FileSystem files,
            Function<Path, DiskLedger> disks,
            TransferThrottle throttle,
            Clock clock,
            DownloadOptions options,
            Executor workers,
            Executor readers) {
        this(files, disks, throttle, clock, options, workers, readers, List.of());
    }

    private Downloader(
            FileSystem files,
            Function<Path, DiskLedger> disks,
            TransferThrottle throttle,
            Clock clock,
            DownloadOptions options,
            Executor workers,
            Executor readers,
            List<ExecutorService> own) {
        this.files = files;
        this.disks = disks;
        this.throttle = throttle;
        this.clock = clock;
        this.options = options;
        this.buffers = new BufferPool(options.pieceBytes(), READERS_MAX);
        this.workers = workers;
        this.readers = readers;
        this.own = own;
    }

    private static ExecutorService workers() {
        return new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                new LoadThreads("download-"));
    }

    private static ExecutorService readers() {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                READERS_MAX,
                READERS_MAX,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new LoadThreads("store-read-"));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /**
     * Brings all files of the manifest into the directory. What is there already, from an earlier attempt with the same
     * manifest, is used; the leftovers of another manifest are deleted.
     *
     * <p>The listener hears of progress from the download's threads, one call at a time; it must be short.
     */
    public Download start(
            PartitionSource source,
            Manifest manifest,
            StagingDirectory directory,
            Consumer<DownloadProgress> listener) {
        return start(source, manifest, Relay.NONE, new StagedCopy(files, manifest, directory), listener);
    }

    /**
     * The same with a relay.
     *
     * @param copy of the same manifest: what other members read meanwhile
     */
    public Download start(
            PartitionSource source,
            Manifest manifest,
            Relay relay,
            StagedCopy copy,
            Consumer<DownloadProgress> listener) {
        PartitionDownload download = new PartitionDownload(this, source, manifest, relay, copy, listener);
        running.add(download);
        try {
            workers.execute(download::run);
        } catch (RejectedExecutionException e) {
            running.remove(download);
            throw new IllegalStateException("the downloader is closed", e);
        }
        return download;
    }

    /**
     * Reserves so many bytes of the holder's disk, in place of what it had, and beside what is to stay free. Throws {@link
     * SourceException}, for this node to mend, with the numbers if they are not there.
     *
     * @param holder the directory that the bytes go to
     */
    public DiskLedger.Claim reserve(Path holder, long bytes) throws IOException, SourceException {
        try {
            return disks.apply(holder).reserve(holder, bytes, options.reserveBytes());
        } catch (DiskFullException e) {
            throw new SourceException(
                    holder.toString(), String.valueOf(e.getMessage()), ErrorCode.ERR_DISK_INSUFFICIENT, Remedy.NODE, e);
        }
    }

    /** Stops the downloads that run, and ends the pools. */
    @Override
    public void close() {
        for (Download download : running) {
            download.stop();
            try {
                download.outcome().get(CLOSE_WAIT_MS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException | TimeoutException e) {
                LOG.warn("a download did not end within {} ms: {}", CLOSE_WAIT_MS, e.toString());
            }
        }
        own.forEach(ExecutorService::shutdownNow);
    }

    void onEnded(Download download) {
        running.remove(download);
    }
}
