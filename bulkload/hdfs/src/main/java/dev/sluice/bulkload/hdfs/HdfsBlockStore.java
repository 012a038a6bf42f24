package dev.sluice.bulkload.hdfs;

import dev.sluice.bulkload.store.BlockStore;
import dev.sluice.bulkload.store.BlockStoreException;
import dev.sluice.bulkload.store.BlockStoreException.Kind;
import dev.sluice.bulkload.store.BlockWriter;
import dev.sluice.bulkload.store.StorePath;
import dev.sluice.bulkload.store.StreamCopy;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options.Rename;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.ipc.RemoteException;
import org.apache.hadoop.security.AccessControlException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory of an HDFS. Files come in under a name of their own and are renamed once they are whole, which HDFS does
 * atomically.
 *
 * <p>One client for all threads: a connection to the name node, and one to a data node for each stream that is open.
 */
final class HdfsBlockStore implements BlockStore {
    private static final Logger LOG = LoggerFactory.getLogger(HdfsBlockStore.class);
    private static final String TEMPORARY_PREFIX = ".sluice-tmp-";
    private static final int CONNECT_ATTEMPTS = 3;

    private final DistributedFileSystem files;
    private final Path root;

    private HdfsBlockStore(DistributedFileSystem files, Path root) {
        this.files = files;
        this.root = root;
    }

