package dev.sluice.replica.engine;

import dev.sluice.replica.mutation.Change.RowChange;
import java.nio.file.Path;
import java.util.List;
import org.rocksdb.EnvOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileWriter;

/** Writes the small SST files of tests. */
final class Ssts {
    static {
        RocksDB.loadLibrary();
    }

    private Ssts() {}

    /** Rows in key order, none removed, into a file that does not exist. */
    static Path write(Path file, List<RowChange> rows) {
        try (EnvOptions environment = new EnvOptions();
                Options options = new Options();
                SstFileWriter writer = new SstFileWriter(environment, options)) {
            writer.open(file.toString());
            for (RowChange row : rows) {
                writer.put(row.key(), row.value());
            }
            writer.finish();
            return file;
        } catch (RocksDBException e) {
            throw new AssertionError(file + " cannot be written", e);
        }
    }
}
