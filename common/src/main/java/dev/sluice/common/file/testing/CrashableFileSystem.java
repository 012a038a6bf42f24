package dev.sluice.common.file.testing;

import dev.sluice.common.file.FileSystem;
import dev.sluice.common.file.testing.Node.Content;
import dev.sluice.common.file.testing.Node.Directory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Files in memory, as unkind as a disk: {@link #crash} loses content that was not synced and names whose directory was not.
 * A file that is renamed into another directory is lost if only its old one was synced. Operations fail on demand, and the
 * disk can be full.
 */
public final class CrashableFileSystem implements FileSystem {
    private static final int NAMES_MAX = 1_000;

    private final Directory root = new Directory();
    private final Map<Path, Long> disks = new HashMap<>();
    private final Map<Path, List<String>> namesOf = new HashMap<>();
    private long capacityBytes = Long.MAX_VALUE;
    private Fault fault = (operation, path) -> {};
    private int crashes;

    /** What can be made to fail. */
    public enum Operation {
        CREATE,
        OPEN,
        READ,
        WRITE,
        TRUNCATE,
        SYNC,
        SYNC_DIRECTORY,
        CREATE_DIRECTORIES,
        RENAME,
        LINK,
        DELETE
    }

    /** Asked before every operation; what it throws is how the operation ends. */
    @FunctionalInterface
    public interface Fault {
        void before(Operation operation, Path path) throws IOException;

        /** Asked before a write, after {@link #before}: so many bytes. */
        default void beforeWrite(Path path, int bytes) throws IOException {}
    }

    /** Power is lost: nothing survives that was not synced, and open files are of no more use. */
    public synchronized void crash() {
        crashes++;
        root.crash(null);
    }

    /** Power is lost, and of what was not synced some has reached the disk by chance; the last write may be torn. */
    public synchronized void crash(Random chance) {
        crashes++;
        root.crash(chance);
    }

    /** From now on every operation asks; one at a time. */
    public synchronized void setFault(Fault newFault) {
        fault = newFault;
    }

    /** Size of the disk; a write that needs more fails. */
    public synchronized void setCapacityBytes(long bytes) {
        capacityBytes = bytes;
    }

    /** From now on a directory is a disk of its own, of that size; a write below it that needs more fails. */
    public synchronized void setCapacityBytes(Path directory, long bytes) {
        disks.put(normal(directory), bytes);
    }

    @Override
    public synchronized File create(Path path) throws IOException {
        fault.before(Operation.CREATE, path);
        Directory parent = parent(path);
        if (parent.entries.containsKey(name(path))) {
            throw new FileAlreadyExistsException(path.toString());
        }
        Content content = new Content();
        parent.entries.put(name(path), content);
        return new OpenFile(path, content, true);
    }

    @Override
    public synchronized File open(Path path) throws IOException {
        fault.before(Operation.OPEN, path);
        return new OpenFile(path, content(path), true);
    }

    @Override
    public synchronized File openForRead(Path path) throws IOException {
        fault.before(Operation.OPEN, path);
        return new OpenFile(path, content(path), false);
    }

    @Override
    public synchronized boolean exists(Path path) {
        return find(path) != null;
    }

    @Override
    public synchronized long size(Path path) throws IOException {
        return content(path).size();
    }

    @Override
    public synchronized List<String> list(Path directory) {
        return find(directory) instanceof Directory found ? List.copyOf(found.entries.keySet()) : List.of();
    }

    @Override
    public synchronized boolean isDirectory(Path path) {
        return find(path) instanceof Directory;
    }

    @Override
    public synchronized void createDirectories(Path directory) throws IOException {
        fault.before(Operation.CREATE_DIRECTORIES, directory);
        Directory at = root;
        for (String part : names(directory)) {
            Node next = at.entries.computeIfAbsent(part, missing -> new Directory());
            if (!(next instanceof Directory found)) {
                throw new FileAlreadyExistsException(directory.toString());
            }
            at = found;
        }
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        fault.before(Operation.RENAME, from);
        Node moved = require(from);
        Directory target = parent(to);
        Node replaced = target.entries.get(name(to));
        if (replaced == moved) {
            return;
        }
        if (replaced instanceof Directory directory && !directory.entries.isEmpty()) {
            throw new DirectoryNotEmptyException(to.toString());
        }
        parent(from).entries.remove(name(from));
        target.entries.put(name(to), moved);
    }

    @Override
    public synchronized void link(Path existing, Path link) throws IOException {
        fault.before(Operation.LINK, link);
        Content content = content(existing);
        Directory parent = parent(link);
        if (parent.entries.putIfAbsent(name(link), content) != null) {
            throw new FileAlreadyExistsException(link.toString());
        }
    }

    @Override
    public synchronized int linkCount(Path path) throws IOException {
        return count(root, content(path));
    }

    private static int count(Directory directory, Node wanted) {
        int names = 0;
        for (Node each : directory.entries.values()) {
            names += each == wanted ? 1 : 0;
            names += each instanceof Directory below ? count(below, wanted) : 0;
        }
        return names;
    }

    @Override
    public synchronized void delete(Path path) throws IOException {
        fault.before(Operation.DELETE, path);
        Node node = find(path);
        if (node instanceof Directory directory && !directory.entries.isEmpty()) {
            throw new DirectoryNotEmptyException(path.toString());
        }
        if (node != null) {
            parent(path).entries.remove(name(path));
        }
    }

    @Override
    public synchronized void deleteTree(Path path) throws IOException {
        fault.before(Operation.DELETE, path);
        if (find(path) != null) {
            parent(path).entries.remove(name(path));
        }
    }

    @Override
    public synchronized void syncDirectory(Path directory) throws IOException {
        fault.before(Operation.SYNC_DIRECTORY, directory);
        if (!(require(directory) instanceof Directory found)) {
            throw new FileSystemException(directory.toString(), null, "not a directory");
        }
        found.sync();
    }

    @Override
    public synchronized long usableBytes(Path path) throws IOException {
        require(path);
        return freeBytes(path);
    }

    private long freeBytes(Path path) {
        Path disk = diskOf(path);
        long total = totalBytesOf(disk);
        // Without a limit nobody needs to know what is used of it.
        return total == Long.MAX_VALUE ? total : Math.max(0, total - usedBytes(below(disk)));
    }

    @Override
    public synchronized long totalBytes(Path path) throws IOException {
        require(path);
        return totalBytesOf(diskOf(path));
    }

    private long totalBytesOf(@Nullable Path disk) {
        return disk == null ? capacityBytes : disks.getOrDefault(disk, capacityBytes);
    }

    @Override
    public synchronized boolean isSameFile(Path one, Path other) throws IOException {
        return require(one) == require(other);
    }

    /** The directory that is a disk of its own and has the path; null if it lies on the one disk of all others. */
    private @Nullable Path diskOf(Path path) {
        if (disks.isEmpty()) {
            return null;
        }
        Path at = normal(path);
        while (at != null && !disks.containsKey(at)) {
            at = at.getParent();
        }
        return at;
    }

    private Directory below(@Nullable Path disk) {
        return disk != null && find(disk) instanceof Directory directory ? directory : root;
    }

    private static long usedBytes(Directory directory) {
        long bytes = 0;
        for (Node node : directory.entries.values()) {
            bytes += node instanceof Directory below ? usedBytes(below) : ((Content) node).size();
        }
        return bytes;
    }

    private static Path normal(Path path) {
        return path.toAbsolutePath().normalize();
    }

    /** From the root on; a process asks for the same few paths over and over. */
    private List<String> names(Path path) {
        List<String> known = namesOf.get(path);
        if (known == null) {
            known = StreamSupport.stream(normal(path).spliterator(), false)
                    .map(Path::toString)
                    .toList();
            if (namesOf.size() >= NAMES_MAX) {
                namesOf.clear();
            }
            namesOf.put(path, known);
        }
        return known;
    }

    private String name(Path path) throws IOException {
        List<String> names = names(path);
        if (names.isEmpty()) {
            throw new FileSystemException(path.toString(), null, "the root has no name");
        }
        return names.get(names.size() - 1);
    }

    private Directory parent(Path path) throws IOException {
        List<String> names = names(path);
        if (!names.isEmpty() && find(names.subList(0, names.size() - 1)) instanceof Directory directory) {
            return directory;
        }
        throw new NoSuchFileException(path.toString());
    }

    private @Nullable Node find(Path path) {
        return find(names(path));
    }

    private @Nullable Node find(List<String> names) {
        Node at = root;
        for (String part : names) {
            Node next = at instanceof Directory directory ? directory.entries.get(part) : null;
            if (next == null) {
                return null;
            }
            at = next;
        }
        return at;
    }

    private Node require(Path path) throws NoSuchFileException {
        Node node = find(path);
        if (node == null) {
            throw new NoSuchFileException(path.toString());
        }
        return node;
    }

    private Content content(Path path) throws IOException {
        if (require(path) instanceof Content content) {
            return content;
        }
        throw new FileSystemException(path.toString(), null, "is a directory");
    }

    /** A handle; it dies with the process that opened it. */
    private final class OpenFile implements File {
        private final Path path;
        private final Content content;
        private final boolean writable;
        private final int openedAtCrash = crashes;
        private boolean closed;

        OpenFile(Path path, Content content, boolean writable) {
            this.path = path;
            this.content = content;
            this.writable = writable;
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            synchronized (CrashableFileSystem.this) {
                check(Operation.WRITE);
                fault.beforeWrite(path, source.remaining());
                long growth = Math.max(0, position + source.remaining() - content.size());
                if (growth > freeBytes(path)) {
                    throw new FileSystemException(path.toString(), null, "No space left on device");
                }
                byte[] bytes = new byte[source.remaining()];
                source.get(bytes);
                content.write(Math.toIntExact(position), bytes);
            }
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            synchronized (CrashableFileSystem.this) {
                check(Operation.READ);
                byte[] bytes = content.read(position, target.remaining());
                target.put(bytes);
                return bytes.length;
            }
        }

        @Override
        public long size() throws IOException {
            synchronized (CrashableFileSystem.this) {
                check(Operation.READ);
                return content.size();
            }
        }

        @Override
        public void truncate(long size) throws IOException {
            synchronized (CrashableFileSystem.this) {
                check(Operation.TRUNCATE);
                if (size < content.size()) {
                    content.truncate(Math.toIntExact(size));
                }
            }
        }

        @Override
        public void sync() throws IOException {
            synchronized (CrashableFileSystem.this) {
                check(Operation.SYNC);
                content.sync();
            }
        }

        @Override
        public void close() {
            synchronized (CrashableFileSystem.this) {
                closed = true;
            }
        }

        private void check(Operation operation) throws IOException {
            if (closed || openedAtCrash != crashes) {
                throw new ClosedChannelException();
            }
            if (!writable && (operation == Operation.WRITE || operation == Operation.TRUNCATE)) {
                throw new NonWritableChannelException();
            }
            fault.before(operation, path);
        }
    }
}
