package dev.sluice.bulkload.store;

import dev.sluice.bulkload.fileset.Remedy;
import dev.sluice.bulkload.fileset.SourceException;
import dev.sluice.common.ErrorCode;
import java.io.IOException;
import java.io.InputStream;

/** Reads the small files of a set whole. */
final class StoredObjects {
    private StoredObjects() {}

    /** Reads a file of bounded size. If it is missing the error has the code that is given for that. */
    static byte[] read(BlockStore store, String path, int bytesMax, ErrorCode missing) throws SourceException {
        try {
            long size = store.size(path);
            if (size > bytesMax) {
                throw SourceException.damaged(path, size + " bytes, at most " + bytesMax + " are read");
            }
            byte[] content;
            try (InputStream in = store.open(path, 0, size)) {
                content = in.readNBytes((int) size);
            }
            if (content.length != size) {
                throw new BlockStoreException(
                        BlockStoreException.Kind.TRANSIENT,
                        path + ": the store said " + size + " bytes and gave " + content.length);
            }
            return content;
        } catch (BlockStoreException e) {
            throw failure(path, e, missing, ErrorCode.ERR_FS_INTERNAL);
        } catch (IOException e) {
            throw new SourceException(path, String.valueOf(e.getMessage()), ErrorCode.ERR_FS_INTERNAL, Remedy.RETRY, e);
        }
    }

    static SourceException failure(String path, BlockStoreException e, ErrorCode missing, ErrorCode other) {
        ErrorCode code = e.kind() == BlockStoreException.Kind.NOT_FOUND ? missing : other;
        String message = String.valueOf(e.getMessage());
        String reason = message.startsWith(path + ": ") ? message.substring(path.length() + 2) : message;
        return new SourceException(path, reason, code, PartitionSource.remedyOf(e), e);
    }
}
