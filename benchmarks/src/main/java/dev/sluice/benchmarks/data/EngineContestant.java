package dev.sluice.benchmarks.data;

import dev.sluice.bulkload.fileset.FileSetLocation;
import dev.sluice.common.data.PartitionHash;
import dev.sluice.common.data.StoredKey;
import dev.sluice.common.data.StoredValue;
import dev.sluice.replica.engine.Engine;
import dev.sluice.replica.engine.EngineOptions;
import dev.sluice.replica.engine.EngineSnapshot;
import dev.sluice.replica.engine.RocksEngineFactory;
import dev.sluice.replica.mutation.Change.Publish;
import dev.sluice.replica.mutation.Change.RowChange;
import dev.sluice.wire.bulkload.LoadMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The engine itself, on the calling thread: one RocksDB per partition with the options of a replica server, the same file
 * set published. No log, no replication, no network: the limit of what a server can do with one thread.
 */
final class EngineContestant implements Contestant, AutoCloseable {
    private final RocksEngineFactory factory = new RocksEngineFactory(EngineOptions.DEFAULT);
    private final List<Engine> engines = new ArrayList<>();
    private final long[] decrees;

    private EngineContestant(int partitions) {
        decrees = new long[partitions];
    }

    static EngineContestant open(Path directory, FileSetLocation fileSet, int partitions) throws IOException {
        EngineContestant contestant = new EngineContestant(partitions);
        try {
            for (int i = 0; i < partitions; i++) {
                Path place = directory.resolve(Integer.toString(i));
                Files.createDirectories(place.getParent());
                Engine engine = contestant.factory.open(place);
                contestant.engines.add(engine);
                contestant.decrees[i] = 1;
                engine.publish(1, new Publish(1, LoadMode.MERGE, 1, ""), sstFiles(Path.of(fileSet.partitionPath(i))));
            }
            return contestant;
        } catch (IOException | RuntimeException e) {
            contestant.close();
            throw e;
        }
    }

    private static List<Path> sstFiles(Path partition) throws IOException {
        try (Stream<Path> files = Files.list(partition)) {
            return files.filter(file -> file.toString().endsWith(".sst"))
                    .sorted()
                    .toList();
        }
    }

    @Override
    public String name() {
        return "engine, one thread";
    }

    @Override
    public int inFlightMax() {
        return 1;
    }

    @Override
    public void read(long row, Done done) {
        byte[] key = StoredKey.of(DataSet.hashKey(row), DataSet.sortKey(row));
        byte[] value = engines.get(partitionOf(key)).get(key);
        done.done(value != null && StoredValue.userData(value).length > 0);
    }

    @Override
    public void write(long row, byte[] value, Done done) {
        byte[] key = StoredKey.of(DataSet.hashKey(row), DataSet.sortKey(row));
        int partition = partitionOf(key);
        byte[] stored = StoredValue.of(StoredValue.NEVER, StoredValue.timetagOf(0), value);
        engines.get(partition).apply(++decrees[partition], List.of(new RowChange(key, stored)));
        done.done(true);
    }

    @Override
    public void scan(long row, int rowsMax, Done done) {
        byte[] hashKey = DataSet.hashKey(row);
        byte[] key = StoredKey.of(hashKey, DataSet.sortKey(row));
        byte[] end = StoredKey.after(StoredKey.of(hashKey, new byte[0]));
        int bytes = 0;
        try (EngineSnapshot snapshot = engines.get(partitionOf(key)).snapshot();
                EngineSnapshot.Cursor cursor = snapshot.cursor()) {
            cursor.seek(key);
            int rows = 0;
            while (rows < rowsMax && cursor.isValid() && isBefore(cursor.key(), end)) {
                bytes += StoredValue.userData(cursor.value()).length;
                rows++;
                cursor.next();
            }
        }
        done.done(bytes > 0);
    }

    @Override
    public void close() {
        engines.forEach(Engine::close);
        factory.close();
    }

    private int partitionOf(byte[] key) {
        return PartitionHash.partitionIndex(PartitionHash.ofStoredKey(key), engines.size());
    }

    private static boolean isBefore(byte[] key, byte[] end) {
        return java.util.Arrays.compareUnsigned(key, end) < 0;
    }
}
