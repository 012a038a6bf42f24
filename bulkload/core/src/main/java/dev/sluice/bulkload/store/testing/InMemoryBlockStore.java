package dev.sluice.bulkload.store.testing;

import dev.sluice.bulkload.store.BlockStore;
import dev.sluice.bulkload.store.BlockStoreException;
import dev.sluice.bulkload.store.BlockStoreException.Kind;
import dev.sluice.bulkload.store.BlockWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** A store in memory. It counts the bytes that were read, and fails as often and in the way that a test asks for. */
public final class InMemoryBlockStore implements BlockStore {
    private final NavigableMap<String, byte[]> files = new TreeMap<>();
    private final Map<String, Deque<StoreFault>> faults = new HashMap<>();
    private final Map<String, Long> bytesRead = new HashMap<>();
    private Optional<Path> localFile = Optional.empty();

    /** Puts a file into the store. */
    public synchronized InMemoryBlockStore put(String path, byte[] content) {
        files.put(spelled(path), content.clone());
        return this;
    }

    private synchronized void putNew(String key, byte[] content) throws BlockStoreException {
        if (files.putIfAbsent(key, content) != null) {
            throw BlockWriter.exists(key);
        }
    }

    /** Lets the next reads of that file fail, one for each fault, in order. */
    public synchronized InMemoryBlockStore failReads(String path, StoreFault... next) {
        faults.computeIfAbsent(spelled(path), ignored -> new ArrayDeque<>()).addAll(List.of(next));
        return this;
    }

    /** A copy of what a file holds, past all faults. */
    public synchronized byte[] content(String path) {
        byte[] content = files.get(spelled(path));
        if (content == null) {
            throw new IllegalArgumentException(path + ": no such file");
        }
        return content.clone();
    }

    /** Bytes of that file that were handed out so far. */
    public synchronized long bytesRead(String path) {
        return bytesRead.getOrDefault(spelled(path), 0L);
    }

    @Override
    public synchronized long size(String path) throws BlockStoreException {
        return require(checked(path)).length;
    }

    @Override
    public synchronized InputStream open(String path, long offset, long length) throws BlockStoreException {
        if (offset < 0 || length < 0) {
            throw new IllegalArgumentException(path + ": offset " + offset + ", length " + length);
        }
        String key = checked(path);
        byte[] content = require(key);
        Deque<StoreFault> planned = faults.get(key);
        StoreFault fault = planned == null ? null : planned.poll();
        if (fault != null) {
            FaultyStream.throwAtOnce(path, fault);
        }
        int from = (int) Math.min(offset, content.length);
        int available = (int) Math.min(length, content.length - from);
        InputStream answer = new AnswerStream(key, content, from, available);
        return fault == null ? answer : new FaultyStream(answer, key, available, fault);
    }

    @Override
    public synchronized List<String> list(String directory) throws BlockStoreException {
        String spelled = checked(directory);
        String prefix = spelled.isEmpty() ? "" : spelled + "/";
        TreeSet<String> names = new TreeSet<>();
        for (String path : files.tailMap(prefix, true).keySet()) {
            if (!path.startsWith(prefix)) {
                break;
            }
            names.add(path.substring(prefix.length()).split("/", 2)[0]);
        }
        return List.copyOf(names);
    }

    @Override
    public BlockWriter create(String path) throws BlockStoreException {
        return new MemoryWriter(checked(path));
    }

    @Override
    public void take(Path localFile, String path) throws BlockStoreException {
        String key = checked(path);
        try {
            put(key, Files.readAllBytes(localFile));
        } catch (IOException e) {
            throw new BlockStoreException(Kind.TRANSIENT, path + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void copy(String from, String to) throws BlockStoreException {
        String target = checked(to);
        synchronized (this) {
            put(target, require(checked(from)));
        }
    }

    @Override
    public synchronized void delete(String path) throws BlockStoreException {
        files.remove(checked(path));
    }

    /** From now on the store says of every file that it lies there. */
    public synchronized void localFile(Path where) {
        localFile = Optional.of(where);
    }

    @Override
    public synchronized Optional<Path> localFile(String path) {
        return localFile;
    }

    @Override
    public String describe(String path) {
        return "memory:" + path;
    }

    @Override
    public void close() {
        // A store that is gone after a restart would be no store.
    }

    private byte[] require(String key) throws BlockStoreException {
        byte[] content = files.get(key);
        if (content == null) {
            throw new BlockStoreException(Kind.NOT_FOUND, key + ": no such file");
        }
        return content;
    }

    private static String checked(String path) throws BlockStoreException {
        String spelled = spelled(path);
        if (!spelled.isEmpty()) {
            for (String element : spelled.split("/", -1)) {
                if (element.isEmpty() || element.equals(".") || element.equals("..") || element.indexOf('\0') >= 0) {
                    throw new BlockStoreException(
                            Kind.PERMANENT, "path '" + path + "' is not the name of a file or directory");
                }
            }
        }
        return spelled;
    }

    private static String spelled(String path) {
        return path.startsWith("/") ? path.substring(1) : path;
    }

    private synchronized void count(String key, int bytes) {
        bytesRead.merge(key, (long) bytes, Long::sum);
    }

    private final class AnswerStream extends InputStream {
        private final String key;
        private final ByteArrayInputStream in;
        private volatile boolean closed;

        AnswerStream(String key, byte[] content, int from, int length) {
            this.key = key;
            this.in = new ByteArrayInputStream(content, from, length);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (closed) {
                throw new BlockStoreException(Kind.TRANSIENT, key + ": the stream is closed");
            }
            int read = in.read(target, offset, length);
            if (read > 0) {
                count(key, read);
            }
            return read;
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private final class MemoryWriter extends BlockWriter {
        private final String key;
        private final ByteArrayOutputStream content = new ByteArrayOutputStream();

        MemoryWriter(String key) {
            this.key = key;
        }

        @Override
        public void write(int value) {
            content.write(value);
        }

        @Override
        public void write(byte[] source, int offset, int length) {
            content.write(source, offset, length);
        }

        @Override
        public void commit() {
            put(key, content.toByteArray());
        }

        @Override
        public void commitNew() throws BlockStoreException {
            putNew(key, content.toByteArray());
        }

        @Override
        public void close() {
            content.reset();
        }
    }
}
