package dev.sluice.replica.engine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileReader;
import org.rocksdb.SstFileReaderIterator;

/**
 * From the first to the last key of a file, both included. RocksDB compares these where it takes no two files of a range, so
 * that a gap between rows does not help.
 *
 * @param of what a message calls the file
 */
@SuppressWarnings("ArrayRecordComponent") // compared by its parts only
record FileKeyRange(String of, byte[] first, byte[] last) {
    /**
     * The range of an SST file; empty if it has no rows.
     *
     * @param options to read it with; if they have a block cache, then the file's index, filter and outer blocks are in it
     *     afterwards
     */
    static Optional<FileKeyRange> ofFile(Path file, Options options) throws RocksDBException {
        try (ReadOptions readOptions = new ReadOptions();
                SstFileReader reader = new SstFileReader(options)) {
            reader.open(file.toString());
            try (SstFileReaderIterator rows = reader.newIterator(readOptions)) {
                rows.seekToFirst();
                if (!rows.isValid()) {
                    rows.status();
                    return Optional.empty();
                }
                byte[] first = rows.key();
                rows.seekToLast();
                rows.status();
                return Optional.of(new FileKeyRange(String.valueOf(file.getFileName()), first, rows.key()));
            }
        }
    }

    /** Two of the ranges that meet, in words; empty if there are none. */
    static Optional<String> findOverlap(List<FileKeyRange> ranges) {
        List<FileKeyRange> sorted = new ArrayList<>(ranges);
        sorted.sort(Comparator.comparing(FileKeyRange::first, Arrays::compareUnsigned));
        for (int i = 1; i < sorted.size(); i++) {
            FileKeyRange one = sorted.get(i - 1);
            FileKeyRange next = sorted.get(i);
            if (Arrays.compareUnsigned(one.last, next.first) >= 0) {
                return Optional.of(one + " and " + next
                        + " have keys in the same range, of which RocksDB takes one file there; load them with mode merge or"
                        + " replace");
            }
        }
        return Optional.empty();
    }

    @Override
    public String toString() {
        HexFormat hex = HexFormat.of();
        return of + " (" + hex.formatHex(first) + " to " + hex.formatHex(last) + ")";
    }
}
