package dev.sluice.replica.engine;

import dev.sluice.common.data.StoredValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableSet;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.RocksIteratorInterface;
import org.rocksdb.SstFileReader;
import org.rocksdb.SstFileReaderIterator;
import org.rocksdb.WriteBatch;

/**
 * Rows of a load from behind that an expired row would hide. For such a load an expired row does not exist; but RocksDB knows
 * nothing of expiry, and shows what is above. So these rows are written once more, above.
 *
 * <p>Which rows have expired is asked as of one moment, the epoch of the publish, so that every replica does the same. They are
 * found before the publish, and looked at again within it: meanwhile a row may have been written or removed.
 */
final class ExpiredCover {
    /** So many rows are walked over to the next key before it is sought. */
    private static final int STEPS_MAX = 16;

    private final long loadId;
    private final int expiryNow;
    private final List<Path> staged;
    private final NavigableSet<byte[]> keys = new ConcurrentSkipListSet<>(Arrays::compareUnsigned);

    /** @param epoch of the publish: milliseconds of the leader's wall clock when it was decided, or a little later */
    ExpiredCover(long loadId, long epoch, List<Path> staged) {
        this.loadId = loadId;
        this.expiryNow = StoredValue.expiryNow(epoch);
        this.staged = List.copyOf(staged);
    }

    boolean isOf(long otherLoadId, List<Path> otherStaged) {
        return loadId == otherLoadId && staged.equals(otherStaged);
    }

    /** A row is written, while rows are looked for or after that; on any thread. */
    void onWritten(byte[] key, byte @Nullable [] value) {
        if (value != null && StoredValue.hasExpired(value, expiryNow)) {
            keys.add(key);
        }
    }

    /** Looks through the staged files and the rows in their range, past the cache that readers need. */
    void find(RocksDB db, ColumnFamilyHandle family) throws RocksDBException {
        try (ReadOptions passing = new ReadOptions().setFillCache(false);
                RocksIterator rows = db.newIterator(family, passing)) {
            for (Path file : staged) {
                read(file, loaded -> {
                    loaded.seekToFirst();
                    findIn(rows, loaded);
                });
            }
        }
    }

    private void findIn(RocksIterator rows, SstFileReaderIterator loaded) throws RocksDBException {
        if (!loaded.isValid()) {
            loaded.status();
            return;
        }
        rows.seek(loaded.key());
        while (loaded.isValid() && rows.isValid()) {
            int order = Arrays.compareUnsigned(rows.key(), loaded.key());
            if (order == 0) {
                onWritten(rows.key(), rows.value());
                loaded.next();
                rows.next();
            } else if (order < 0) {
                advance(rows, loaded.key());
            } else {
                advance(loaded, rows.key());
            }
        }
        rows.status();
        loaded.status();
    }

    private static void advance(RocksIteratorInterface iterator, byte[] to) {
        iterator.next();
        for (int step = 1; iterator.isValid() && Arrays.compareUnsigned(keyOf(iterator), to) < 0; step++) {
            if (step == STEPS_MAX) {
                iterator.seek(to);
                return;
            }
            iterator.next();
        }
    }

    private static byte[] keyOf(RocksIteratorInterface iterator) {
        return iterator instanceof RocksIterator rows ? rows.key() : ((SstFileReaderIterator) iterator).key();
    }

    /** Adds the loaded rows whose place only an expired row takes to the batch; returns how many. */
    int uncover(WriteBatch batch, RocksDB db, ColumnFamilyHandle family, ReadOptions readOptions)
            throws RocksDBException {
        List<byte[]> open = new ArrayList<>();
        for (byte[] key : keys) {
            byte[] value = db.get(family, readOptions, key);
            if (value != null && StoredValue.hasExpired(value, expiryNow)) {
                open.add(key);
            }
        }
        int[] uncovered = new int[1];
        for (Path file : open.isEmpty() ? List.<Path>of() : staged) {
            read(file, loaded -> {
                for (byte[] key : open) {
                    loaded.seek(key);
                    if (loaded.isValid() && Arrays.equals(loaded.key(), key)) {
                        batch.put(family, key, loaded.value());
                        uncovered[0]++;
                    }
                }
                loaded.status();
            });
        }
        return uncovered[0];
    }

    private interface Reading {
        void read(SstFileReaderIterator loaded) throws RocksDBException;
    }

    private static void read(Path file, Reading reading) throws RocksDBException {
        try (Options options = new Options();
                ReadOptions readOptions = new ReadOptions();
                SstFileReader reader = new SstFileReader(options)) {
            reader.open(file.toString());
            try (SstFileReaderIterator loaded = reader.newIterator(readOptions)) {
                reading.read(loaded);
            }
        }
    }
}
