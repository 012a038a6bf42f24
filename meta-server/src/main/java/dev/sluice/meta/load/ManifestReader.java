package dev.sluice.meta.load;

import dev.sluice.bulkload.fileset.BulkLoadInfo;
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
import dev.sluice.common.time.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;

/** Reads the manifests of a load on the threads of its store, which also look at what start requests name. */
final class ManifestReader implements AutoCloseable {
    private static final int ATTEMPTS_MAX = 6;
    private static final long BACKOFF_MS = 100;
    /** Within what clients wait for the answer to a start. */
    private static final long ASK_LIMIT_MS = 10_000;

    private final BlockStores stores;
    private final long limitMs;
    private final int tinyFilesMax;
    private final EventLoop timer;
    private final Function<String, ? extends Executor> threads;

    private final StopSignal stop = new StopSignal();

    /**
     * @param limitMs how long a store may take for one partition's manifest and the sizes of its files
     * @param tinyFilesMax files of a partition, if they are tiny on average
     * @param timer measures the time of a store
     * @param threads of each store
     */
    ManifestReader(
            BlockStores stores,
            long limitMs,
            int tinyFilesMax,
            EventLoop timer,
            Function<String, ? extends Executor> threads) {
        this.stores = stores;
        this.limitMs = limitMs;
        this.tinyFilesMax = tinyFilesMax;
        this.timer = timer;
        this.threads = threads;
    }

    private Executor threads(String store) {
        // Names that clients make up share one.
        return threads.apply(stores.names().contains(store) ? store : "unknown");
    }

    /** Asks a store, on one of its threads; fails with a {@link SourceException} if it does not answer in time. */
    <T> CompletableFuture<T> ask(String store, String what, Callable<T> question) {
        CompletableFuture<T> answer =
                withinLimit(new CompletableFuture<>(), what, store, Math.min(limitMs, ASK_LIMIT_MS));
        threads(store).execute(() -> {
            if (!answer.isDone()) {
                complete(answer, question);
            }
        });
        return answer;
    }

    /** Reads all; hears either the pins, by partition index, or the first error. On any thread. */
    void read(AppLoad load, Consumer<List<ManifestPin>> onRead, Consumer<LoadError> onFailed) {
        FileSetSource source;
        try {
            source = new FileSetSource(
                    stores.require(load.plan().source().provider()),
                    load.plan().source().location());
        } catch (SourceException e) {
            onFailed.accept(error(e));
            return;
        }
        String store = load.plan().source().provider();
        CompletableFuture<Void> all = new CompletableFuture<>();
        List<CompletableFuture<ManifestPin>> reads = new ArrayList<>();
        for (int index = 0; index < load.partitions().size(); index++) {
            PartitionSource partition = source.partition(index);
            String gpid = load.plan().appId() + "." + index;
            CompletableFuture<ManifestPin> read = new CompletableFuture<>();
            reads.add(read.whenComplete((pin, failure) -> {
                if (failure != null) {
                    all.completeExceptionally(failure);
                }
            }));
            // One that waits for a thread is not late yet; once another failed, it need not begin.
            threads(store).execute(() -> {
                if (!all.isDone()) {
                    complete(withinLimit(read, gpid, store, limitMs), () -> pin(gpid, partition));
                }
            });
        }
        var unused =
                CompletableFuture.allOf(reads.toArray(CompletableFuture[]::new)).thenRun(() -> all.complete(null));
        var unusedToo = all.whenComplete((nothing, failure) -> {
            if (failure == null) {
                List<ManifestPin> pins =
                        reads.stream().map(CompletableFuture::join).toList();
                requireOneBuild(source, load.plan().appId(), store, pins, onRead, onFailed);
            } else if (!stop.isStopped()) {
                onFailed.accept(error(failure));
            }
        });
    }

    /** The description comes last in a build: read after the manifests, it tells whether they belong together. */
    private void requireOneBuild(
            FileSetSource source,
            int appId,
            String store,
            List<ManifestPin> pins,
            Consumer<List<ManifestPin>> onRead,
            Consumer<LoadError> onFailed) {
        CompletableFuture<List<ManifestPin>> checked = new CompletableFuture<>();
        String infoPath = source.location().infoPath();
        threads(store)
                .execute(() -> complete(withinLimit(checked, infoPath, store, limitMs), () -> {
                    BulkLoadInfo info = retried(infoPath, source::readInfo);
                    info.requireFits(infoPath, appId, pins.size());
                    for (int index = 0; index < pins.size(); index++) {
                        info.requireManifest(
                                source.location().manifestPath(index),
                                index,
                                pins.get(index).digest());
                    }
                    return pins;
                }));
        var unused = checked.whenComplete((pinned, failure) -> {
            if (failure == null) {
                onRead.accept(pinned);
            } else if (!stop.isStopped()) {
                onFailed.accept(error(failure));
            }
        });
    }

    private static <T> void complete(CompletableFuture<T> result, Callable<T> call) {
        try {
            result.complete(call.call());
        } catch (Exception | Error e) {
            result.completeExceptionally(e);
        }
    }

    /** Fails it with the store's name if the store does not answer in time. */
    private <T> CompletableFuture<T> withinLimit(CompletableFuture<T> result, String what, String store, long millis) {
        EventLoop.Timer limit = timer.schedule(
                millis,
                () -> result.completeExceptionally(new SourceException(
                        what,
                        "block service '" + store + "' did not answer within " + millis + " ms",
                        ErrorCode.ERR_TIMEOUT,
                        Remedy.RETRY)));
        var unused = result.whenComplete((answer, failure) -> limit.cancel());
        return result;
    }

    private ManifestPin pin(String gpid, PartitionSource source) {
        return retried(gpid, () -> {
            Manifest manifest = source.readManifest();
            requireFewTinyFiles(source, manifest);
            source.checkSizes(manifest);
            return new ManifestPin(
                    manifest.digest(),
                    manifest.files().size(),
                    manifest.totalBytes(),
                    manifest.files().stream().allMatch(SstFile::hasMd5));
        });
    }

    private interface Read<T> {
        T read() throws SourceException;
    }

    /** Asks again for what may be answered next time; the error is told for what it was read. */
    private <T> T retried(String what, Read<T> read) {
        try {
            for (int attempt = 1; ; attempt++) {
                try {
                    stop.throwIfStopped();
                    return read.read();
                } catch (SourceException e) {
                    if (e.remedy() != Remedy.RETRY || attempt >= ATTEMPTS_MAX) {
                        String file = e.file().equals(what) ? what : what + ", " + e.file();
                        throw new CompletionException(new SourceException(file, e.reason(), e.code(), e.remedy()));
                    }
                }
                stop.sleep(BACKOFF_MS << attempt);
            }
        } catch (StoppedException e) {
            throw new CompletionException(e);
        }
    }

    private void requireFewTinyFiles(PartitionSource source, Manifest manifest) throws SourceException {
        int files = manifest.files().size();
        if (files > tinyFilesMax && manifest.totalBytes() / files < LoadOptions.TINY_BYTES) {
            throw new SourceException(
                    source.manifestPath(),
                    "lists " + files + " files of " + manifest.totalBytes() / files
                            + " bytes on average, expected at most "
                            + tinyFilesMax + " below " + LoadOptions.TINY_BYTES
                            + " bytes: build the set with larger files,"
                            + " or raise bulk_load_tiny_files_max",
                    ErrorCode.ERR_INVALID_PARAMETERS,
                    Remedy.FIX_THE_SOURCE);
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
    }
}
