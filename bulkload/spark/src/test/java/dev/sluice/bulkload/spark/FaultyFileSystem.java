package dev.sluice.bulkload.spark;

import java.io.IOException;
import java.net.URI;
import java.util.function.Predicate;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/** The file system of the machine, with a will of its own: files that a test names can not be written, or not be read. */
public final class FaultyFileSystem extends RawLocalFileSystem {
    private static volatile Predicate<Path> fault = path -> false;
    private static volatile Predicate<Path> openFault = path -> false;

    /** Makes the files fail for which that is true, each after a part of it was written. */
    static void failOn(Predicate<Path> newFault) {
        fault = newFault;
    }

    /** Makes the files fail for which that is true, each when it is opened to be read. */
    static void failOnOpen(Predicate<Path> newFault) {
        openFault = newFault;
    }

    static void heal() {
        fault = path -> false;
        openFault = path -> false;
    }

    @Override
    public URI getUri() {
        return URI.create("faulty:///");
    }

    @Override
    public String getScheme() {
        return "faulty";
    }

    @Override
    public FSDataOutputStream create(
            Path path,
            FsPermission permission,
            boolean overwrite,
            int bufferSize,
            short replication,
            long blockSize,
            Progressable progress)
            throws IOException {
        failMaybe(path);
        return super.create(path, permission, overwrite, bufferSize, replication, blockSize, progress);
    }

    @Override
    public FSDataOutputStream create(
            Path path, boolean overwrite, int bufferSize, short replication, long blockSize, Progressable progress)
            throws IOException {
        failMaybe(path);
        return super.create(path, overwrite, bufferSize, replication, blockSize, progress);
    }

    @Override
    public FSDataInputStream open(Path path, int bufferSize) throws IOException {
        if (openFault.test(path)) {
            throw new IOException(path + ": the test lets this fail");
        }
        return super.open(path, bufferSize);
    }

    private void failMaybe(Path path) throws IOException {
        if (fault.test(path)) {
            try (FSDataOutputStream out = super.create(path, true, 4096, (short) 1, 4096, null)) {
                out.write(1);
            }
            throw new IOException(path + ": the test lets this fail");
        }
    }
}
