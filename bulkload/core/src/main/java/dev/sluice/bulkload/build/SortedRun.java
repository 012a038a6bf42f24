package dev.sluice.bulkload.build;

import dev.sluice.bulkload.rows.RowCursor;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file of sorted rows, partition after partition. Of two runs the one with the higher number was read from the input
 * later. A run is given up by closing it, which deletes its file.
 */
final class SortedRun implements AutoCloseable {
    private static final int LENGTHS_BYTES = 2 * Integer.BYTES;

    private final Path path;
    private final FileChannel channel;
    private final int level;
    /** Where the rows of each partition begin, and, at last, where the file ends. */
    private final long[] offsets;

    private SortedRun(Path path, FileChannel channel, int level, long[] offsets) {
        this.path = path;
        this.channel = channel;
        this.level = level;
        this.offsets = offsets;
    }

    /** How often its rows were merged before. */
    int level() {
        return level;
    }

    long bytes() {
        return offsets[offsets.length - 1];
    }

    /** A cursor with a buffer of that size over the rows of a partition. Several may be open, also in several threads. */
    RowCursor cursor(int partitionIndex, int bufferBytes) {
        return new Cursor(offsets[partitionIndex], offsets[partitionIndex + 1], bufferBytes);
    }

    @Override
    public void close() throws IOException {
        channel.close();
        Files.deleteIfExists(path);
    }

    /** Writes a run. Closed before it is finished it leaves no file. */
    static final class Writer implements AutoCloseable {
        private final Path path;
        private final int level;
        private final FileChannel channel;
        private final long[] offsets;
        private final ByteBuffer buffer;
        private int partitions;
        private boolean isFinished;

        Writer(Path path, int level, int partitionCount, int bufferBytes) throws IOException {
            this.path = path;
            this.level = level;
            this.offsets = new long[partitionCount + 1];
            this.buffer = ByteBuffer.allocateDirect(bufferBytes);
            this.channel = FileChannel.open(
                    path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.READ);
        }

        void add(byte[] key, byte[] value) throws IOException {
            if (buffer.remaining() < LENGTHS_BYTES) {
                flush();
            }
            buffer.putInt(key.length).putInt(value.length);
            write(key);
            write(value);
        }

        /** All rows of the next partition have been added. */
        void endPartition() throws IOException {
            partitions++;
            offsets[partitions] = channel.position() + buffer.position();
        }

        SortedRun finish() throws IOException {
            flush();
            isFinished = true;
            return new SortedRun(path, channel, level, offsets);
        }

        @Override
        public void close() throws IOException {
            if (!isFinished) {
                channel.close();
                Files.deleteIfExists(path);
            }
        }

        private void write(byte[] bytes) throws IOException {
            int written = 0;
            while (written < bytes.length) {
                if (!buffer.hasRemaining()) {
                    flush();
                }
                int length = Math.min(buffer.remaining(), bytes.length - written);
                buffer.put(bytes, written, length);
                written += length;
            }
        }

        private void flush() throws IOException {
            buffer.flip();
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            buffer.clear();
        }
    }

    private final class Cursor implements RowCursor {
        private final ByteBuffer buffer;
        private final long end;
        private long position;
        private byte[] key = new byte[0];
        private byte[] value = new byte[0];

        Cursor(long begin, long end, int bufferBytes) {
            this.position = begin;
            this.end = end;
            this.buffer = ByteBuffer.allocate((int) Math.max(1, Math.min(bufferBytes, end - begin)))
                    .limit(0);
        }

        @Override
        public boolean next() throws IOException {
            if (position == end && !buffer.hasRemaining()) {
                return false;
            }
            int keyLength = readInt();
            int valueLength = readInt();
            key = read(keyLength);
            value = read(valueLength);
            return true;
        }

        @Override
        public byte[] key() {
            return key;
        }

        @Override
        public byte[] value() {
            return value;
        }

        private int readInt() throws IOException {
            if (buffer.remaining() >= Integer.BYTES) {
                return buffer.getInt();
            }
            return ByteBuffer.wrap(read(Integer.BYTES)).getInt();
        }

        private byte[] read(int length) throws IOException {
            byte[] bytes = new byte[length];
            int done = 0;
            while (done < length) {
                if (!buffer.hasRemaining()) {
                    fill();
                }
                int part = Math.min(buffer.remaining(), length - done);
                buffer.get(bytes, done, part);
                done += part;
            }
            return bytes;
        }

        private void fill() throws IOException {
            buffer.clear().limit((int) Math.min(buffer.capacity(), end - position));
            int read = channel.read(buffer, position);
            if (read <= 0) {
                throw new EOFException(path + ": ends at " + position + ", expected " + end + " bytes");
            }
            position += read;
            buffer.flip();
        }
    }
}
