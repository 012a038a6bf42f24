package dev.sluice.bulkload.spark;

import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.FileSetLocation;
import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SourceException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ChecksumFileSystem;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The directory of a set in a file system of Hadoop. Safe for use by any thread.
 *
 * <p>The file system of the machine is used without the checksum files that Hadoop puts beside every file: a set has files
 * of its own only.
 */
final class SetDirectory {
    private final FileSystem files;
    private final Path directory;
    private final FileSetLocation names;

    private SetDirectory(FileSystem files, Path directory, FileSetLocation names) {
        this.files = files;
        this.directory = directory;
        this.names = names;
    }

    /** Throws {@link IllegalArgumentException} if the path cannot be that of a set. */
    static SetDirectory of(String path, Configuration conf) throws IOException {
        Path given = new Path(path);
        FileSystem files = given.getFileSystem(conf);
        Path directory = given.makeQualified(files.getUri(), files.getWorkingDirectory());
        Path cluster = directory.getParent();
        Path root = cluster == null ? null : cluster.getParent();
        if (cluster == null || root == null) {
            throw new IllegalArgumentException(path + ": expected the directory of a set, <root>/<cluster>/<app>");
        }
        FileSetLocation names;
        try {
            names = new FileSetLocation(root.toUri().getPath(), cluster.getName(), directory.getName());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    path + ": expected the directory of a set, <root>/<cluster>/<app>: " + e.getMessage(), e);
        }
        return new SetDirectory(
                files instanceof ChecksumFileSystem checked ? checked.getRawFileSystem() : files, directory, names);
    }

    /** The last element of the path. */
    String app() {
        return names.app();
    }

    /** The whole path, which leads here from any machine. */
    String location() {
        return directory.toString();
    }

    Path info() {
        return new Path(directory, FileSetLocation.INFO_NAME);
    }

    Path partition(int partition) {
        return new Path(directory, String.valueOf(partition));
    }

    Path manifest(int partition) {
        return new Path(partition(partition), FileSetLocation.MANIFEST_NAME);
    }

    Path file(int partition, String name) {
        return new Path(partition(partition), name);
    }

    /** What Pegasus wants beside every file of a local store. Sets that were built for it have them. */
    static Path sidecar(Path file) {
        return new Path(file.getParent(), "." + file.getName() + ".meta");
    }

    /** True if there is a whole set. */
    boolean isThere() throws IOException {
        return files.exists(info());
    }

    /** Throws {@link FileNotFoundException} if there is none, {@link DamagedSetException} if it is malformed. */
    BulkLoadInfo readInfo() throws IOException {
        byte[] content;
        try {
            content = read(info(), BulkLoadInfo.BYTES_MAX);
        } catch (FileNotFoundException e) {
            throw missing(directory + ": no set is there: " + FileSetLocation.INFO_NAME + " is missing", e);
        }
        try {
            return BulkLoadInfo.parse(info().toString(), content);
        } catch (SourceException e) {
            throw new DamagedSetException(e);
        }
    }

    /** The description as it is; empty if there is none. */
    Optional<byte[]> infoContent() throws IOException {
        try {
            return Optional.of(read(info(), BulkLoadInfo.BYTES_MAX));
        } catch (FileNotFoundException e) {
            return Optional.empty();
        }
    }

    /** Throws {@link FileNotFoundException} if there is none, {@link DamagedSetException} if it is malformed. */
    Manifest readManifest(int partition) throws IOException {
        byte[] content = read(manifest(partition), Manifest.BYTES_MAX);
        try {
            return Manifest.parse(manifest(partition).toString(), content);
        } catch (SourceException e) {
            throw new DamagedSetException(e);
        }
    }

    /** Reads a manifest, and refuses it if it is of another build than the description. */
    Manifest readManifest(BulkLoadInfo info, int partition) throws IOException {
        Manifest manifest = readManifest(partition);
        try {
            info.requireManifest(manifest(partition).toString(), partition, manifest.digest());
        } catch (SourceException e) {
            throw new DamagedSetException(e);
        }
        return manifest;
    }

    /** The partitions that have a directory, whether a set names them or not, in any order. */
    List<Integer> partitionsThere() throws IOException {
        List<Integer> partitions = new ArrayList<>();
        for (FileStatus entry : list(directory)) {
            String name = entry.getPath().getName();
            if (entry.isDirectory() && name.matches("0|[1-9][0-9]{0,8}")) {
                partitions.add(Integer.valueOf(name));
            }
        }
        return partitions;
    }

    /** Names of the files in a partition's directory, none if it is not there. */
    List<String> names(int partition) throws IOException {
        List<String> found = new ArrayList<>();
        for (FileStatus entry : list(partition(partition))) {
            found.add(entry.getPath().getName());
        }
        return found;
    }

    FSDataOutputStream create(Path path) throws IOException {
        return files.create(path, false);
    }

    FSDataInputStream open(Path path) throws IOException {
        return files.open(path);
    }

    /** Writes a small file in the place of one that may be there. */
    void replace(Path path, byte[] content) throws IOException {
        try (FSDataOutputStream out = files.create(path, true)) {
            out.write(content);
        }
    }

    /**
     * Writes a small file that is not there, so that nobody sees a part of it, and refuses to if it is. That is not one
     * step: of two who do it at the same time both may succeed, and the file is that of the later one.
     *
     * @param temporaryName in the same directory, a name that nobody else uses
     */
    void putAtOnce(Path path, byte[] content, String temporaryName) throws IOException {
        Path temporary = new Path(path.getParent(), temporaryName);
        try {
            replace(temporary, content);
            // Some file systems replace what is there, some do not.
            if (files.exists(path)) {
                throw new FileAlreadyExistsException(path + ": somebody else wrote it meanwhile");
            }
            if (!files.rename(temporary, path)) {
                throw new IOException(temporary + ": could not be renamed to " + path);
            }
        } catch (IOException e) {
            try {
                delete(temporary);
            } catch (IOException alsoFailed) {
                e.addSuppressed(alsoFailed);
            }
            throw e;
        }
    }

    /** Deletes a file, if it is there, and fails if it may still be there. */
    void delete(Path path) throws IOException {
        if (!files.delete(path, false) && files.exists(path)) {
            throw new IOException(path + ": could not be deleted");
        }
    }

    /** Deletes the directories of a partition, or of the whole set, that have become empty. */
    void deleteIfEmpty(Path path) throws IOException {
        if (list(path).length == 0) {
            delete(path);
        }
    }

    Path path() {
        return directory;
    }

    private byte[] read(Path path, int bytesMax) throws IOException {
        try (FSDataInputStream in = files.open(path)) {
            // One more than allowed: whoever parses it says that it is too large.
            return in.readNBytes(bytesMax + 1);
        }
    }

    private FileStatus[] list(Path path) throws IOException {
        try {
            return files.listStatus(path);
        } catch (FileNotFoundException e) {
            return new FileStatus[0];
        }
    }

    private static IOException missing(String message, Throwable cause) {
        IOException failure = new FileNotFoundException(message);
        failure.initCause(cause);
        return failure;
    }
}
