package dev.sluice.bulkload.store.testing;

import dev.sluice.bulkload.store.BlockStore;
import dev.sluice.bulkload.store.BlockStoreException;
import dev.sluice.bulkload.store.BlockWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Any store, which fails as often and in the way that a test asks for. Safe for use by several threads. */
public final class FaultyBlockStore implements BlockStore {
    private final BlockStore store;
    private final Map<String, Deque<StoreFault>> faults = new HashMap<>();
    private final Map<String, List<String>> oldLists = new HashMap<>();
    private Change change = (what, path) -> {};
    private Change answer = (what, path) -> {};

    /** Hears of a change, and lets the call fail by throwing. */
    public interface Change {
        void onChange(String what, String path) throws BlockStoreException;
    }

    public FaultyBlockStore(BlockStore store) {
        this.store = store;
    }

    /** Lets the next reads of that file fail, one for each fault, in order. */
    public synchronized FaultyBlockStore failReads(String path, StoreFault... next) {
        faults.computeIfAbsent(path, ignored -> new ArrayDeque<>()).addAll(List.of(next));
        return this;
    }

    /** Lets a directory be listed as it is now, whatever becomes of it. */
    public synchronized void staleList(String directory) throws BlockStoreException {
        oldLists.put(directory, store.list(directory));
    }

    /** Asks after every change: one that throws loses the answer. */
    public synchronized void onAnswer(Change asked) {
        answer = asked;
    }

    /** Asks before every change: one that throws prevents it. */
    public synchronized void onChange(Change asked) {
        change = asked;
    }

    @Override
    public long size(String path) throws BlockStoreException {
        return store.size(path);
    }

    @Override
    public InputStream open(String path, long offset, long length) throws BlockStoreException {
        StoreFault fault = nextFault(path);
        if (fault == null) {
            return store.open(path, offset, length);
        }
        FaultyStream.throwAtOnce(path, fault);
        return new FaultyStream(store.open(path, offset, length), path, length, fault);
    }

    @Override
    public List<String> list(String directory) throws BlockStoreException {
        synchronized (this) {
            List<String> old = oldLists.get(directory);
            if (old != null) {
                return old;
            }
        }
        return store.list(directory);
    }

    @Override
    public BlockWriter create(String path) throws BlockStoreException {
        return new AskingWriter(path, store.create(path));
    }

    @Override
    public void take(Path localFile, String path) throws BlockStoreException {
        ask("take", path);
        store.take(localFile, path);
        answer("take", path);
    }

    @Override
    public void copy(String from, String to) throws BlockStoreException {
        ask("copy", to);
        store.copy(from, to);
        answer("copy", to);
    }

    @Override
    public void delete(String path) throws BlockStoreException {
        ask("delete", path);
        store.delete(path);
        answer("delete", path);
    }

    @Override
    public Optional<Path> localFile(String path) throws BlockStoreException {
        return store.localFile(path);
    }

    @Override
    public String describe(String path) {
        return store.describe(path);
    }

    @Override
    public void close() {
        store.close();
    }

    private synchronized @Nullable StoreFault nextFault(String path) {
        Deque<StoreFault> planned = faults.get(path);
        return planned == null ? null : planned.poll();
    }

    private synchronized void ask(String what, String path) throws BlockStoreException {
        change.onChange(what, path);
    }

    private synchronized void answer(String what, String path) throws BlockStoreException {
        answer.onChange(what, path);
    }

    private final class AskingWriter extends BlockWriter {
        private final String path;
        private final BlockWriter writer;

        AskingWriter(String path, BlockWriter writer) {
            this.path = path;
            this.writer = writer;
        }

        @Override
        public void write(int value) throws IOException {
            writer.write(value);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            writer.write(source, offset, length);
        }

        @Override
        public void commit() throws BlockStoreException {
            ask("commit", path);
            writer.commit();
            answer("commit", path);
        }

        @Override
        public void commitNew() throws BlockStoreException {
            ask("commit", path);
            writer.commitNew();
            answer("commit", path);
        }

        @Override
        public void close() throws BlockStoreException {
            writer.close();
        }
    }
}
