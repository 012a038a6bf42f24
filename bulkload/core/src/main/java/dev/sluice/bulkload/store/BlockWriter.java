package dev.sluice.bulkload.store;

import java.io.OutputStream;

/** A file on its way into a store. Closed without a commit it leaves nothing behind. */
public abstract class BlockWriter extends OutputStream {
    /** Makes the file visible, whole and durable, and closes the writer. */
    public abstract void commit() throws BlockStoreException;

    /**
     * The same for a file that must not be there yet; fails with PERMANENT if it is. Of two writers that commit the same path
     * like this one succeeds.
     */
    public abstract void commitNew() throws BlockStoreException;

    /** The failure of {@link #commitNew}. */
    public static BlockStoreException exists(String path) {
        return new BlockStoreException(BlockStoreException.Kind.PERMANENT, path + ": exists already");
    }

    /** Gives up what was written, unless it was committed. */
    @Override
    public abstract void close() throws BlockStoreException;
}
