package dev.sluice.replica.log;

import dev.sluice.common.file.FileSystem;
import dev.sluice.replica.log.SegmentFormat.BadHeaderException;
import dev.sluice.replica.log.SegmentFormat.Header;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the segments of a log as it is opened.
 *
 * <p>A crash may cut only the end of the last segment, for a segment is fsynced before the next one is made. So what cannot
 * be read there, with nothing valid behind it, was never acknowledged and is cut off; all else is damage.
 */
final class LogRecovery {
    private static final Logger LOG = LoggerFactory.getLogger(LogRecovery.class);

    private final FileSystem files;
    private final Path directory;
    private final DecreeIndex index = new DecreeIndex(0);
    private boolean anySegment;
    private long lastSequence;
    private int lastSegmentBytes;

    private LogRecovery(FileSystem files, Path directory) {
        this.files = files;
        this.directory = directory;
    }

    /**
     * What stands in a log.
     *
     * @param lastSequence of the segment to go on in; 0 if there is none
     * @param lastSegmentBytes where to go on in it
     */
    record Recovered(DecreeIndex index, long lastSequence, int lastSegmentBytes) {}

    static Recovered recover(FileSystem files, Path directory) throws IOException {
        LogRecovery recovery = new LogRecovery(files, directory);
        recovery.run();
        return new Recovered(recovery.index, recovery.lastSequence, recovery.lastSegmentBytes);
    }

    private void run() throws IOException {
        List<String> segments = new ArrayList<>();
        for (String name : files.list(directory)) {
            if (SegmentFormat.isSegment(name)) {
                segments.add(name);
            }
        }
        for (int i = 0; i < segments.size(); i++) {
            readSegment(segments.get(i), i == segments.size() - 1);
        }
    }

    private void readSegment(String name, boolean last) throws IOException {
        Path path = directory.resolve(name);
        ByteBuffer bytes = readAll(path);
        Header header;
        try {
            header = SegmentFormat.header(path, bytes);
        } catch (BadHeaderException e) {
            if (last && !holdsRecordBehind(bytes, SegmentFormat.sequence(name), 0)) {
                LOG.warn("{}: {}; no record follows, so it is taken away", path, e.getMessage());
                files.delete(path);
                files.syncDirectory(directory);
                return;
            }
            throw new LogException(path + " is damaged at offset 0: " + e.getMessage(), e);
        }
        if (header.sequence() != SegmentFormat.sequence(name)) {
            throw new LogException(path + " says that it is segment " + header.sequence());
        }
        begin(path, header);
        int end = readRecords(path, header.sequence(), bytes);
        if (end < bytes.limit()) {
            if (!last || holdsRecordBehind(bytes, header.sequence(), end + 1)) {
                throw new LogException(path + " is damaged at offset " + end + " of " + bytes.limit());
            }
            LOG.warn("{}: torn tail of {} bytes is cut at offset {}", path, bytes.limit() - end, end);
            cut(path, end);
        }
        lastSequence = header.sequence();
        lastSegmentBytes = end;
    }

    private void begin(Path path, Header header) {
        if (header.restart() || !anySegment) {
            index.restartAfter(header.baseDecree());
        } else if (header.sequence() != lastSequence + 1) {
            throw new LogException(path + " follows segment " + lastSequence + ", expected segment "
                    + (lastSequence + 1) + " between");
        } else if (header.baseDecree() != index.lastDecree()) {
            throw new LogException(path + " begins behind decree " + header.baseDecree()
                    + ", but the segment before ends at " + index.lastDecree());
        }
        anySegment = true;
    }

    private int readRecords(Path path, long sequence, ByteBuffer bytes) {
        int offset = SegmentFormat.HEADER_BYTES;
        while (offset < bytes.limit()) {
            byte[] payload = SegmentFormat.recordAt(bytes, sequence, offset);
            if (payload == null) {
                return offset;
            }
            take(path, sequence, offset, payload);
            offset += SegmentFormat.RECORD_HEADER_BYTES + payload.length;
        }
        return offset;
    }

    private void take(Path path, long sequence, int offset, byte[] payload) {
        long decree = SegmentFormat.decree(payload);
        switch (payload[0]) {
            case SegmentFormat.KIND_DROP_AFTER -> index.dropAfter(decree);
            case SegmentFormat.KIND_MUTATION -> {
                index.dropAfter(decree - 1);
                if (decree != index.lastDecree() + 1) {
                    throw new LogException(path + ", offset " + offset + ": decree " + decree + " follows "
                            + index.lastDecree() + ", a gap");
                }
                index.add(sequence, offset);
            }
            default -> throw new LogException(path + ", offset " + offset + ": record of unknown kind " + payload[0]);
        }
    }

    private static boolean holdsRecordBehind(ByteBuffer bytes, long sequence, int from) {
        for (int offset = from; offset < bytes.limit(); offset++) {
            if (SegmentFormat.recordAt(bytes, sequence, offset) != null) {
                return true;
            }
        }
        return false;
    }

    private ByteBuffer readAll(Path path) throws IOException {
        try (FileSystem.File file = files.openForRead(path)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
            file.read(bytes, 0);
            return bytes.flip();
        }
    }

    private void cut(Path path, int size) throws IOException {
        try (FileSystem.File file = files.open(path)) {
            file.truncate(size);
            file.sync();
        }
    }
}
