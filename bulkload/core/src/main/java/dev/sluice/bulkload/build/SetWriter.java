package dev.sluice.bulkload.build;

import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.FileSetLocation;
import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.Remedy;
import dev.sluice.bulkload.fileset.SourceException;
import dev.sluice.bulkload.fileset.SstFacts;
import dev.sluice.bulkload.fileset.SstFile;
import dev.sluice.bulkload.fileset.SstFileName;
import dev.sluice.bulkload.store.BlockStore;
import dev.sluice.bulkload.store.BlockStoreException;
import dev.sluice.bulkload.store.BlockWriter;
import dev.sluice.bulkload.store.FileSetSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.IntFunction;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a set into its place in a store.
 *
 * <p>Files have names that no other build has, so that they can come in beside an older set, which stays whole meanwhile. Then the
 * older description goes, the manifests are replaced, and the new description comes last: a set without one is known to be
 * incomplete, and one whose manifests are not those of its description to be a mixture.
 */
final class SetWriter {
    private static final Logger LOG = LoggerFactory.getLogger(SetWriter.class);
    private static final int BUFFER_BYTES = 256 * 1024;

    private final BlockStore store;
    private final FileSetLocation location;
    private final boolean hasSidecars;
    private final ConcurrentLinkedQueue<String> written = new ConcurrentLinkedQueue<>();
    private boolean mayBeNamed;

    SetWriter(BlockStore store, FileSetLocation location, boolean hasSidecars) {
        this.store = store;
        this.location = location;
        this.hasSidecars = hasSidecars;
    }

    /** The set that was there, as far as it can be read. */
    private record Older(Optional<BulkLoadInfo> info, Map<Integer, Manifest> manifests) {
        boolean isWhole() {
            return info.isPresent() && manifests.size() == info.get().partitionCount();
        }
    }

    /**
     * Brings a file into the store. The local file is gone afterwards.
     *
     * @param facts of the file, given its CRC32C
     */
    SstFile put(int partitionIndex, SstFileName name, Path localFile, IntFunction<SstFacts> facts) throws IOException {
        long size = Files.size(localFile);
        CRC32C crc = new CRC32C();
        String md5 = md5(localFile, crc);
        String path = location.filePath(partitionIndex, name);
        written.add(path);
        store.take(localFile, path);
        putSidecar(path, md5, size);
        Files.deleteIfExists(localFile);
        return new SstFile(name, size, md5, Optional.of(facts.apply((int) crc.getValue())));
    }

    /** The same with a file that is in the store already, and stays there. */
    SstFile copy(int partitionIndex, SstFileName name, String from, SstFile file) throws IOException {
        String path = location.filePath(partitionIndex, name);
        written.add(path);
        store.copy(from, path);
        putSidecar(path, file.md5(), file.size());
        return new SstFile(name, file.size(), file.md5(), file.facts());
    }

    /**
     * Makes the files that were put a set, in place of the one that was there, whose files go. If it fails the older set is there
     * again, or the message says that it is not.
     *
     * @param info with the digests of the manifests
     */
    void commit(BulkLoadInfo info, List<Manifest> manifests) throws IOException {
        Older older = readOlder();
        Set<Integer> touched = new TreeSet<>();
        try {
            deleteSmall(location.infoPath());
            for (int index : older.manifests.keySet()) {
                if (index >= manifests.size()) {
                    touched.add(index);
                    deleteSmall(location.manifestPath(index));
                }
            }
            for (int i = 0; i < manifests.size(); i++) {
                touched.add(i);
                putSmall(location.manifestPath(i), manifests.get(i).toJson());
            }
            putDescription(info);
        } catch (IOException e) {
            Optional<BulkLoadInfo> found = descriptionAfter(e);
            if (found.isPresent() && !found.equals(Optional.of(info)) && !found.equals(older.info)) {
                throw new IOException(
                        store.describe(location.infoPath())
                                + ": another build has written it meanwhile; its manifests and those of this build may be"
                                + " mixed, so build the set anew",
                        e);
            }
            if (!found.equals(Optional.of(info))) {
                putBack(older, touched, found.isEmpty(), e);
                throw e;
            }
            LOG.info("{}: the set is complete, though the store said: {}", location.directory(), e.getMessage());
        }
        for (Map.Entry<Integer, Manifest> each : older.manifests.entrySet()) {
            for (SstFile file : each.getValue().files()) {
                deleteQuietly(location.filePath(each.getKey(), file.name()));
            }
        }
    }

