package dev.sluice.bulkload.verify;

import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.bulkload.work.StoppedException;
import dev.sluice.common.file.FileSystem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/** The MD5 of a file as manifests have it. */
public final class Md5 {
    private static final int BUFFER_BYTES = 1024 * 1024;

    private Md5() {}

    /** Reads the file and returns its MD5 in lower-case hex. */
    public static String of(FileSystem files, Path path, StopSignal stop) throws IOException, StoppedException {
        return of(files, path, new CRC32C(), stop);
    }

    /** The same, and updates another checksum with the same bytes. */
    public static String of(FileSystem files, Path path, Checksum beside, StopSignal stop)
            throws IOException, StoppedException {
        try (FileSystem.File in = files.openForRead(path)) {
            MessageDigest digest = MessageDigest.getInstance("MD5");
            ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
            long position = 0;
            int read;
            while ((read = in.read(buffer.clear(), position)) > 0) {
                stop.throwIfStopped();
                digest.update(buffer.array(), 0, read);
                beside.update(buffer.array(), 0, read);
                position += read;
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has MD5", e);
        }
    }
}
