package dev.sluice.bulkload.transfer;

import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SourceException;
import dev.sluice.bulkload.fileset.SstFile;
import dev.sluice.bulkload.store.PartitionSource;
import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.bulkload.work.StoppedException;
import dev.sluice.common.file.DiskLedger;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The download of one replica: prepares the directory, then lets a few workers take file after file. */
final class PartitionDownload implements Download {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionDownload.class);

    private final Downloader downloader;
    private final PartitionSource source;
    private final Manifest manifest;
    private final Relay relay;
    private final StagedCopy copy;
    private final StagingDirectory directory;
    private final StopSignal stop = new StopSignal();
    private final AtomicReference<SourceException> failure = new AtomicReference<>();
    private final ConcurrentLinkedQueue<SstFile> missing = new ConcurrentLinkedQueue<>();
    private final ProgressMeter meter;
    private final CompletableFuture<DownloadOutcome> outcome = new CompletableFuture<>();

    PartitionDownload(
            Downloader downloader,
            PartitionSource source,
            Manifest manifest,
            Relay relay,
            StagedCopy copy,
            Consumer<DownloadProgress> listener) {
        this.downloader = downloader;
        this.source = source;
        this.manifest = manifest;
        this.relay = relay;
        this.copy = copy;
        this.directory = copy.directory();
        this.meter = new ProgressMeter(manifest, downloader.clock, downloader.options.progressIntervalMs(), listener);
    }

    @Override
    public void stop() {
        stop.stop();
    }

    @Override
    public CompletableFuture<DownloadOutcome> outcome() {
        return outcome;
    }

    @Override
    public DownloadProgress progress() {
        return meter.progress();
    }

    /** The first worker: it also begins and ends the download. */
    void run() {
        try {
            findMissing();
            DiskLedger.Claim claim = reserve();
            List<CompletableFuture<Void>> others = new ArrayList<>();
            int workers = Math.min(downloader.options.filesPerReplica(), missing.size());
            for (int i = 1; i < workers; i++) {
                others.add(CompletableFuture.runAsync(() -> fetchUntilNoneIsMissing(claim), downloader.workers));
            }
            fetchUntilNoneIsMissing(claim);
            others.forEach(CompletableFuture::join);
            if (meter.isComplete()) {
                claim.release();
            }
        } catch (StoppedException e) {
            LOG.debug("{}: stopped before the first file", source.partitionPath());
        } catch (SourceException e) {
            fail(e);
        } catch (IOException e) {
            fail(SourceException.ofNode(directory.path().toString(), e));
        } catch (RejectedExecutionException e) {
            stop.stop();
            LOG.debug("{}: the downloader is closed", source.partitionPath());
        } catch (RuntimeException e) {
            fail(SourceException.ofNode(directory.path().toString(), e));
            LOG.error("{}: download failed", source.partitionPath(), e);
        } finally {
            meter.report();
            downloader.onEnded(this);
            outcome.complete(result());
        }
    }

    private DownloadOutcome result() {
        SourceException error = failure.get();
        if (error != null) {
            return new DownloadOutcome.Failed(error, meter.progress());
        }
        return meter.isComplete()
                ? new DownloadOutcome.Complete(meter.progress())
                : new DownloadOutcome.Stopped(meter.progress());
    }

    private void findMissing() throws IOException, StoppedException {
        stop.throwIfStopped();
        directory.prepare(manifest);
        for (SstFile file : manifest.files()) {
            if (directory.isVerified(file)) {
                meter.onPresent(file);
            } else {
                missing.add(file);
            }
        }
    }

    /** What was reserved stays so when the download is stopped: it is to go on. Whoever deletes the files gives it back. */
    private DiskLedger.Claim reserve() throws IOException, SourceException {
        return downloader.reserve(directory.path(), directory.missingBytes(manifest));
    }

    private void fetchUntilNoneIsMissing(DiskLedger.Claim claim) {
        SstFile file;
        while (!stop.isStopped() && (file = missing.poll()) != null) {
            try {
                new FileDownload(downloader, source, relay, copy, file, claim, stop, meter).fetch();
                meter.onVerified(file);
            } catch (StoppedException e) {
                return;
            } catch (SourceException e) {
                fail(e);
            } catch (IOException e) {
                fail(SourceException.ofNode(directory.file(file.name()).toString(), e));
            } catch (RejectedExecutionException e) {
                stop.stop();
                LOG.debug("{}: the downloader is closed", source.partitionPath());
            } catch (RuntimeException e) {
                LOG.error("{}: download of {} failed", source.partitionPath(), file.name(), e);
                fail(SourceException.ofNode(directory.file(file.name()).toString(), e));
            }
        }
    }

    private void fail(SourceException error) {
        if (failure.compareAndSet(null, error)) {
            LOG.warn("{}: download failed: {}", source.partitionPath(), error.getMessage());
        }
        stop.stop();
    }
}
