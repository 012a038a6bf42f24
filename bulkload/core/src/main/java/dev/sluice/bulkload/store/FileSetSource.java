package dev.sluice.bulkload.store;

import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.FileSetLocation;
import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SourceException;

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

    /** The part of one partition. */
    public PartitionSource partition(int partitionIndex) {
        return new PartitionSource(store, location.partitionPath(partitionIndex));
    }
}
