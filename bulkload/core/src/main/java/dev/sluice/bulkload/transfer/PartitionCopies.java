package dev.sluice.bulkload.transfer;

import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SourceException;
import dev.sluice.bulkload.fileset.SstFile;
import dev.sluice.bulkload.store.BlockStoreException;
import dev.sluice.bulkload.store.FileSetSource;
import dev.sluice.bulkload.store.PartitionSource;
import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.bulkload.work.StoppedException;
import dev.sluice.common.file.DiskLedger;
import dev.sluice.common.file.FileSystem;
import dev.sluice.common.time.Clock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Files of a set where this machine can read them at any place, for tools that need no cluster: those of the store itself if
 * they lie on a file system of this machine, or else copies, downloaded as a replica does it. Safe for use by several threads,
 * each with a partition of its own.
 */
public final class PartitionCopies implements AutoCloseable {
    private final FileSetSource source;
    private final FileSystem files;
    private final Path directory;
    private final Downloader downloader;

    /** @param directory where copies go, one directory below it for each partition */
    public PartitionCopies(FileSetSource source, FileSystem files, Path directory, Clock clock) {
        this.source = source;
        this.files = files;
        this.directory = directory;
        DiskLedger ledger = DiskLedger.of(files, directory);
        this.downloader = new Downloader(
                files, path -> ledger, TransferThrottle.unlimited(clock), clock, DownloadOptions.DEFAULTS);
    }

    /**
     * Paths in the order of the manifest. A copy was compared with its size and MD5; of the store's own files only the size
     * was.
     */
    public List<Path> fetch(int partitionIndex, Manifest manifest, StopSignal stop)
            throws SourceException, StoppedException, IOException {
        PartitionSource partition = source.partition(partitionIndex);
        partition.checkSizes(manifest);
        Optional<List<Path>> local = localFiles(partition, manifest);
        if (local.isPresent()) {
            return local.get();
        }
        files.createDirectories(directory);
        StagingDirectory copies = copies(partitionIndex);
        Download download = downloader.start(partition, manifest, copies, progress -> {});
        DownloadOutcome outcome;
        try (StopSignal.Registration ignored = stop.onStop(download::stop)) {
            outcome = download.outcome().join();
        }
        if (outcome instanceof DownloadOutcome.Failed failed) {
            throw failed.error();
        }
        if (outcome instanceof DownloadOutcome.Stopped) {
            throw new StoppedException();
        }
        return copies.paths(manifest);
    }

    /** Deletes the copies of a partition, if there are any. */
    public void release(int partitionIndex) throws IOException {
        copies(partitionIndex).delete();
    }

    @Override
    public void close() {
        downloader.close();
    }

    private StagingDirectory copies(int partitionIndex) {
        return new StagingDirectory(files, directory.resolve("partition-" + partitionIndex));
    }

    /** Empty if at least one has to be copied. */
    private static Optional<List<Path>> localFiles(PartitionSource partition, Manifest manifest)
            throws SourceException {
        List<Path> paths = new ArrayList<>();
        for (SstFile file : manifest.files()) {
            String path = partition.filePath(file);
            try {
                Optional<Path> local = partition.store().localFile(path);
                if (local.isEmpty()) {
                    return Optional.empty();
                }
                paths.add(local.get());
            } catch (BlockStoreException e) {
                throw PartitionSource.asSourceException(path, e);
            }
        }
        return Optional.of(paths);
    }
}
