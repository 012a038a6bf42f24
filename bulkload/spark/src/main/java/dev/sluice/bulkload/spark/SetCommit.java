package dev.sluice.bulkload.spark;

import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SstFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a set visible whose files are in their place, and takes it back if that did not come to be. Used by the driver.
 *
 * <p>The description goes first and comes last, so that a set without one is known to be incomplete. Until then the older
 * set is whole. What only the older set had is deleted when the new one is there; if the new one cannot be completed, the
 * older one is put together again. Closing it without having published deletes what the job has written.
 */
final class SetCommit implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SetCommit.class);

    private final SetDirectory set;
    private final String jobPrefix;
    private final WriteOptions options;
    private final boolean isRefusedIfThere;
    private final Map<Integer, Manifest> older = new ConcurrentHashMap<>();
    private final Set<Integer> replaced = ConcurrentHashMap.newKeySet();
    private @Nullable BulkLoadInfo olderInfo;
    private boolean isOpen;
    private boolean isPublished;

    /** The prefix is that of all files that tasks of this job write. */
    SetCommit(SetDirectory set, String jobPrefix, WriteOptions options, boolean isRefusedIfThere) {
        this.set = set;
        this.jobPrefix = jobPrefix;
        this.options = options;
        this.isRefusedIfThere = isRefusedIfThere;
    }

    /** Replaces the older set, if there is one. A partition that nothing was written for has no rows. */
    void publish(Map<Integer, WrittenPartition> written) throws IOException {
        List<Manifest> manifests = IntStream.range(0, options.partitions())
                .mapToObj(partition -> manifest(written, partition))
                .toList();
        noteOlder();
        isOpen = true;
        set.delete(set.info());
        ParallelFiles.forEach(IntStream.range(0, manifests.size()).boxed().toList(), partition -> {
            replaced.add(partition);
            set.replace(set.manifest(partition), manifests.get(partition).toJson());
        });
        BulkLoadInfo info = new BulkLoadInfo(options.appId(), options.app(), options.partitions());
        set.putAtOnce(set.info(), info.withManifests(manifests).toJson());
        isPublished = true;
        deleteAllBut(IntStream.range(0, manifests.size()).boxed().collect(Collectors.toMap(i -> i, manifests::get)));
    }

    @Override
    public void close() {
        if (isPublished) {
            return;
        }
        // Who interrupts a job wants it to end, and its files to go.
        boolean isInterrupted = Thread.interrupted();
        try {
            takeBack();
        } catch (IOException | RuntimeException e) {
            LOG.warn("{}: what the job wrote, {}*, could not all be taken back", set.location(), jobPrefix, e);
        } finally {
            if (isInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void takeBack() throws IOException {
        if (isOpen) {
            // Whatever became of the attempt to write it: files that it names must not be deleted.
            set.delete(set.info());
            takeBackManifests();
        }
        deleteAllBut(older);
        if (olderInfo != null && isOpen) {
            set.putAtOnce(set.info(), olderInfo.toJson());
        }
    }

    private static Manifest manifest(Map<Integer, WrittenPartition> written, int partition) {
        Manifest manifest = Optional.ofNullable(written.get(partition))
                .map(WrittenPartition::manifest)
                .orElse(new Manifest(List.of()));
        if (manifest.files().size() > Manifest.FILES_MAX) {
            throw new IllegalStateException("partition " + partition + " has "
                    + manifest.files().size() + " files, at most " + Manifest.FILES_MAX
                    + " are possible: option fileSize must be larger");
        }
        return manifest;
    }

    /** Also notes what a set was that somebody began to replace: what its manifests name belongs to nobody else. */
    private void noteOlder() throws IOException {
        if (set.isThere()) {
            if (isRefusedIfThere) {
                throw new FileAlreadyExistsException(
                        set.location() + ": somebody else wrote the set while this job was running");
            }
            try {
                olderInfo = set.readInfo();
            } catch (IOException e) {
                LOG.warn("the older set can not be used and will not be put back: {}", e.getMessage());
            }
        }
        ParallelFiles.forEach(set.partitionsThere(), partition -> {
            try {
                older.put(partition, set.readManifest(partition));
            } catch (FileNotFoundException e) {
                LOG.debug("{}: no older manifest", set.partition(partition));
            } catch (IOException e) {
                LOG.warn("files of the older set are not known and stay: {}", e.getMessage());
            }
        });
    }

    private void takeBackManifests() throws IOException {
        ParallelFiles.forEach(replaced, partition -> {
            Manifest manifest = older.get(partition);
            if (manifest == null) {
                set.delete(set.manifest(partition));
            } else {
                set.replace(set.manifest(partition), manifest.toJson());
            }
        });
    }

    /** Deletes what the job or the older set has and those manifests do not name, and directories that are empty then. */
    private void deleteAllBut(Map<Integer, Manifest> kept) {
        try {
            ParallelFiles.forEach(set.partitionsThere(), partition -> deleteAllBut(partition, kept.get(partition)));
            if (isPublished) {
                deleteQuietly(SetDirectory.sidecar(set.info()));
            } else {
                set.deleteIfEmpty(set.path());
            }
        } catch (IOException e) {
            LOG.warn("{}: files that the set does not need could not all be deleted", set.location(), e);
        }
    }

    private void deleteAllBut(int partition, @Nullable Manifest kept) throws IOException {
        Set<String> keptNames = names(kept);
        Set<String> olderNames = names(older.get(partition));
        for (String name : set.names(partition)) {
            if ((name.startsWith(jobPrefix) || olderNames.contains(name)) && !keptNames.contains(name)) {
                deleteQuietly(set.file(partition, name));
            }
        }
        if (isPublished && older.containsKey(partition)) {
            olderNames.forEach(name -> deleteQuietly(SetDirectory.sidecar(set.file(partition, name))));
            deleteQuietly(SetDirectory.sidecar(set.manifest(partition)));
            if (kept == null) {
                deleteQuietly(set.manifest(partition));
            }
        }
        set.deleteIfEmpty(set.partition(partition));
    }

    private void deleteQuietly(Path path) {
        try {
            set.delete(path);
        } catch (IOException e) {
            LOG.warn("{}: could not be deleted: {}", path, e.getMessage());
        }
    }

    private static Set<String> names(@Nullable Manifest manifest) {
        Set<String> names = new HashSet<>();
        if (manifest != null) {
            for (SstFile file : manifest.files()) {
                names.add(file.name().value());
            }
        }
        return names;
    }
}
