package dev.sluice.bulkload.store;

import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.FileSetLocation;
import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SourceException;
import java.util.ArrayList;
import java.util.List;

/** A file set in a store. */
public record FileSetSource(BlockStore store, FileSetLocation location) {
    /** Reads and checks the description. A missing one is ERR_OBJECT_NOT_FOUND, a malformed one ERR_CORRUPTION. */
    public BulkLoadInfo readInfo() throws SourceException {
        return partition(0).readInfo();
    }

    /** Reads the manifest of a partition, and refuses it if it is of another build than the description. */
    public Manifest readManifest(BulkLoadInfo info, int partitionIndex) throws SourceException {
        PartitionSource partition = partition(partitionIndex);
        Manifest manifest = partition.readManifest();
        info.requireManifest(partition.manifestPath(), partitionIndex, manifest.digest());
        return manifest;
    }

    /** A whole set as it is described: that of one moment. */
    public record Description(BulkLoadInfo info, List<Manifest> manifests) {}

    /** Reads the description and all manifests, and refuses a set that is replaced meanwhile. */
    public Description readAll() throws SourceException {
        BulkLoadInfo info = readInfo();
        List<Manifest> manifests = new ArrayList<>();
        for (int i = 0; i < info.partitionCount(); i++) {
            manifests.add(readManifest(info, i));
        }
        if (!readInfo().equals(info)) {
            throw SourceException.damaged(location.infoPath(), "changed while the manifests were read");
        }
        return new Description(info, manifests);
    }

    /** The part of one partition. */
    public PartitionSource partition(int partitionIndex) {
        return new PartitionSource(store, location.partitionPath(partitionIndex));
    }
}