    /** Connects with the first call, not before. */
    static HdfsBlockStore open(HdfsSettings settings) throws BlockStoreException {
        Configuration configuration = new Configuration();
        settings.configDirectory().ifPresent(directory -> {
            for (String name : new String[] {"core-site.xml", "hdfs-site.xml"}) {
                java.nio.file.Path file = directory.resolve(name);
                if (Files.exists(file)) {
                    configuration.addResource(new Path(file.toUri()));
                }
            }
        });
        configuration.set("fs.hdfs.impl", DistributedFileSystem.class.getName());
        configuration.setInt("ipc.client.connect.timeout", settings.timeoutMs());
        configuration.setInt("ipc.client.rpc-timeout.ms", settings.timeoutMs());
        configuration.setInt("ipc.client.connect.max.retries", CONNECT_ATTEMPTS);
        configuration.setInt("ipc.client.connect.max.retries.on.timeouts", 0);
        configuration.setInt("ipc.client.connect.retry.interval", 200);
        configuration.setInt("dfs.client.socket-timeout", settings.timeoutMs());
        configuration.setInt("dfs.client.max.block.acquire.failures", 1);
        configuration.setInt("dfs.client.retry.window.base", 200);
        try {
            FileSystem opened = settings.user().isPresent()
                    ? FileSystem.newInstance(
                            settings.nameNode(), configuration, settings.user().get())
                    : FileSystem.newInstance(settings.nameNode(), configuration);
            return new HdfsBlockStore((DistributedFileSystem) opened, new Path(settings.nameNode() + settings.root()));
        } catch (IOException e) {
            throw failure(settings.nameNode().toString(), e);
        } catch (IllegalArgumentException e) {
            // So it says that a name is not known.
            throw new BlockStoreException(Kind.PERMANENT, settings.nameNode() + ": " + reason(e) + hint(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BlockStoreException(Kind.TRANSIENT, settings.nameNode() + ": interrupted", e);
        }
    }

    @Override
    public long size(String path) throws BlockStoreException {
        Path file = resolve(path);
        try {
            FileStatus status = files.getFileStatus(file);
            requireFile(status, path);
            return status.getLen();
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
            FSDataInputStream in = files.open(file);
            try {
                in.seek(offset);
            } catch (EOFException e) {
                in.close();
                return InputStream.nullInputStream();
            } catch (IOException e) {
                in.close();
                throw e;
            }
            return new HdfsStream(in, path, length);
        } catch (IOException e) {
            throw failure(path, e);
        }
    }

    @Override
    public List<String> list(String directory) throws BlockStoreException {
        Path path = resolve(directory);
        List<String> names = new ArrayList<>();
        try {
            RemoteIterator<FileStatus> children = files.listStatusIterator(path);
            while (children.hasNext()) {
                Path child = children.next().getPath();
                // A file is listed as itself.
                if (!child.getName().startsWith(TEMPORARY_PREFIX) && child.depth() > path.depth()) {
                    names.add(child.getName());
                }
            }
        } catch (IOException e) {
            BlockStoreException failure = failure(directory, e);
            if (failure.kind() == Kind.NOT_FOUND) {
                return List.of();
            }
            throw failure;
        }
        Collections.sort(names);
        return names;
    }

    @Override
    public BlockWriter create(String path) throws BlockStoreException {
        Path file = resolve(path);
        Path temporary = new Path(file.getParent(), TEMPORARY_PREFIX + UUID.randomUUID());
        try {
            return new HdfsWriter(path, file, temporary, files.create(temporary, false));
        } catch (IOException e) {
            throw failure(path, e);
        }
    }

    @Override
    public void take(java.nio.file.Path localFile, String path) throws BlockStoreException {
        try (BlockWriter writer = create(path);
                InputStream in = Files.newInputStream(localFile)) {
            in.transferTo(writer);
            writer.commit();
            Files.deleteIfExists(localFile);
        } catch (BlockStoreException e) {
            throw e;
        } catch (IOException e) {
            throw new BlockStoreException(Kind.PERMANENT, localFile + ": " + reason(e), e);
        }
    }

    @Override
    public void copy(String from, String to) throws BlockStoreException {
        StreamCopy.copy(this, from, to);
    }

    @Override
    public void delete(String path) throws BlockStoreException {
        Path file = resolve(path);
        try {
            files.delete(file, false);
        } catch (IOException e) {
            BlockStoreException failure = failure(path, e);
            if (failure.kind() != Kind.NOT_FOUND) {
                throw failure;
            }
        }
    }

    @Override
    public String describe(String path) {
        String base = root.toString();
        return (base.endsWith("/") ? base : base + "/") + (path.startsWith("/") ? path.substring(1) : path);
    }

    @Override
    public void close() {
        try {
            files.close();
        } catch (IOException e) {
            LOG.warn("{}: not closed cleanly: {}", root, e.getMessage());
        }
    }

    private Path resolve(String path) throws BlockStoreException {
        String checked = StorePath.parse(path).text();
        if (checked.indexOf(':') >= 0) {
            throw new BlockStoreException(Kind.PERMANENT, "path '" + path + "': HDFS has no names with ':'");
        }
        return checked.isEmpty() ? root : new Path(root, checked);
    }

    private static void requireFile(FileStatus status, String path) throws BlockStoreException {
        if (status.isDirectory()) {
            throw new BlockStoreException(Kind.PERMANENT, path + ": is a directory, expected a file");
        }
    }

    private static BlockStoreException failure(String path, IOException e) {
        if (e instanceof BlockStoreException known) {
            return known;
        }
        IOException cause = e instanceof RemoteException remote ? remote.unwrapRemoteException() : e;
        String reason = reason(cause);
        if (cause instanceof FileNotFoundException
                || reason.toLowerCase(Locale.ROOT).contains("is not a directory")) {
            return new BlockStoreException(
                    reason.toLowerCase(Locale.ROOT).contains("path is not a file") ? Kind.PERMANENT : Kind.NOT_FOUND,
                    path + ": no such file (" + reason + ")",
                    e);
        }
        boolean isPermanent = cause instanceof AccessControlException || cause instanceof UnknownHostException;
        return new BlockStoreException(
                isPermanent ? Kind.PERMANENT : Kind.TRANSIENT, path + ": " + reason + hint(cause), e);
    }

    /** What somebody can do about it. */
    private static String hint(Exception e) {
        if (e instanceof UnknownHostException || e.getCause() instanceof UnknownHostException) {
            return " (the name node's host is not known here; is it a name service, give config=<directory> with"
                    + " hdfs-site.xml)";
        }
        return e instanceof AccessControlException ? " (user=<name> says in whose name files are read)" : "";
    }

    /** Its first line: what follows is the stack of a server. */
    private static String reason(Exception e) {
        String message = e.getMessage() == null ? e.toString() : e.getMessage();
        return message.lines().findFirst().orElse(e.toString());
    }

    /** A part of a file. Closing it interrupts a read that waits: the client has no other way to end one. */
    private static final class HdfsStream extends InputStream {
        private final FSDataInputStream in;
        private final String path;
        private final Object lock = new Object();
        private long remaining;
        private boolean isClosed;
        private boolean isInterrupted;
        private @Nullable Thread reader;

        HdfsStream(FSDataInputStream in, String path, long length) {
            this.in = in;
            this.path = path;
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
            begin();
            IOException failure = null;
            int read = -1;
            try {
                read = in.read(target, offset, (int) Math.min(length, remaining));
            } catch (IOException e) {
                failure = e;
            }
            if (end()) {
                in.close();
                throw new BlockStoreException(Kind.TRANSIENT, path + ": closed while it was read", failure);
            }
            if (failure != null) {
                throw failure(path, failure);
            }
            remaining -= Math.max(read, 0);
            return read;
        }

        @Override
        public void close() throws IOException {
            synchronized (lock) {
                if (isClosed) {
                    return;
                }
                isClosed = true;
                if (reader != null) {
                    // Whoever reads closes it then.
                    isInterrupted = true;
                    reader.interrupt();
                    return;
                }
            }
            in.close();
        }

        private void begin() throws BlockStoreException {
            synchronized (lock) {
                if (isClosed) {
                    throw new BlockStoreException(Kind.TRANSIENT, path + ": closed");
                }
                reader = Thread.currentThread();
            }
        }

        /** True if it was closed meanwhile. */
        private boolean end() {
            synchronized (lock) {
                reader = null;
                if (isInterrupted) {
                    // It was meant for the read, not for what this thread does next.
                    Thread.interrupted();
                }
                return isClosed;
            }
        }
    }

    private final class HdfsWriter extends BlockWriter {
        private final String path;
        private final Path file;
        private final Path temporary;
        private final FSDataOutputStream out;
        private boolean isOpen = true;

        HdfsWriter(String path, Path file, Path temporary, FSDataOutputStream out) {
            this.path = path;
            this.file = file;
            this.temporary = temporary;
            this.out = out;
        }

        @Override
        public void write(int value) throws BlockStoreException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws BlockStoreException {
            try {
                out.write(source, offset, length);
            } catch (IOException e) {
                throw failure(path, e);
            }
        }

        @Override
        public void commit() throws BlockStoreException {
            rename(Rename.OVERWRITE);
        }

        @Override
        public void commitNew() throws BlockStoreException {
            try {
                rename(Rename.NONE);
            } catch (BlockStoreException e) {
                throw e.getCause() instanceof FileAlreadyExistsException ? exists(path) : e;
            }
        }

        private void rename(Rename how) throws BlockStoreException {
            try {
                out.hsync();
                out.close();
                files.rename(temporary, file, how);
                isOpen = false;
            } catch (IOException e) {
                IOException cause = e instanceof RemoteException remote ? remote.unwrapRemoteException() : e;
                throw failure(path, cause);
            }
        }

        @Override
        public void close() throws BlockStoreException {
            if (!isOpen) {
                return;
            }
            isOpen = false;
            try {
                out.close();
            } catch (IOException e) {
                LOG.debug("{}: given up: {}", path, e.getMessage());
            }
            try {
                files.delete(temporary, false);
            } catch (IOException e) {
                throw failure(path, e);
            }
        }
    }
}
