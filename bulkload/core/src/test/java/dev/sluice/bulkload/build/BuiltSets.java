package dev.sluice.bulkload.build;

import dev.sluice.bulkload.fileset.FileSetLocation;
import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SstFile;
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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.SstFileReader;
import org.rocksdb.SstFileReaderIterator;

/** Sets as the tests read them back, and what they should hold. Bytes are compared in hex, whose order is the same. */
final class BuiltSets {
    private BuiltSets() {}

    /** The rows of every partition of a set in a local store, each checked as a load would. */
    static List<SortedMap<String, String>> read(Path root, FileSetLocation location, long nowWallMs) throws Exception {
        try (LocalBlockStore store = LocalBlockStore.below(root)) {
            FileSetSource source = new FileSetSource(store, location);
            int partitionCount = source.readInfo().partitionCount();
            List<SortedMap<String, String>> partitions = new ArrayList<>();
            for (int i = 0; i < partitionCount; i++) {
                int partition = i;
                Manifest manifest = source.partition(i).readManifest();
                new PartitionVerifier(new LocalFileSystem())
                        .verify(
                                new VerifyRequest(
                                        manifest,
                                        file -> root.resolve(location.filePath(partition, file.name())),
                                        i,
                                        partitionCount,
                                        VerifyMode.FULL,
                                        true,
                                        nowWallMs),
                                new StopSignal(),
                                progress -> {});
                SortedMap<String, String> rows = new TreeMap<>();
                for (SstFile file : manifest.files()) {
                    readInto(rows, root.resolve(location.filePath(i, file.name())));
                }
                partitions.add(rows);
            }
            return partitions;
        }
    }

    /** What a set of those rows should hold: the last row of each key, in a map for each partition. */
    static List<SortedMap<String, String>> model(List<Row> rows, int partitionCount, long nowWallMs) {
        List<SortedMap<String, String>> partitions = new ArrayList<>();
        for (int i = 0; i < partitionCount; i++) {
            partitions.add(new TreeMap<>());
        }
        HexFormat hex = HexFormat.of();
        for (Row row : rows) {
            byte[] key = StoredKey.of(row.hashKey(), row.sortKey());
            int expireTs = row.ttlSeconds() == 0 ? 0 : (int) (StoredValue.expiryNow(nowWallMs) + row.ttlSeconds());
            int partition = PartitionHash.partitionIndex(PartitionHash.ofStoredKey(key), partitionCount);
            partitions.get(partition).put(hex.formatHex(key), hex.formatHex(StoredValue.of(expireTs, 0, row.value())));
        }
        return partitions;
    }

    static RowSource source(List<Row> rows) {
        Iterator<Row> iterator = rows.iterator();
        return new RowSource() {
            private long line;

            @Override
            public @Nullable Row next() {
                line++;
                return iterator.hasNext() ? iterator.next() : null;
            }

            @Override
            public long line() {
                return line;
            }
        };
    }

    private static void readInto(SortedMap<String, String> rows, Path sst) throws Exception {
        HexFormat hex = HexFormat.of();
        try (Options options = new Options();
                SstFileReader reader = new SstFileReader(options)) {
            reader.open(sst.toString());
            try (ReadOptions readOptions = new ReadOptions();
                    SstFileReaderIterator iterator = reader.newIterator(readOptions)) {
                for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
                    if (rows.put(hex.formatHex(iterator.key()), hex.formatHex(iterator.value())) != null) {
                        throw new IOException(sst + ": a key stands in two files");
                    }
                }
            }
        }
    }
}
