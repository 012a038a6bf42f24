package dev.sluice.replica.log;

import dev.sluice.common.file.FileSystem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Reads records at known places; keeps the segment open between two reads. */
final class SegmentReader implements AutoCloseable {
    private final FileSystem files;
    private final Path directory;
    private long sequence;
    private FileSystem.@Nullable File segment;

    SegmentReader(FileSystem files, Path directory) {
        this.files = files;
        this.directory = directory;
    }

    /** The payload of the record there; a {@link LogException} that names segment and offset if it is damaged. */
    byte[] read(long ofSequence, int offset) {
        Path path = directory.resolve(SegmentFormat.fileName(ofSequence));
        try {
            FileSystem.File file = open(ofSequence, path);
            ByteBuffer header = ByteBuffer.allocate(SegmentFormat.RECORD_HEADER_BYTES);
            file.read(header, offset);
            int length = header.getInt(4);
            if (header.getInt(0) != SegmentFormat.RECORD_MARKER || length < 0 || length > file.size() - offset) {
                throw new LogException(path + " is damaged at offset " + offset);
            }
            byte[] payload = new byte[length];
            file.read(ByteBuffer.wrap(payload), offset + SegmentFormat.RECORD_HEADER_BYTES);
            if (SegmentFormat.recordCrc(ofSequence, offset, payload) != header.getInt(8)) {
                throw new LogException(path + " is damaged at offset " + offset + ": wrong checksum");
            }
            return payload;
        } catch (IOException e) {
            throw new LogException(path + " cannot be read at offset " + offset + ": " + e, e);
        }
    }

    @Override
    public void close() {
        FileSystem.File open = segment;
        if (open != null) {
            segment = null;
            try {
                open.close();
            } catch (IOException e) {
                throw new LogException(directory + ": segment " + sequence + " cannot be closed", e);
            }
        }
    }

    private FileSystem.File open(long ofSequence, Path path) throws IOException {
        FileSystem.File file = segment;
        if (file == null || sequence != ofSequence) {
            close();
            file = files.openForRead(path);
            segment = file;
            sequence = ofSequence;
        }
        return file;
    }
}
