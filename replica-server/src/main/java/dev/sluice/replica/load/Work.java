package dev.sluice.replica.load;

import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.Remedy;
import dev.sluice.bulkload.fileset.SetSignature;
import dev.sluice.bulkload.fileset.SourceException;
import dev.sluice.bulkload.load.FileTotals;
import dev.sluice.bulkload.load.LoadError;
import dev.sluice.bulkload.load.LoadOrder;
import dev.sluice.bulkload.load.LoadPlan;
import dev.sluice.bulkload.store.PartitionSource;
import dev.sluice.bulkload.transfer.Download;
import dev.sluice.bulkload.transfer.DownloadOutcome;
import dev.sluice.bulkload.transfer.DownloadProgress;
import dev.sluice.bulkload.transfer.Relay;
import dev.sluice.bulkload.transfer.StagedCopy;
import dev.sluice.bulkload.transfer.StagingDirectory;
import dev.sluice.bulkload.verify.VerifyMode;
import dev.sluice.bulkload.verify.VerifyRequest;
import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.bulkload.work.StoppedException;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.file.DiskLedger;
import dev.sluice.wire.bulkload.LoadMode;
import java.io.IOException;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One attempt of one replica at fetching or verifying. It ends exactly once, by one of the listener's last three. */
final class Work {
    private static final Logger LOG = LoggerFactory.getLogger(Work.class);
    private static final int MANIFEST_ATTEMPTS_MAX = 6;
    private static final long BACKOFF_MS = 100;
    /** Of a repacked file: what each file costs beyond its bytes, when it is taken in, is little beside them then. */
    private static final long REPACKED_BYTES_MIN = 64L * 1024 * 1024;

    static final String REPACKED = "load.repacked";
    static final String BEFORE_STAGED = "load.before-staged";
    static final String STAGED = "load.staged";

    private final NodeLoads node;
    private final Gpid gpid;
    private final String where;
    private final LoadOrder order;
    private final StagedMark disk;
    private final Listener listener;
    private final BehindCheck engine;
    private final Relay relay;
    private final StopSignal stop = new StopSignal();
    private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();

    /** Hears of the work, on any thread. */
    interface Listener {
        void onManifest(FileTotals totals);

        void onProgress(DownloadProgress progress);

        void onDone();

        void onFailed(LoadError error, boolean ofNode);

        void onStopped();
    }

    /** What {@link dev.sluice.replica.engine.Engine#findBehindConflict} says. */
    interface BehindCheck {
        Optional<String> findBehindConflict(List<Path> stagedFiles);
    }

    Work(
            NodeLoads node,
            Gpid gpid,
            HostPort self,
            LoadOrder order,
            StagedMark disk,
            Listener listener,
            BehindCheck engine,
            Relay relay) {
        this.node = node;
        this.gpid = gpid;
        this.where = gpid + " on " + self;
        this.order = order;
        this.disk = disk;
        this.listener = listener;
        this.engine = engine;
        this.relay = relay;
    }

    void stop() {
        stop.stop();
    }

    /** Done once nothing of it runs any more, and the listener has heard how it ended. */
    CompletableFuture<?> ended() {
        return ended;
    }

    private void end(Runnable tell) {
        try {
            tell.run();
        } finally {
            ended.complete(null);
        }
    }

    void startFetch() {
        node.execute(() -> run(() -> {
            PartitionSource source =
                    new PartitionSource(node.stores().require(order.provider()), order.partitionPath());
            Manifest manifest = readManifest(source);
            listener.onManifest(totals(manifest));
            fetch(source, manifest);
        }));
    }

    void startVerify(Consumer<StagedSet> onStaged) {
        node.execute(() -> run(() -> {
            StagingDirectory directory = disk.staging(order.loadId());
            Optional<Manifest> manifest = directory.findManifest();
            if (manifest.isEmpty() || !manifest.get().digest().equals(order.manifestDigest())) {
                throw SourceException.ofNode(
                        directory.path().toString(), new IOException("the copy of the manifest is not the pinned one"));
            }
            VerifyRequest request = new VerifyRequest(
                    manifest.get(),
                    file -> directory.file(file.name()),
                    gpid.partitionIndex(),
                    order.partitionCount(),
                    mode(),
                    order.mode() == LoadMode.BEHIND.getValue(),
                    node.clock().wallMs());
            node.verifier().verify(request, stop, progress -> {});
            stop.throwIfStopped();
            if (order.mode() == LoadMode.BEHIND.getValue()) {
                requireFitsBehind(directory, manifest.get());
            }
            StagedSet staged = new StagedSet(manifest.get(), filesToTake(directory, manifest.get()));
            node.faults().reached(BEFORE_STAGED);
            disk.write(order.loadId(), staged, order.deepChecks());
            node.faults().reached(STAGED);
            onStaged.accept(staged);
            end(listener::onDone);
        }));
    }

    /** An engine holds writes back while it takes files, for longer the more there are. */
    private List<Path> filesToTake(StagingDirectory directory, Manifest manifest)
            throws SourceException, StoppedException, IOException {
        Optional<StagedSet> known = disk.find(order.loadId()).staged();
        if (known.isPresent() && known.get().manifest().equals(manifest)) {
            // It may have taken them already, and knows them again only by being the same files.
            return known.get().files();
        }
        List<Path> sources = directory.paths(manifest);
        int filesMax = node.repackAboveFiles();
        if (sources.size() <= filesMax) {
            return sources;
        }
        List<Path> repacked = repack(directory, manifest, sources, filesMax);
        node.faults().reached(REPACKED);
        if (repacked.isEmpty()) {
            // What was given up may be in the way of what needs the disk.
            node.files().deleteTree(directory.repacked());
            return sources;
        }
        LOG.info("{}: load {}: {} files are repacked as {}", where, order.loadId(), sources.size(), repacked.size());
        return repacked;
    }

