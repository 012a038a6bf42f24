package dev.sluice.integration.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.FileSetLocation;
import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SstFile;
import dev.sluice.bulkload.fileset.SstFileName;
import dev.sluice.bulkload.repack.Repacker;
import dev.sluice.bulkload.store.BlockStores;
import dev.sluice.bulkload.store.testing.InMemoryBlockStore;
import dev.sluice.bulkload.store.testing.StoreFault;
import dev.sluice.common.data.PartitionHash;
import dev.sluice.common.data.StoredValue;
import dev.sluice.common.file.FileSystem;
import dev.sluice.meta.state.App;
import dev.sluice.replica.mutation.Change.Publish;
import dev.sluice.replica.mutation.Change.RowChange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/** File sets in a store, in the engine twin's format, and what is in them. */
final class FileSets {
    static final String STORE = "memory";
    static final String CLUSTER = "simulated";

    private static final List<StoreFault> FAULTS = List.of(StoreFault.values());

    private final InMemoryBlockStore store = new InMemoryBlockStore();
    private final BlockStores stores = new BlockStores(List.of()).with(STORE, store);
    /** By digest of a partition's manifest. */
    private final Map<String, List<RowChange>> rowsByManifest = new HashMap<>();
    /** Files in the store, and the digests of the manifests that list them. */
    private final Map<String, String> manifestsByPath = new TreeMap<>();
    /** Manifests that list a file whose content is another one. */
    private final Set<String> damaged = new HashSet<>();

    BlockStores stores() {
        return stores;
    }

    /**
     * Writes a set of rows below a root; the values say which set they are from.
     *
     * @param expiry of all rows
     * @param filesMax of a partition
     * @param overlap whether an older version of all rows stands in the first file of a partition
     */
    void write(String root, App app, List<byte[]> keys, int expiry, int filesMax, boolean overlap) {
        FileSetLocation location = new FileSetLocation(root, CLUSTER, app.name());
        List<TreeMap<byte[], byte[]>> rows = new ArrayList<>();
        for (int i = 0; i < app.partitionCount(); i++) {
            rows.add(new TreeMap<>(Arrays::compareUnsigned));
        }
        for (byte[] key : keys) {
            int index = PartitionHash.partitionIndex(PartitionHash.ofStoredKey(key), app.partitionCount());
            rows.get(index).put(key, StoredValue.of(expiry, 1, root.getBytes(UTF_8)));
        }
        List<Manifest> manifests = new ArrayList<>();
        for (int i = 0; i < app.partitionCount(); i++) {
            List<List<RowChange>> files = split(rows.get(i), filesMax);
            if (overlap && !rows.get(i).isEmpty()) {
                byte[] older = StoredValue.of(StoredValue.NEVER, 1, ("older than " + root).getBytes(UTF_8));
                files.add(
                        0,
                        rows.get(i).keySet().stream()
                                .map(key -> new RowChange(key, older))
                                .toList());
            }
            manifests.add(writePartition(location, i, files));
        }
        BulkLoadInfo info = new BulkLoadInfo(app.id(), app.name(), app.partitionCount()).withManifests(manifests);
        store.put(location.infoPath(), info.toJson());
    }

    private static List<List<RowChange>> split(Map<byte[], byte[]> rows, int filesMax) {
        List<List<RowChange>> files = new ArrayList<>();
        int perFile = Math.max(1, (rows.size() + filesMax - 1) / filesMax);
        rows.forEach((key, value) -> {
            if (files.isEmpty() || files.get(files.size() - 1).size() == perFile) {
                files.add(new ArrayList<>());
            }
            files.get(files.size() - 1).add(new RowChange(key, value));
        });
        return files;
    }

    private Manifest writePartition(FileSetLocation location, int index, List<List<RowChange>> files) {
        List<SstFile> listed = new ArrayList<>();
        for (int i = 0; i < files.size(); i++) {
            byte[] content = bytes(files.get(i));
            SstFileName name = new SstFileName(i + ".sst");
            store.put(location.filePath(index, name), content);
            listed.add(new SstFile(name, content.length, md5(content)));
        }
        Manifest manifest = new Manifest(listed);
        store.put(location.manifestPath(index), manifest.toJson());
        rowsByManifest.put(
                manifest.digest(), files.stream().flatMap(List::stream).toList());
        listed.forEach(file -> manifestsByPath.put(location.filePath(index, file.name()), manifest.digest()));
        return manifest;
    }

    /** Lets something go wrong with one file of a set, and says what; the set is damaged for good, or fails a few reads. */
    String fail(String root, Chance chance) {
        List<String> paths = manifestsByPath.keySet().stream()
                .filter(path -> path.startsWith(root + "/"))
                .toList();
        if (paths.isEmpty()) {
            return "nothing";
        }
        String path = paths.get(chance.nextInt(paths.size()));
        if (chance.oneIn(4)) {
            byte[] content = store.content(path);
            content[chance.nextInt(content.length)] ^= 1;
            store.put(path, content);
            damaged.add(manifestsByPath.get(path));
            return "file damaged";
        }
        StoreFault fault = FAULTS.get(chance.nextInt(FAULTS.size()));
        for (int i = chance.nextInt(4); i >= 0; i--) {
            store.failReads(path, fault);
        }
        return fault.toString();
    }

    /** What a publish brings to its partition; fails for a set that must not be published. */
    List<RowChange> rowsOf(Publish publish) {
        if (damaged.contains(publish.manifestDigest())) {
            throw new AssertionError(publish + ": a damaged file was published");
        }
        return Objects.requireNonNull(rowsByManifest.get(publish.manifestDigest()), publish.manifestDigest());
    }

    /** Reads a staged file. */
    static List<RowChange> read(FileSystem files, Path path) throws IOException {
        ByteBuffer content;
        try (FileSystem.File file = files.openForRead(path)) {
            content = ByteBuffer.allocate((int) file.size());
            file.read(content, 0);
            content.flip();
        }
        List<RowChange> rows = new ArrayList<>();
        while (content.hasRemaining()) {
            byte[] key = new byte[content.getInt()];
            content.get(key);
            byte[] value = new byte[content.getInt()];
            content.get(value);
            rows.add(new RowChange(key, value));
        }
        return rows;
    }

    /** Writes the rows of staged files to one. */
    static List<Path> repack(FileSystem files, List<Path> sources, Path directory) throws IOException {
        TreeMap<byte[], byte[]> rows = new TreeMap<>(Arrays::compareUnsigned);
        for (Path source : sources) {
            read(files, source).forEach(row -> rows.put(row.key(), Objects.requireNonNull(row.value())));
        }
        List<RowChange> merged = new ArrayList<>();
        rows.forEach((key, value) -> merged.add(new RowChange(key, value)));
        Path target = directory.resolve(Repacker.fileName(0));
        try (FileSystem.File file = files.create(target)) {
            file.write(ByteBuffer.wrap(bytes(merged)), 0);
            file.sync();
        }
        files.syncDirectory(directory);
        return List.of(target);
    }

    private static byte[] bytes(List<RowChange> rows) {
        int size = rows.stream()
                .mapToInt(row -> 8 + row.key().length + Objects.requireNonNull(row.value()).length)
                .sum();
        ByteBuffer content = ByteBuffer.allocate(size);
        for (RowChange row : rows) {
            byte[] value = Objects.requireNonNull(row.value());
            content.putInt(row.key().length).put(row.key()).putInt(value.length).put(value);
        }
        return content.array();
    }

    private static String md5(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has MD5", e);
        }
    }
}
