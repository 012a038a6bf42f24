package dev.sluice.bulkload.store;

import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.FileSetLocation;
import dev.sluice.bulkload.fileset.SourceException;
import dev.sluice.common.ErrorCode;

/** A file set in a store. */
public record FileSetSource(BlockStore store, FileSetLocation location) {
    /** Reads and checks the description. A missing one is ERR_OBJECT_NOT_FOUND, a malformed one ERR_CORRUPTION. */
    public BulkLoadInfo readInfo() throws SourceException {
        String path = location.infoPath();
        byte[] content = StoredObjects.read(store, path, BulkLoadInfo.BYTES_MAX, ErrorCode.ERR_OBJECT_NOT_FOUND);
        return BulkLoadInfo.parse(path, content);
    }

    /** The part of one partition. */
    public PartitionSource partition(int partitionIndex) {
        return new PartitionSource(store, location.partitionPath(partitionIndex));
    }
}
