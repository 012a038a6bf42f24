package dev.sluice.meta.load;

import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.Remedy;
import dev.sluice.bulkload.fileset.SourceException;
import dev.sluice.bulkload.fileset.SstFile;
import dev.sluice.bulkload.load.AppLoad;
import dev.sluice.bulkload.load.LoadError;
import dev.sluice.bulkload.load.ManifestPin;
import dev.sluice.bulkload.store.BlockStores;
import dev.sluice.bulkload.store.FileSetSource;
import dev.sluice.bulkload.store.PartitionSource;
import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.bulkload.work.StoppedException;
import dev.sluice.common.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Reads the manifests of a load on a few threads, which also look at what start requests name. */
final class ManifestReader implements AutoCloseable {
    private static final int THREADS = 8;
    private static final int ATTEMPTS_MAX = 6;
    private static final long BACKOFF_MS = 100;

    private final BlockStores stores;
    private final ExecutorService pool;
    private final StopSignal stop = new StopSignal();

    ManifestReader(BlockStores stores) {
        this.stores = stores;
        AtomicInteger count = new AtomicInteger();
        this.pool = Executors.newFixedThreadPool(THREADS, task -> {
            Thread thread = new Thread(task, "manifests-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Runs it on one of the threads. */
    void execute(Runnable task) {
        pool.execute(task);
    }

    /** Reads all; hears either the pins, by partition index, or the first error. On one of the threads. */
    void read(AppLoad load, Consumer<List<ManifestPin>> onRead, Consumer<LoadError> onFailed) {
        FileSetSource source;
        try {
            source = new FileSetSource(
                    stores.require(load.plan().source().provider()),
                    load.plan().source().location());
        } catch (SourceException e) {
            pool.execute(() -> onFailed.accept(error(e)));
            return;
        }
        List<CompletableFuture<ManifestPin>> reads = new ArrayList<>();
        for (int index = 0; index < load.partitions().size(); index++) {
            PartitionSource partition = source.partition(index);
            String gpid = load.plan().appId() + "." + index;
            reads.add(CompletableFuture.supplyAsync(() -> pin(gpid, partition), pool));
        }
        var unused = CompletableFuture.allOf(reads.toArray(CompletableFuture[]::new))
                .whenComplete((nothing, failure) -> {
                    if (failure == null) {
                        onRead.accept(
                                reads.stream().map(CompletableFuture::join).toList());
                    } else if (!stop.isStopped()) {
                        onFailed.accept(error(failure));
                    }
                });
    }

    private ManifestPin pin(String gpid, PartitionSource source) {
        try {
            for (int attempt = 1; ; attempt++) {
                try {
                    stop.throwIfStopped();
                    Manifest manifest = source.readManifest();
                    source.checkSizes(manifest);
                    return new ManifestPin(
                            manifest.digest(),
                            manifest.files().size(),
                            manifest.totalBytes(),
                            manifest.files().stream().allMatch(SstFile::hasMd5));
                } catch (SourceException e) {
                    if (e.remedy() != Remedy.RETRY || attempt >= ATTEMPTS_MAX) {
                        throw new CompletionException(
                                new SourceException(gpid + ", " + e.file(), e.reason(), e.code(), e.remedy()));
                    }
                }
                stop.sleep(BACKOFF_MS << attempt);
            }
        } catch (StoppedException e) {
            throw new CompletionException(e);
        }
    }

    private static LoadError error(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        ErrorCode code = cause instanceof SourceException source ? source.code() : ErrorCode.ERR_UNKNOWN;
        return new LoadError(code, String.valueOf(cause.getMessage()));
    }

    @Override
    public void close() {
        stop.stop();
        pool.shutdownNow();
    }
}
