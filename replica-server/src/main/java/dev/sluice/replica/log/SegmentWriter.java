package dev.sluice.replica.log;

import dev.sluice.common.file.FileSystem;
import dev.sluice.replica.log.SegmentFormat.Header;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Puts records into segment files, several in one write. Used by one thread at a time. */
final class SegmentWriter {
    private final FileSystem files;
    private final Path directory;
    private final int bufferBytesMax;
    /** Grows with what is gathered: many logs are opened and hardly written. */
    private ByteBuffer buffer = ByteBuffer.allocate(4 << 10);
    /** Where the buffer's content goes. */
    private long bufferOffset;

    private FileSystem.@Nullable File segment;

    /** One thing to do; they are done in order. */
    sealed interface Step {}

    /** A new segment; the one before is on the disk by then. */
    record NewSegment(Header header) implements Step {}

    /** A record at its place in the newest segment. */
    @SuppressWarnings("ArrayRecordComponent") // a payload is compared nowhere
    record Append(long sequence, int offset, byte[] payload) implements Step {}

    /** Segments before this one are deleted, once what stays is on the disk. */
    record DeleteBefore(long sequence) implements Step {}

    /** Everything there, also what could not be written, is given up; segments before this one are deleted. */
    record GiveUpBefore(long sequence) implements Step {}

    SegmentWriter(FileSystem files, Path directory, long lastSequence, int bufferBytesMax) throws IOException {
        this.files = files;
        this.directory = directory;
        this.bufferBytesMax = bufferBytesMax;
        if (lastSequence > 0) {
            segment = files.open(directory.resolve(SegmentFormat.fileName(lastSequence)));
        }
    }

    void perform(Step step) throws IOException {
        if (step instanceof Append append) {
            put(append);
        } else if (step instanceof NewSegment newSegment) {
            begin(newSegment.header());
        } else if (step instanceof DeleteBefore deleteBefore) {
            // What stays may stand in for records of what goes, written again under a newer ballot.
            flush(true);
            delete(deleteBefore.sequence());
        } else if (step instanceof GiveUpBefore giveUp) {
            buffer.clear();
            close();
            delete(giveUp.sequence());
        }
    }

    /** Writes what is gathered; with fsync returns once all before is on the disk. */
    void flush(boolean fsync) throws IOException {
        if (segment == null) {
            return;
        }
        if (buffer.position() > 0) {
            segment.write(buffer.flip(), bufferOffset);
            buffer.clear();
        }
        if (fsync) {
            segment.sync();
        }
    }

    void close() throws IOException {
        FileSystem.File last = segment;
        segment = null;
        if (last != null) {
            last.close();
        }
    }

    private void put(Append append) throws IOException {
        int length = SegmentFormat.RECORD_HEADER_BYTES + append.payload().length;
        if (buffer.position() > 0 && buffer.position() + length > bufferBytesMax) {
            flush(false);
        }
        if (buffer.remaining() < length) {
            ByteBuffer larger = ByteBuffer.allocate(Math.max(buffer.position() + length, buffer.capacity() * 2));
            buffer = larger.put(buffer.flip());
        }
        if (buffer.position() == 0) {
            bufferOffset = append.offset();
        }
        SegmentFormat.putRecord(buffer, append.sequence(), append.offset(), append.payload());
    }

    private void begin(Header header) throws IOException {
        // On the disk before the next one exists: so only the last segment can end in a torn tail.
        flush(true);
        close();
        FileSystem.File next = files.create(directory.resolve(SegmentFormat.fileName(header.sequence())));
        segment = next;
        next.write(header.toBytes(), 0);
        next.sync();
        files.syncDirectory(directory);
    }

    private void delete(long beforeSequence) throws IOException {
        for (String name : files.list(directory)) {
            if (SegmentFormat.isSegment(name) && SegmentFormat.sequence(name) < beforeSequence) {
                files.delete(directory.resolve(name));
                // One after another: what is left after a crash has no hole.
                files.syncDirectory(directory);
            }
        }
    }
}