    /** Takes back what was written, unless a description may be there that names it. */
    void giveUp() {
        if (!mayBeNamed) {
            written.forEach(this::deleteQuietly);
        }
    }

    /** A build does not begin to replace what it could not read for now. */
    private Older readOlder() throws IOException {
        FileSetSource source = new FileSetSource(store, location);
        Map<Integer, Manifest> manifests = new TreeMap<>();
        Optional<BulkLoadInfo> info = Optional.ofNullable(readOrNull(source::readInfo));
        for (int i = 0; info.isPresent() && i < info.get().partitionCount(); i++) {
            Manifest manifest = readOrNull(source.partition(i)::readManifest);
            if (manifest != null) {
                manifests.put(i, manifest);
            }
        }
        return new Older(info, manifests);
    }

    private interface Read<T> {
        T read() throws SourceException;
    }

    /** Null if it is not there, or not what it should be. */
    private static <T> @Nullable T readOrNull(Read<T> read) throws IOException {
        try {
            return read.read();
        } catch (SourceException e) {
            if (e.remedy() != Remedy.FIX_THE_SOURCE) {
                throw new IOException("the older set cannot be read: " + e.getMessage(), e);
            }
            LOG.debug("nothing to replace: {}", e.getMessage());
            return null;
        }
    }

    /** What is there after a failure: the answer to the last put may have been lost. */
    private Optional<BulkLoadInfo> descriptionAfter(IOException failure) throws IOException {
        try {
            return Optional.ofNullable(readOrNull(new FileSetSource(store, location)::readInfo));
        } catch (IOException e) {
            mayBeNamed = true;
            e.addSuppressed(failure);
            throw new IOException(
                    store.describe(location.directory())
                            + ": it is not known whether the set is there (sluice fileset verify" + " tells): "
                            + failure.getMessage(),
                    e);
        }
    }

    private void putBack(Older older, Set<Integer> touched, boolean hasNoDescription, IOException failure)
            throws IOException {
        try {
            for (int index : touched) {
                Manifest manifest = older.manifests.get(index);
                if (manifest == null) {
                    deleteSmall(location.manifestPath(index));
                } else {
                    putSmall(location.manifestPath(index), manifest.toJson());
                }
            }
            if (hasNoDescription && older.isWhole()) {
                putDescription(older.info.orElseThrow());
            }
        } catch (IOException e) {
            e.addSuppressed(failure);
            throw new IOException(
                    store.describe(location.directory())
                            + ": the new set is not complete, and the older one could not be put" + " back: "
                            + failure.getMessage(),
                    e);
        }
    }

    /** Nobody else has written one since the older one was taken away, or files of two builds would be mixed. */
    private void putDescription(BulkLoadInfo info) throws IOException {
        try (BlockWriter writer = store.create(location.infoPath())) {
            writer.write(info.toJson());
            writer.commitNew();
        }
        putSidecar(location.infoPath(), info.toJson());
    }

    private void deleteSmall(String path) throws IOException {
        store.delete(path);
        store.delete(sidecar(path));
    }

    private void deleteQuietly(String path) {
        try {
            store.delete(path);
            store.delete(sidecar(path));
        } catch (BlockStoreException e) {
            LOG.warn("{}: could not be deleted: {}", path, e.getMessage());
        }
    }

    private void putSmall(String path, byte[] content) throws IOException {
        putBytes(path, content);
        putSidecar(path, content);
    }

    private void putSidecar(String path, byte[] content) throws IOException {
        putSidecar(path, HexFormat.of().formatHex(newMd5().digest(content)), content.length);
    }

    private void putSidecar(String path, String md5, long size) throws IOException {
        if (hasSidecars) {
            String json = "{\"md5\":\"" + md5 + "\",\"size\":" + size + "}";
            putBytes(sidecar(path), json.getBytes(StandardCharsets.UTF_8));
        }
    }

    private void putBytes(String path, byte[] content) throws IOException {
        try (BlockWriter writer = store.create(path)) {
            writer.write(content);
            writer.commit();
        }
    }

    private static String sidecar(String path) {
        int slash = path.lastIndexOf('/');
        return path.substring(0, slash + 1) + "." + path.substring(slash + 1) + ".meta";
    }

    private static String md5(Path file, Checksum beside) throws IOException {
        MessageDigest digest = newMd5();
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream in = Files.newInputStream(file)) {
            int read;
            while ((read = in.read(buffer)) > 0) {
                digest.update(buffer, 0, read);
                beside.update(buffer, 0, read);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest newMd5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has MD5", e);
        }
    }
}
