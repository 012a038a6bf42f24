package dev.sluice.bulkload.spark;

import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.FileSetLocation;
import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SetSignature;
import dev.sluice.bulkload.fileset.SstFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.security.PrivateKey;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
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
 *
 * <p>Nothing keeps two jobs from publishing in one place at the same time. Readers refuse a mixture of both by the digests in
 * the description; what is seen to be the other's is not touched when a job takes back its own.
 */
final class SetCommit implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SetCommit.class);
    private static final String TEMPORARY_SUFFIX = ".tmp";

    private final SetDirectory set;
    private final String jobPrefix;
    private final WriteOptions options;
    private final Optional<PrivateKey> signingKey;
    private final boolean isRefusedIfThere;
    private final Map<Integer, Manifest> older = new ConcurrentHashMap<>();
    private final Set<Integer> replaced = ConcurrentHashMap.newKeySet();
    private @Nullable BulkLoadInfo olderInfo;
    /** What this job describes its set with; null while nothing of the older set has been changed. */
    private @Nullable BulkLoadInfo newInfo;

    private boolean isPublished;

    /** The prefix is that of all files that tasks of this job write. */
    SetCommit(
            SetDirectory set,
            String jobPrefix,
            WriteOptions options,
            Optional<PrivateKey> signingKey,
            boolean isRefusedIfThere) {
        this.set = set;
        this.jobPrefix = jobPrefix;
        this.options = options;
        this.signingKey = signingKey;
        this.isRefusedIfThere = isRefusedIfThere;
    }

    /** Replaces the older set, if there is one. A partition that nothing was written for has no rows. */
    void publish(Map<Integer, WrittenPartition> written) throws IOException {
        List<Manifest> manifests = IntStream.range(0, options.partitions())
                .mapToObj(partition -> manifest(written, partition))
                .toList();
        BulkLoadInfo unsigned =
                new BulkLoadInfo(options.appId(), options.app(), options.partitions()).withManifests(manifests);
        BulkLoadInfo info =
                signingKey.map(key -> SetSignature.sign(unsigned, key)).orElse(unsigned);
        List<Integer> partitions = IntStream.range(0, manifests.size()).boxed().toList();
        noteOlder();
        newInfo = info;
        set.delete(set.info());
        ParallelFiles.forEach(partitions, partition -> {
            replaced.add(partition);
            set.replace(set.manifest(partition), manifests.get(partition).toJson());
        });
        putInfo(info);
        if (!isDescribedBy(info)) {
            throw new IOException(
                    set.info() + ": is not what this job wrote: somebody else is writing the set as well");
        }
        ParallelFiles.forEach(partitions, partition -> set.readManifest(info, partition));
        isPublished = true;
        deleteAllBut(partitions.stream().collect(Collectors.toMap(i -> i, manifests::get)));
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
        BulkLoadInfo info = newInfo;
        if (info == null) {
            deleteAllBut(older);
            return;
        }
        // Whatever became of the attempt to write it: files that it names must not be deleted.
        if (isDescribedBy(info)) {
            set.delete(set.info());
        }
        if (set.isThere()) {
            LOG.warn("{}: is not of this job and stays, with the manifests that are there", set.info());
            deleteAllBut(older);
            return;
        }
        boolean isOlderThere = takeBackManifests(info);
        deleteAllBut(older);
        if (olderInfo != null && isOlderThere) {
            putInfo(olderInfo);
        }
    }

    private void putInfo(BulkLoadInfo info) throws IOException {
        set.putAtOnce(set.info(), info.toJson(), jobPrefix + FileSetLocation.INFO_NAME + TEMPORARY_SUFFIX);
    }

    private boolean isDescribedBy(BulkLoadInfo info) throws IOException {
        return set.infoContent()
                .filter(content -> Arrays.equals(content, info.toJson()))
                .isPresent();
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

    /**
     * Also notes what a set was that somebody began to replace: what its manifests name belongs to nobody else. What could
     * perhaps be read another time ends the job: it could not be put back.
     */
    private void noteOlder() throws IOException {
        if (set.isThere()) {
            if (isRefusedIfThere) {
                throw new FileAlreadyExistsException(
                        set.location() + ": somebody else wrote the set while this job was running");
            }
            try {
                olderInfo = set.readInfo();
            } catch (FileNotFoundException | DamagedSetException e) {
                LOG.warn("the older set can not be used and will not be put back: {}", e.getMessage());
            }
        }
        ParallelFiles.forEach(set.partitionsThere(), partition -> {
            try {
                older.put(partition, set.readManifest(partition));
            } catch (FileNotFoundException e) {
                LOG.debug("{}: no older manifest", set.partition(partition));
            } catch (DamagedSetException e) {
                LOG.warn("files of the older set are not known and stay: {}", e.getMessage());
            }
        });
    }

    /** Returns true if all manifests are those of the older set again, false if there are some of another job. */
    private boolean takeBackManifests(BulkLoadInfo info) throws IOException {
        AtomicBoolean isOlderThere = new AtomicBoolean(true);
        ParallelFiles.forEach(replaced, partition -> {
            Manifest manifest = older.get(partition);
            if (isOfAnother(partition, manifest, info)) {
                LOG.warn("{}: is of another job and stays", set.manifest(partition));
                isOlderThere.set(false);
            } else if (manifest == null) {
                set.delete(set.manifest(partition));
            } else {
                set.replace(set.manifest(partition), manifest.toJson());
            }
        });
        return isOlderThere.get();
    }

    /** False if it cannot be told, as of a write of this job that did not come to its end. */
    private boolean isOfAnother(int partition, @Nullable Manifest olderManifest, BulkLoadInfo info) {
        try {
            Manifest manifest = set.readManifest(partition);
            return !manifest.equals(olderManifest)
                    && !manifest.digest().equals(info.manifestDigests().get(partition));
        } catch (IOException e) {
            LOG.debug("{}: cannot be read", set.manifest(partition), e);
            return false;
        }
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
