package dev.sluice.replica.learn;

import dev.sluice.common.file.FileSystem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/** CRC32C of files and chunks. */
final class FileChecksum {
    private static final int BUFFER_BYTES_MAX = 1 << 20;

    private FileChecksum() {}

    static long of(FileSystem files, Path path) throws IOException {
        CRC32C crc = new CRC32C();
        try (FileSystem.File file = files.openForRead(path)) {
            // At least one byte, lest a read of nothing is taken for the end of a file that grew.
            ByteBuffer buffer = ByteBuffer.allocate((int) Math.max(1, Math.min(BUFFER_BYTES_MAX, file.size())));
            long position = 0;
            int read = file.read(buffer, position);
            while (read > 0) {
                position += read;
                crc.update(buffer.flip());
                buffer.clear();
                read = file.read(buffer, position);
            }
        }
        return crc.getValue();
    }

    static long of(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return crc.getValue();
    }
}
