package dev.sluice.replica.replica;

import dev.sluice.common.Gpid;
import dev.sluice.common.file.FileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks for replicas in the data directories of a node. What is not its cluster's or cannot be told is left alone. */
final class FoundReplicas {
    private static final Logger LOG = LoggerFactory.getLogger(FoundReplicas.class);

    private final FileSystem files;
    private final String clusterId;
    private final Garbage garbage;
    private final Map<Gpid, Found> found = new TreeMap<>();
    private boolean anyUnreadable;

    /** A replica's directory, and what it says of itself. */
    record Found(ReplicaDirectory directory, ReplicaDirectory.Identity identity) {}

    FoundReplicas(FileSystem files, String clusterId, Garbage garbage) {
        this.files = files;
        this.clusterId = clusterId;
        this.garbage = garbage;
    }

    /** Looks through the directories. Blocks. */
    void lookIn(List<Path> dataDirectories) {
        for (Path data : dataDirectories) {
            try {
                for (String name : files.list(data)) {
                    look(data.resolve(name));
                }
            } catch (IOException e) {
                anyUnreadable = true;
                LOG.error("{} cannot be read; replicas in it are missing here", data, e);
            }
        }
    }

    Collection<Found> all() {
        return found.values();
    }

    /** True if there may be replicas that were not recognised. */
    boolean isAnyUnreadable() {
        return anyUnreadable;
    }

    private void look(Path path) throws IOException {
        ReplicaDirectory directory = new ReplicaDirectory(files, path);
        if (!files.isDirectory(path) || garbage.isGarbage(path)) {
            return;
        }
        if (directory.isRemnant()) {
            LOG.warn("{}: a load's work was late and left it; it is deleted", path);
            files.deleteTree(path);
            return;
        }
        if (!directory.isReplica()) {
            return;
        }
        ReplicaDirectory.Identity identity;
        try {
            identity = directory.read();
        } catch (IOException | RuntimeException e) {
            anyUnreadable = true;
            LOG.error("{} does not say what it is, and is left alone", path, e);
            return;
        }
        if (!identity.clusterId().equals(clusterId)) {
            LOG.error(
                    "{} belongs to cluster '{}', this node to '{}': left alone", path, identity.clusterId(), clusterId);
            return;
        }
        Found other = found.get(identity.gpid());
        if (other == null || other.identity().ballot().isOlderThan(identity.ballot())) {
            found.put(identity.gpid(), new Found(directory, identity));
        }
        if (other != null) {
            LOG.error(
                    "{} is there twice, in {} and in {}: the one of the newer ballot is used, the other left alone",
                    identity.gpid(),
                    other.directory().path(),
                    path);
        }
    }
}
