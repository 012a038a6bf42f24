package dev.sluice.bulkload.store;

import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Files under paths. Elements of a path are separated by {@code /}; none is empty, {@code .} or {@code ..}.
 *
 * <p>Safe for use by several threads. No call waits longer than the store's own time-out.
 */
public interface BlockStore extends AutoCloseable {
    /** Size in bytes of a file. Fails with NOT_FOUND if there is none. */
    long size(String path) throws BlockStoreException;

    /**
     * Opens a part of a file for reading. Fails with NOT_FOUND if there is no such file, at once or with the first read.
     *
     * <p>The stream ends after that many bytes, or earlier where the file ends or the store breaks off: whoever reads counts.
     * What its reads throw is a {@link BlockStoreException}. Closing it from another thread ends a read that waits.
     */
    InputStream open(String path, long offset, long length) throws BlockStoreException;

    /** Names, not paths, of files and directories in a directory, sorted; empty if it does not exist. */
    List<String> list(String directory) throws BlockStoreException;

    /** Begins to write a file, replacing one of that path. Nothing is to be seen of it before its commit. */
    BlockWriter create(String path) throws BlockStoreException;

    /**
     * Takes over a local file that is complete, as the file of that path, replacing one. The local file may be gone
     * afterwards. This is the way that costs the least where the store is on the same disk.
     */
    void take(Path localFile, String path) throws BlockStoreException;

    /**
     * Makes a copy of a file within the store, replacing one of that path; whole or not at all. The store does it by itself where it
     * can. Fails with NOT_FOUND if there is no such file.
     */
    void copy(String from, String to) throws BlockStoreException;

    /** Deletes a file; nothing happens if there is none. */
    void delete(String path) throws BlockStoreException;

    /**
     * Where a file lies on a file system of this machine, with all links resolved; empty if it does not, or if the store
     * cannot tell. Fails with NOT_FOUND if there is no such file.
     */
    default Optional<Path> localFile(String path) throws BlockStoreException {
        return Optional.empty();
    }

    /** Where the path is, as a person would look for it. */
    String describe(String path);

    @Override
    void close();
}