    /** Empty if it cannot be done here: the files as they are hold writes up for longer, and are right. */
    private List<Path> repack(StagingDirectory directory, Manifest manifest, List<Path> sources, int filesMax)
            throws SourceException, StoppedException, IOException {
        node.files().deleteTree(directory.repacked());
        node.files().createDirectories(directory.repacked());
        node.files().syncDirectory(directory.path());
        long targetBytes = Math.max(REPACKED_BYTES_MIN, 2 * manifest.totalBytes() / filesMax);
        DiskLedger.Claim claim;
        try {
            claim = node.downloader().reserve(directory.repacked(), manifest.totalBytes());
        } catch (SourceException e) {
            LOG.warn(
                    "{}: load {}: {} files are not repacked: {}",
                    where,
                    order.loadId(),
                    sources.size(),
                    e.getMessage());
            return List.of();
        }
        try {
            List<Path> repacked =
                    node.repacker().repack(sources, directory.repacked(), targetBytes, claim::written, stop);
            if (repacked.isEmpty()) {
                LOG.warn(
                        "{}: load {}: {} files are not repacked, too many overlap",
                        where,
                        order.loadId(),
                        sources.size());
            }
            return repacked;
        } finally {
            claim.release();
        }
    }

    /** After publish it would be too late. */
    private void requireFitsBehind(StagingDirectory directory, Manifest manifest) throws SourceException {
        Optional<String> conflict = engine.findBehindConflict(directory.paths(manifest));
        if (conflict.isPresent()) {
            throw SourceException.damaged("the set", "cannot be loaded behind: " + conflict.get());
        }
    }

    /** Checksums were compared as the bytes came; the rest is done once per partition, by the member that is named. */
    private VerifyMode mode() {
        VerifyMode wanted = VerifyMode.of(order.verify());
        return order.verify().equals(LoadPlan.VERIFY_FULL) && !order.deepChecks() ? VerifyMode.SIZE : wanted;
    }

    private void fetch(PartitionSource source, Manifest manifest) throws StoppedException {
        stop.throwIfStopped();
        StagedCopy copy = new StagedCopy(node.files(), manifest, disk.staging(order.loadId()));
        node.desk().offer(gpid, order.loadId(), order.manifestDigest(), copy);
        Download download = node.downloader().start(source, manifest, relay, copy, listener::onProgress);
        StopSignal.Registration registration = stop.onStop(download::stop);
        var unused = download.outcome().thenAccept(outcome -> {
            registration.close();
            if (outcome instanceof DownloadOutcome.Complete complete) {
                node.counts().fetched(complete.progress());
                end(listener::onDone);
            } else if (outcome instanceof DownloadOutcome.Failed failed) {
                node.counts().fetchFailed(failed.progress());
                fail(failed.error());
            } else {
                end(listener::onStopped);
            }
        });
    }

    private Manifest readManifest(PartitionSource source) throws SourceException, StoppedException {
        for (int attempt = 1; ; attempt++) {
            stop.throwIfStopped();
            try {
                Manifest manifest = source.readManifest(order.manifestDigest());
                if (node.publicKey().isPresent()) {
                    requireSigned(source, node.publicKey().get());
                }
                return manifest;
            } catch (SourceException e) {
                if (e.remedy() != Remedy.RETRY || attempt >= MANIFEST_ATTEMPTS_MAX) {
                    throw e;
                }
                LOG.info("{}: the manifest could not be read, attempt {}: {}", gpid, attempt, e.getMessage());
            }
            stop.sleep(BACKOFF_MS << attempt);
        }
    }

    private void requireSigned(PartitionSource source, PublicKey key) throws SourceException {
        BulkLoadInfo info = source.readInfo();
        SetSignature.requireSigned(source.infoPath(), info, key);
        if (info.partitionCount() != order.partitionCount()) {
            throw SourceException.damaged(
                    source.infoPath(),
                    "partition_count is " + info.partitionCount() + ", the app has " + order.partitionCount());
        }
        info.requireManifest(source.manifestPath(), gpid.partitionIndex(), order.manifestDigest());
    }

    private interface Job {
        void run() throws SourceException, StoppedException, IOException;
    }

    private void run(Job job) {
        try {
            job.run();
        } catch (StoppedException e) {
            end(listener::onStopped);
        } catch (SourceException e) {
            fail(e);
        } catch (IOException e) {
            fail(SourceException.ofNode(disk.staging(order.loadId()).path().toString(), e));
        } catch (RuntimeException e) {
            LOG.error("{}: work of load {} failed", gpid, order.loadId(), e);
            fail(SourceException.ofNode(disk.staging(order.loadId()).path().toString(), e));
        }
    }

    private void fail(SourceException e) {
        LOG.warn("{}: load {}: {}", where, order.loadId(), e.getMessage());
        LoadError error = new LoadError(e.code(), String.valueOf(e.getMessage()));
        end(() -> listener.onFailed(error, e.remedy() == Remedy.NODE));
    }

    static FileTotals totals(Manifest manifest) {
        return new FileTotals(manifest.digest(), manifest.files().size(), manifest.totalBytes());
    }
}
