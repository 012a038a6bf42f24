package dev.sluice.bulkload.store;

import java.io.OutputStream;

/** A file on its way into a store. Closed without a commit it leaves nothing behind. */
public abstract class BlockWriter extends OutputStream {
    /** Makes the file visible, whole and durable, and closes the writer. */
    public abstract void commit() throws BlockStoreException;

    /** Gives up what was written, unless it was committed. */
    @Override
    public abstract void close() throws BlockStoreException;
}
