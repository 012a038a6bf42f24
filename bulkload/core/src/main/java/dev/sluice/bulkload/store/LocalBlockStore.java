package dev.sluice.bulkload.store;

import dev.sluice.bulkload.store.BlockStoreException.Kind;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A directory of this machine, or one that is mounted on every machine. Without a root, paths are absolute.
 *
 * <p>With a root nothing outside of it can be reached: not by a path, and not through a symbolic link inside.
 */
public final class LocalBlockStore implements BlockStore {
    private static final String TEMPORARY_PREFIX = ".sluice-tmp-";

    private final @Nullable Path root;

    private LocalBlockStore(@Nullable Path root) {
        this.root = root;
    }

    /** A store of all below that directory, which need not exist yet. */
    public static LocalBlockStore below(Path root) {
        return new LocalBlockStore(root.toAbsolutePath().normalize());
    }

    /** A store of the whole machine: every path is absolute. */
    public static LocalBlockStore ofAbsolutePaths() {
        return new LocalBlockStore(null);
    }

    @Override
    public long size(String path) throws BlockStoreException {
        Path file = resolve(path);
        try {
            requireFile(file, path);
            return Files.size(file);
        } catch (IOException e) {
            throw failure(path, e);
        }
    }

    @Override
    public InputStream open(String path, long offset, long length) throws BlockStoreException {
        if (offset < 0 || length < 0) {
            throw new IllegalArgumentException(path + ": offset " + offset + ", length " + length);
        }
        Path file = resolve(path);
        try {
            requireFile(file, path);
            return new RangeStream(FileChannel.open(file, StandardOpenOption.READ), path, offset, length);
        } catch (IOException e) {
            throw failure(path, e);
        }
    }

    @Override
    public Optional<Path> localFile(String path) throws BlockStoreException {
        Path file = resolve(path);
        try {
            requireFile(file, path);
            return Optional.of(file.toRealPath());
        } catch (IOException e) {
            throw failure(path, e);
        }
    }

    @Override
    public List<String> list(String directory) throws BlockStoreException {
        Path path = resolve(directory);
        if (!Files.isDirectory(path)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(path)) {
            return children.map(child -> String.valueOf(child.getFileName()))
                    .filter(name -> !name.startsWith(TEMPORARY_PREFIX))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw failure(directory, e);
        }
    }

    @Override
    public BlockWriter create(String path) throws BlockStoreException {
        Path file = resolve(path);
        try {
            Path temporary = temporaryBeside(file);
            FileChannel channel = FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            return new TemporaryFileWriter(path, file, temporary, channel);
        } catch (IOException e) {
            throw failure(path, e);
        }
    }

    @Override
    public void take(Path localFile, String path) throws BlockStoreException {
        Path file = resolve(path);
        try {
            Path temporary = temporaryBeside(file);
            try {
                Files.move(localFile, temporary, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException | AccessDeniedException e) {
                Files.copy(localFile, temporary);
            }
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            publish(temporary, file);
        } catch (IOException e) {
            throw failure(path, e);
        }
    }

    @Override
    public void copy(String from, String to) throws BlockStoreException {
        Path source = resolve(from);
        Path file = resolve(to);
        try {
            requireFile(source, from);
            Path temporary = temporaryBeside(file);
            // Not a link: whoever changes one file may not change the other.
            Files.copy(source, temporary);
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            publish(temporary, file);
        } catch (IOException e) {
            throw failure(from, e);
        }
    }

    @Override
    public void delete(String path) throws BlockStoreException {
        Path file = resolve(path);
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw failure(path, e);
        }
    }

    @Override
    public String describe(String path) {
        return root == null ? path : root + "/" + (path.startsWith("/") ? path.substring(1) : path);
    }

    @Override
    public void close() {
        // Nothing is held between calls.
    }

    private Path resolve(String path) throws BlockStoreException {
        StorePath checked = StorePath.parse(path);
        if (root == null && !path.startsWith("/")) {
            throw new BlockStoreException(
                    Kind.PERMANENT, "path '" + path + "': expected an absolute path, as the store has no root");
        }
        Path resolved = root == null ? Path.of("/") : root;
        try {
            for (String element : checked.elements()) {
                resolved = resolved.resolve(element);
            }
        } catch (InvalidPathException e) {
            throw new BlockStoreException(Kind.PERMANENT, "path '" + path + "': " + e.getReason(), e);
        }
        if (root != null) {
            requireInside(root, resolved, path);
        }
        return resolved;
    }

    /** Follows the links of what exists on the way; what does not exist yet cannot be a link. */
    private static void requireInside(Path root, Path resolved, String path) throws BlockStoreException {
        Path existing = resolved;
        while (existing != null && !existing.equals(root) && !Files.exists(existing)) {
            if (Files.isSymbolicLink(existing)) {
                throw new BlockStoreException(Kind.PERMANENT, "path '" + path + "': a link that leads nowhere");
            }
            existing = existing.getParent();
        }
        if (existing == null || !Files.exists(root)) {
            return;
        }
        try {
            if (!existing.toRealPath().startsWith(root.toRealPath())) {
                throw new BlockStoreException(
                        Kind.PERMANENT, "path '" + path + "': a link leads out of the store's root " + root);
            }
        } catch (BlockStoreException e) {
            throw e;
        } catch (IOException e) {
            throw failure(path, e);
        }
    }

