package dev.sluice.bulkload.spark;

import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.FileSetLocation;
import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.sst.SstMerge;
import dev.sluice.bulkload.store.FileSetSource;
import dev.sluice.bulkload.store.LocalBlockStore;
import dev.sluice.bulkload.verify.PartitionVerifier;
import dev.sluice.bulkload.verify.VerifyMode;
import dev.sluice.bulkload.verify.VerifyRequest;
import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.common.data.PartitionHash;
import dev.sluice.common.data.StoredKey;
import dev.sluice.common.data.StoredValue;
import dev.sluice.common.file.LocalFileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** A set on disk as a load would read it, and what it should hold. Bytes are compared in hex, whose order is the same. */
final class WrittenSet {
    static final FileSetLocation LOCATION = new FileSetLocation("", "c1", "orders");

    private WrittenSet() {}

    static BulkLoadInfo info(Path root) throws Exception {
        try (LocalBlockStore store = LocalBlockStore.below(root)) {
            return new FileSetSource(store, LOCATION).readInfo();
        }
    }

    static Manifest manifest(Path root, int partition) throws Exception {
        try (LocalBlockStore store = LocalBlockStore.below(root)) {
            return new FileSetSource(store, LOCATION).partition(partition).readManifest();
        }
    }

    /** The rows of every partition, each file and row verified. Fails if there are files that nobody names. */
    static List<SortedMap<String, String>> read(Path root) throws Exception {
        SortedSet<String> named = new TreeSet<>();
        named.add(FileSetLocation.INFO_NAME);
        List<SortedMap<String, String>> partitions = new ArrayList<>();
        int partitionCount = info(root).partitionCount();
        for (int i = 0; i < partitionCount; i++) {
            int partition = i;
            Manifest manifest = manifest(root, partition);
            named.add(partition + "/" + FileSetLocation.MANIFEST_NAME);
            manifest.files().forEach(file -> named.add(partition + "/" + file.name()));
            VerifyRequest request = new VerifyRequest(
                    manifest,
                    file -> root.resolve(LOCATION.filePath(partition, file.name())),
                    partition,
                    partitionCount,
                    VerifyMode.FULL,
                    true,
                    System.currentTimeMillis());
            new PartitionVerifier(new LocalFileSystem()).verify(request, new StopSignal(), progress -> {});
            partitions.add(rows(manifest.files().stream()
                    .map(file -> root.resolve(LOCATION.filePath(partition, file.name())))
                    .toList()));
        }
        if (!names(root).equals(named)) {
            throw new AssertionError("the set names " + named + ", there are " + names(root));
        }
        return partitions;
    }

    /** All files below the set's directory, as they are. */
    static SortedSet<String> names(Path root) throws IOException {
        Path directory = root.resolve(LOCATION.directory());
        SortedSet<String> names = new TreeSet<>();
        if (Files.exists(directory)) {
            try (Stream<Path> files = Files.walk(directory)) {
                files.filter(Files::isRegularFile)
                        .forEach(file -> names.add(directory.relativize(file).toString()));
            }
        }
        return names;
    }

    private static SortedMap<String, String> rows(List<Path> files) throws IOException {
        HexFormat hex = HexFormat.of();
        SortedMap<String, String> rows = new TreeMap<>();
        try (SstMerge merge = new SstMerge(files)) {
            while (merge.next()) {
                rows.put(hex.formatHex(merge.key()), hex.formatHex(merge.value()));
            }
            if (merge.duplicates() != 0) {
                throw new AssertionError(merge.duplicates() + " rows stand twice in " + files);
            }
        }
        return rows;
    }

    /** What a set should hold. */
    static final class Model {
        private final List<SortedMap<String, String>> partitions = new ArrayList<>();

        Model(int partitionCount) {
            for (int i = 0; i < partitionCount; i++) {
                partitions.add(new TreeMap<>());
            }
        }

        void put(byte[] hashKey, byte[] sortKey, byte[] value) {
            byte[] key = StoredKey.of(hashKey, sortKey);
            int partition = PartitionHash.partitionIndex(PartitionHash.ofStoredKey(key), partitions.size());
            HexFormat hex = HexFormat.of();
            partitions.get(partition).put(hex.formatHex(key), hex.formatHex(StoredValue.of(0, 0, value)));
        }

        List<SortedMap<String, String>> partitions() {
            return partitions;
        }
    }
}
