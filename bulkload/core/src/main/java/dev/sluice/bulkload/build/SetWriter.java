package dev.sluice.bulkload.build;

import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.FileSetLocation;
import dev.sluice.bulkload.fileset.Manifest;
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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.IntFunction;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a set into its place in a store. The description goes first and comes last, so that a set without one is known to be
 * incomplete, and no file is ever replaced by another of the same name, so that a load never sees a mixture.
 */
final class SetWriter {
    private static final Logger LOG = LoggerFactory.getLogger(SetWriter.class);
    private static final int BUFFER_BYTES = 256 * 1024;

    private final BlockStore store;
    private final FileSetLocation location;
    private final boolean hasSidecars;
    private final ConcurrentLinkedQueue<String> written = new ConcurrentLinkedQueue<>();
    private final List<String> superseded = new ArrayList<>();

    SetWriter(BlockStore store, FileSetLocation location, boolean hasSidecars) {
        this.store = store;
        this.location = location;
        this.hasSidecars = hasSidecars;
    }

    /** Takes the description of an older set away, and notes its files. */
    void begin() throws IOException {
        noteSuperseded();
        store.delete(location.infoPath());
        store.delete(sidecar(location.infoPath()));
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

    void put(int partitionIndex, Manifest manifest) throws IOException {
        String path = location.manifestPath(partitionIndex);
        written.add(path);
        putSmall(path, manifest.toJson());
    }

    /** The set is complete with this. What only the older set had is deleted. */
    void end(BulkLoadInfo info) throws IOException {
        putSidecar(location.infoPath(), info.toJson());
        // Nobody else has written one since this build took the old one away, or its files and ours are mixed.
        try (BlockWriter writer = store.create(location.infoPath())) {
            writer.write(info.toJson());
            writer.commitNew();
        }
        Set<String> kept = new HashSet<>(written);
        for (String path : superseded) {
            if (!kept.contains(path)) {
                deleteQuietly(path);
            }
        }
    }

    /** Takes back what was written. */
    void giveUp() {
        written.forEach(this::deleteQuietly);
    }

    private void noteSuperseded() {
        FileSetSource old = new FileSetSource(store, location);
        try {
            int partitionCount = old.readInfo().partitionCount();
            for (int i = 0; i < partitionCount; i++) {
                Manifest manifest = old.partition(i).readManifest();
                superseded.add(location.manifestPath(i));
                for (SstFile file : manifest.files()) {
                    superseded.add(location.filePath(i, file.name()));
                }
            }
        } catch (SourceException e) {
            // No older set, or not a whole one: only what is known to belong to one may be deleted.
            LOG.debug("{}: no older set to replace: {}", location.directory(), e.getMessage());
        }
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
