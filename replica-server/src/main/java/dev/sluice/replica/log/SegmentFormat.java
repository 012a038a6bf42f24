package dev.sluice.replica.log;

import dev.sluice.replica.mutation.Mutation;
import dev.sluice.replica.mutation.MutationCodec;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a segment, big-endian.
 *
 * <p>Header: magic (8), format version (4), flags (4), sequence number (8), base decree (8), CRC32C of all before (4). Then
 * records: marker (4), length of the payload (4), CRC32C (4), payload. The checksum covers the segment's sequence number, the
 * record's offset and the payload, so that a record which was copied to another place, or stands inside a value, is none.
 * Payload: kind (1), decree (8), and for a mutation its bytes.
 */
final class SegmentFormat {
    static final int FORMAT_VERSION = 1;
    static final int HEADER_BYTES = 36;
    static final int RECORD_HEADER_BYTES = 12;
    /** In front of every record; what a search for records behind damage looks for. */
    static final int RECORD_MARKER = 0x5C1C_E10D;

    static final int PAYLOAD_HEADER_BYTES = 9;

    static final byte KIND_MUTATION = 1;
    static final byte KIND_DROP_AFTER = 2;

    private static final long MAGIC = 0x534C_5543_4C4F_4731L; // "SLUCLOG1"
    private static final int FLAG_RESTART = 1;
    private static final String SUFFIX = ".log";

    private SegmentFormat() {}

    /**
     * What a segment says of itself.
     *
     * @param sequence counts segments
     * @param baseDecree the log's last decree when the segment began
     * @param restart true: segments before this one are forgotten
     */
    record Header(long sequence, long baseDecree, boolean restart) {
        ByteBuffer toBytes() {
            ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES)
                    .putLong(MAGIC)
                    .putInt(FORMAT_VERSION)
                    .putInt(restart ? FLAG_RESTART : 0)
                    .putLong(sequence)
                    .putLong(baseDecree);
            return bytes.putInt(crc(bytes.array(), 0, HEADER_BYTES - 4)).flip();
        }
    }

    /** A header that cannot be read. */
    static final class BadHeaderException extends Exception {
        BadHeaderException(String reason) {
            super(reason);
        }
    }

    /** Reads a header; a newer format is refused with a {@link LogException}, which no tail-cutting may mend. */
    static Header header(Path segment, ByteBuffer bytes) throws BadHeaderException {
        if (bytes.remaining() < HEADER_BYTES) {
            throw new BadHeaderException("header of " + bytes.remaining() + " bytes, expected " + HEADER_BYTES);
        }
        int start = bytes.position();
        long magic = bytes.getLong(start);
        if (magic != MAGIC) {
            throw new BadHeaderException("magic number %x, expected %x".formatted(magic, MAGIC));
        }
        int version = bytes.getInt(start + 8);
        if (version > FORMAT_VERSION) {
            // Before the checksum: what is behind the version number is the newer format's business.
            throw new LogException(
                    segment + ": log format " + version + ", this version reads up to " + FORMAT_VERSION);
        }
        byte[] checked = new byte[HEADER_BYTES - 4];
        bytes.get(start, checked);
        if (crc(checked, 0, checked.length) != bytes.getInt(start + HEADER_BYTES - 4)) {
            throw new BadHeaderException("header with a wrong checksum");
        }
        return new Header(
                bytes.getLong(start + 16), bytes.getLong(start + 24), (bytes.getInt(start + 12) & FLAG_RESTART) != 0);
    }

    static byte[] payload(Mutation mutation) {
        byte[] encoded = MutationCodec.encode(mutation);
        return ByteBuffer.allocate(PAYLOAD_HEADER_BYTES + encoded.length)
                .put(KIND_MUTATION)
                .putLong(mutation.decree())
                .put(encoded)
                .array();
    }

    static byte[] dropPayload(long decree) {
        return ByteBuffer.allocate(PAYLOAD_HEADER_BYTES)
                .put(KIND_DROP_AFTER)
                .putLong(decree)
                .array();
    }

    static long decree(byte[] payload) {
        return ByteBuffer.wrap(payload).getLong(1);
    }

    static Mutation mutation(byte[] payload) {
        return MutationCodec.decode(payload, PAYLOAD_HEADER_BYTES, payload.length - PAYLOAD_HEADER_BYTES);
    }

    /** The payload of a whole and undamaged record at the offset; null if there is none. */
    static byte @Nullable [] recordAt(ByteBuffer segment, long sequence, int offset) {
        if (segment.limit() - offset < RECORD_HEADER_BYTES + PAYLOAD_HEADER_BYTES
                || segment.getInt(offset) != RECORD_MARKER) {
            return null;
        }
        int length = segment.getInt(offset + 4);
        if (length < PAYLOAD_HEADER_BYTES || length > segment.limit() - offset - RECORD_HEADER_BYTES) {
            return null;
        }
        byte[] payload = new byte[length];
        segment.get(offset + RECORD_HEADER_BYTES, payload);
        return recordCrc(sequence, offset, payload) == segment.getInt(offset + 8) ? payload : null;
    }

    static void putRecord(ByteBuffer target, long sequence, long offset, byte[] payload) {
        target.putInt(RECORD_MARKER)
                .putInt(payload.length)
                .putInt(recordCrc(sequence, offset, payload))
                .put(payload);
    }

    static int recordCrc(long sequence, long offset, byte[] payload) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(16).putLong(sequence).putLong(offset).flip());
        crc.update(payload, 0, payload.length);
        return (int) crc.getValue();
    }

    static String fileName(long sequence) {
        return "%016d%s".formatted(sequence, SUFFIX);
    }

    static boolean isSegment(String fileName) {
        return fileName.length() == 16 + SUFFIX.length()
                && fileName.endsWith(SUFFIX)
                && fileName.chars().limit(16).allMatch(c -> c >= '0' && c <= '9');
    }

    static long sequence(String fileName) {
        return Long.parseLong(fileName.substring(0, 16));
    }

    private static int crc(byte[] bytes, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, length);
        return (int) crc.getValue();
    }
}