    private static void requireFile(Path file, String path) throws BlockStoreException {
        if (Files.isDirectory(file)) {
            throw new BlockStoreException(Kind.PERMANENT, path + ": is a directory, expected a file");
        }
    }

    private static Path temporaryBeside(Path file) throws IOException {
        Path directory = file.getParent();
        if (directory == null) {
            throw new IOException(file + " has no directory");
        }
        createDirectories(directory);
        return directory.resolve(TEMPORARY_PREFIX + UUID.randomUUID());
    }

    /** Makes a directory and those above it, each durable in the one above. */
    private static void createDirectories(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        Path parent = directory.getParent();
        if (parent != null) {
            createDirectories(parent);
        }
        Files.createDirectories(directory);
        if (parent != null) {
            syncDirectory(parent);
        }
    }

    private static void publish(Path temporary, Path file) throws IOException {
        try {
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            Files.deleteIfExists(temporary);
            throw e;
        }
        syncDirectory(file.getParent());
    }

    private static void syncDirectory(@Nullable Path directory) throws IOException {
        if (directory != null) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private static BlockStoreException failure(String path, IOException e) {
        if (e instanceof BlockStoreException known) {
            return known;
        }
        if (e instanceof NoSuchFileException || e instanceof NotDirectoryException) {
            return new BlockStoreException(Kind.NOT_FOUND, path + ": no such file", e);
        }
        if (e instanceof AccessDeniedException) {
            return new BlockStoreException(Kind.PERMANENT, path + ": permission denied", e);
        }
        String reason = e instanceof FileSystemException fault && fault.getReason() != null
                ? fault.getReason()
                : String.valueOf(e.getMessage());
        if (reason.toLowerCase(Locale.ROOT).contains("not a directory")) {
            return new BlockStoreException(Kind.NOT_FOUND, path + ": no such file", e);
        }
        // A mounted directory may come back; a name that is too long does not become shorter.
        Kind kind = reason.toLowerCase(Locale.ROOT).contains("name too long") ? Kind.PERMANENT : Kind.TRANSIENT;
        return new BlockStoreException(kind, path + ": " + reason, e);
    }

    /** Opens local directories: one argument, the root, or none for absolute paths. */
    static final class Type implements BlockStoreType {
        static final String NAME = "local_service";

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public String scheme() {
            return "file";
        }

        @Override
        public BlockService serviceOf(URI uri, List<String> args) {
            return new BlockService(uri.toString(), NAME, args);
        }

        @Override
        public BlockStore open(BlockService service) {
            if (service.args().size() > 1) {
                throw new IllegalArgumentException("[block_service." + service.name() + "] args: "
                        + service.args().size() + " arguments, expected a root directory or nothing");
            }
            if (service.args().isEmpty()) {
                return ofAbsolutePaths();
            }
            return below(Path.of(service.args().get(0)));
        }
    }

    private static final class RangeStream extends InputStream {
        private final FileChannel channel;
        private final String path;
        private long position;
        private long remaining;

        RangeStream(FileChannel channel, String path, long offset, long length) {
            this.channel = channel;
            this.path = path;
            this.position = offset;
            this.remaining = length;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (remaining == 0) {
                return -1;
            }
            try {
                int read = channel.read(ByteBuffer.wrap(target, offset, (int) Math.min(length, remaining)), position);
                if (read > 0) {
                    position += read;
                    remaining -= read;
                }
                return read;
            } catch (EOFException e) {
                return -1;
            } catch (IOException e) {
                throw failure(path, e);
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    private static final class TemporaryFileWriter extends BlockWriter {
        private final String path;
        private final Path file;
        private final Path temporary;
        private final FileChannel channel;

        TemporaryFileWriter(String path, Path file, Path temporary, FileChannel channel) {
            this.path = path;
            this.file = file;
            this.temporary = temporary;
            this.channel = channel;
        }

        @Override
        public void write(int value) throws BlockStoreException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws BlockStoreException {
            ByteBuffer buffer = ByteBuffer.wrap(source, offset, length);
            try {
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
            } catch (IOException e) {
                throw failure(path, e);
            }
        }

        @Override
        public void commit() throws BlockStoreException {
            try {
                channel.force(true);
                channel.close();
                publish(temporary, file);
            } catch (IOException e) {
                throw failure(path, e);
            }
        }

        /** A link is made only if nobody has the name. */
        @Override
        public void commitNew() throws BlockStoreException {
            try {
                channel.force(true);
                channel.close();
                try {
                    linkOrCopy();
                } finally {
                    Files.deleteIfExists(temporary);
                }
                syncDirectory(file.getParent());
            } catch (FileAlreadyExistsException e) {
                throw exists(path);
            } catch (IOException e) {
                throw failure(path, e);
            }
        }

        /** Some file systems that are mounted have no links; a copy is made only if nobody has the name, too. */
        private void linkOrCopy() throws IOException {
            try {
                Files.createLink(file, temporary);
            } catch (FileAlreadyExistsException e) {
                throw e;
            } catch (UnsupportedOperationException | FileSystemException e) {
                Files.copy(temporary, file);
                try (FileChannel copy = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    copy.force(true);
                }
            }
        }

        @Override
        public void close() throws BlockStoreException {
            if (!channel.isOpen()) {
                return;
            }
            try {
                channel.close();
                Files.deleteIfExists(temporary);
            } catch (IOException e) {
                throw failure(path, e);
            }
        }
    }
}
