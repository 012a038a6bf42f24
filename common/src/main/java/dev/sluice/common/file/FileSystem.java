package dev.sluice.common.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * The files of one machine, as far as durable state needs them.
 *
 * <p>Content survives loss of power once {@link File#sync} returned; a name (made, renamed, linked, deleted) once {@link
 * #syncDirectory} of its directory returned.
 */
public interface FileSystem {
    /** Makes a file that must not exist, open for reading and writing. */
    File create(Path path) throws IOException;

    /** Opens an existing file for reading and writing. */
    File open(Path path) throws IOException;

    /** Opens an existing file for reading. */
    File openForRead(Path path) throws IOException;

    boolean exists(Path path);

    /** Size in bytes of a file that exists. */
    long size(Path path) throws IOException;

    /** Names (not paths) in a directory, sorted; empty if it does not exist. */
    List<String> list(Path directory) throws IOException;

    boolean isDirectory(Path path);

    void createDirectories(Path directory) throws IOException;

    /** Renames a file or directory, replacing a file of the new name, atomically. */
    void rename(Path from, Path to) throws IOException;

    /** Gives a file a second name on the same file system. */
    void link(Path existing, Path link) throws IOException;

    /** How many names a file has on its file system: 1 if nobody has linked it. */
    int linkCount(Path path) throws IOException;

    /** Deletes a file, or an empty directory; nothing happens if it is not there. */
    void delete(Path path) throws IOException;

    /** Deletes a file or a directory with all below it; nothing happens if it is not there. Links are not followed. */
    void deleteTree(Path path) throws IOException;

    void syncDirectory(Path directory) throws IOException;

    /** Bytes that can still be written where this path lies, which must exist. */
    long usableBytes(Path path) throws IOException;

    /** Size in bytes of the disk where this path lies, which must exist. */
    long totalBytes(Path path) throws IOException;

    /** True if both names are of the same file. */
    boolean isSameFile(Path one, Path other) throws IOException;

    /** An open file. Safe for use by several threads at different positions. */
    interface File extends AutoCloseable {
        /** Writes all that remains in the buffer at the position. */
        void write(ByteBuffer source, long position) throws IOException;

        /** Reads until the buffer is full or the file ends; returns the bytes read, 0 at the end. */
        int read(ByteBuffer target, long position) throws IOException;

        long size() throws IOException;

        void truncate(long size) throws IOException;

        /** Returns once the content is on the disk. */
        void sync() throws IOException;

        @Override
        void close() throws IOException;
    }
}
