package dev.sluice.bulkload.build;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The bytes of an input, one at a time, with a way to put some back. */
final class InputBytes implements AutoCloseable {
    private static final int BUFFER_BYTES = 256 * 1024;

    private final CountingStream counted;
    private final InputStream in;
    private final long bytesTotal;
    private byte[] buffer = new byte[BUFFER_BYTES];
    private int position;
    private int limit;

    private InputBytes(CountingStream counted, InputStream in, long bytesTotal) {
        this.counted = counted;
        this.in = in;
        this.bytesTotal = bytesTotal;
    }

    static InputBytes open(Path file) throws IOException {
        return open(Files.newInputStream(file), file.toString(), Files.size(file));
    }

    /**
     * @param name whose end tells whether it is packed
     * @param bytesTotal 0 if it is not known
     */
    static InputBytes open(InputStream raw, String name, long bytesTotal) throws IOException {
        CountingStream counted = new CountingStream(raw);
        try {
            InputBytes bytes = new InputBytes(counted, Packing.ofName(name).unpack(counted, BUFFER_BYTES), bytesTotal);
            bytes.skipByteOrderMark();
            return bytes;
        } catch (IOException | RuntimeException e) {
            counted.close();
            throw e;
        }
    }

    /** The next byte, or -1 at the end. */
    int next() throws IOException {
        if (position == limit && !fill()) {
            return -1;
        }
        return buffer[position++] & 0xff;
    }

    /** The next byte without taking it, or -1 at the end. */
    int peek() throws IOException {
        if (position == limit && !fill()) {
            return -1;
        }
        return buffer[position] & 0xff;
    }

    /** Puts bytes back, to be read next. */
    void putBack(byte[] bytes, int from, int to) {
        int length = to - from;
        if (length > position) {
            byte[] larger = new byte[length + limit - position + BUFFER_BYTES];
            int newLimit = larger.length;
            int newPosition = newLimit - (limit - position);
            System.arraycopy(buffer, position, larger, newPosition, limit - position);
            buffer = larger;
            position = newPosition;
            limit = newLimit;
        }
        position -= length;
        System.arraycopy(bytes, from, buffer, position, length);
    }

    long bytesRead() {
        return counted.count;
    }

    long bytesTotal() {
        return bytesTotal;
    }

    @Override
    public void close() throws IOException {
        in.close();
        counted.close();
    }

    private void skipByteOrderMark() throws IOException {
        byte[] mark = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};
        byte[] seen = new byte[mark.length];
        for (int i = 0; i < mark.length; i++) {
            int next = next();
            if (next < 0) {
                putBack(seen, 0, i);
                return;
            }
            seen[i] = (byte) next;
            if (seen[i] != mark[i]) {
                putBack(seen, 0, i + 1);
                return;
            }
        }
    }

    private boolean fill() throws IOException {
        int read = in.read(buffer, 0, buffer.length);
        position = 0;
        limit = Math.max(read, 0);
        return read > 0;
    }

    private static final class CountingStream extends FilterInputStream {
        private long count;

        CountingStream(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int read = in.read();
            count += read >= 0 ? 1 : 0;
            return read;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int read = in.read(target, offset, length);
            count += Math.max(read, 0);
            return read;
        }
    }
}
