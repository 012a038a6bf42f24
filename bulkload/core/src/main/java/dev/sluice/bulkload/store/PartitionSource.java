package dev.sluice.bulkload.store;

import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.FileSetLocation;
import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.Remedy;
import dev.sluice.bulkload.fileset.SourceException;
import dev.sluice.bulkload.fileset.SstFile;
import dev.sluice.common.ErrorCode;
import java.io.InputStream;

/** One partition's directory of a file set in a store: its manifest and its files. */
public record PartitionSource(BlockStore store, String partitionPath) {
    /** Path of the manifest. */
    public String manifestPath() {
        return partitionPath + "/" + FileSetLocation.MANIFEST_NAME;
    }

    /** Path of the description of the whole set. */
    public String infoPath() {
        return partitionPath.substring(0, partitionPath.lastIndexOf('/') + 1) + FileSetLocation.INFO_NAME;
    }

    /** Reads the description of the whole set. A missing one is ERR_OBJECT_NOT_FOUND, a malformed one ERR_CORRUPTION. */
    public BulkLoadInfo readInfo() throws SourceException {
        byte[] content = StoredObjects.read(store, infoPath(), BulkLoadInfo.BYTES_MAX, ErrorCode.ERR_OBJECT_NOT_FOUND);
        return BulkLoadInfo.parse(infoPath(), content);
    }

    /** Path of a file. */
    public String filePath(SstFile file) {
        return partitionPath + "/" + file.name().value();
    }

    /**
     * Reads and checks the manifest. Asks the store once; a {@link SourceException} whose remedy is RETRY may go away.
     */
    public Manifest readManifest() throws SourceException {
        byte[] content = StoredObjects.read(store, manifestPath(), Manifest.BYTES_MAX, ErrorCode.ERR_CORRUPTION);
        return Manifest.parse(manifestPath(), content);
    }

    /** Reads the manifest, and refuses it if it is not the one that was pinned when the load started. */
    public Manifest readManifest(String pinnedDigest) throws SourceException {
        Manifest manifest = readManifest();
        String digest = manifest.digest();
        if (!digest.equals(pinnedDigest)) {
            throw SourceException.damaged(
                    manifestPath(),
                    "changed since the load started: its digest was " + abbreviated(pinnedDigest) + ", now it is "
                            + abbreviated(digest));
        }
        return manifest;
    }

    /** Opens a part of a file. */
    public InputStream open(SstFile file, long offset, long length) throws BlockStoreException {
        return store.open(filePath(file), offset, length);
    }

    /** Compares what the store has with what the manifest says, without reading any file. */
    public void checkSizes(Manifest manifest) throws SourceException {
        for (SstFile file : manifest.files()) {
            String path = filePath(file);
            long size;
            try {
                size = store.size(path);
            } catch (BlockStoreException e) {
                throw asSourceException(path, e);
            }
            if (size != file.size()) {
                throw SourceException.damaged(path, "expected " + file.size() + " bytes, found " + size);
            }
        }
    }

    /** What a load is told when the store gave that answer for a file that the manifest lists. */
    public static SourceException asSourceException(String path, BlockStoreException e) {
        return StoredObjects.failure(path, e, ErrorCode.ERR_CORRUPTION, ErrorCode.ERR_FILE_OPERATION_FAILED);
    }

    private static String abbreviated(String digest) {
        return digest.length() > 16 ? digest.substring(0, 16) : digest;
    }

    static Remedy remedyOf(BlockStoreException e) {
        return e.kind() == BlockStoreException.Kind.TRANSIENT ? Remedy.RETRY : Remedy.FIX_THE_SOURCE;
    }
}
