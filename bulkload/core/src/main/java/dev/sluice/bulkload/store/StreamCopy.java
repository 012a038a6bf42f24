package dev.sluice.bulkload.store;

import dev.sluice.bulkload.store.BlockStoreException.Kind;
import java.io.IOException;
import java.io.InputStream;

/** Copies for stores that cannot do it by themselves. */
public final class StreamCopy {
    private static final int BUFFER_BYTES = 1024 * 1024;

    private StreamCopy() {}

    /** Reads the file and writes it again. */
    public static void copy(BlockStore store, String from, String to) throws BlockStoreException {
        long size = store.size(from);
        try (InputStream in = store.open(from, 0, size);
                BlockWriter writer = store.create(to)) {
            byte[] buffer = new byte[BUFFER_BYTES];
            long copied = 0;
            int read;
            while ((read = in.read(buffer)) > 0) {
                writer.write(buffer, 0, read);
                copied += read;
            }
            if (copied != size) {
                throw new BlockStoreException(
                        Kind.TRANSIENT, from + ": the store said " + size + " bytes and gave " + copied);
            }
            writer.commit();
        } catch (BlockStoreException e) {
            throw e;
        } catch (IOException e) {
            throw new BlockStoreException(Kind.TRANSIENT, from + ": " + e.getMessage(), e);
        }
    }
}
