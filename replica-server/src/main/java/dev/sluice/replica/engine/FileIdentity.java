package dev.sluice.replica.engine;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/**
 * Whether an SST file says in which session of RocksDB it was written, and its number there. A block cache keeps blocks under these two and
 * the block's place; blocks of files that say neither, as those of RocksDB 6.6, would be taken for each other.
 */
final class FileIdentity {
    /** The properties are written last, before some dozens of bytes that say where they are. */
    private static final int TAIL_BYTES = 16 << 10;
    /** Their names without the beginnings, which may be left out if the name before has the same. */
    private static final String SESSION = "session.identity";

    private static final String NUMBER = "riginal.file.number";

    private FileIdentity() {}

    /** True if the file has both; may be false for a file with uncommonly long properties. */
    static boolean isIn(Path file) throws IOException {
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            long length = in.length();
            byte[] tail = new byte[(int) Math.min(TAIL_BYTES, length)];
            in.seek(length - tail.length);
            in.readFully(tail);
            String text = new String(tail, ISO_8859_1);
            return text.contains(SESSION) && text.contains(NUMBER);
        }
    }
}
