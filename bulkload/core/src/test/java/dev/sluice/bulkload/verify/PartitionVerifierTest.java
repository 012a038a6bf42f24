package dev.sluice.bulkload.verify;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.Remedy;
import dev.sluice.bulkload.fileset.SourceException;
import dev.sluice.bulkload.fileset.SstFile;
import dev.sluice.bulkload.fileset.SstFileName;
import dev.sluice.bulkload.sst.SstOptions;
import dev.sluice.bulkload.sst.SstWriter;
import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.bulkload.work.StoppedException;
import dev.sluice.common.data.PartitionHash;
import dev.sluice.common.data.StoredKey;
import dev.sluice.common.data.StoredValue;
import dev.sluice.common.file.LocalFileSystem;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.AbstractComparator;
import org.rocksdb.ComparatorOptions;
import org.rocksdb.EnvOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.SstFileWriter;

/** B.13: what must be found before anything becomes visible. */
class PartitionVerifierTest {
    private static final long NOW_MS = 1_800_000_000_000L;
    private static final byte[] VALUE = StoredValue.of(0, 0, "value".getBytes(UTF_8));

    @TempDir
    Path directory;

    private final LocalFileSystem files = new LocalFileSystem();
    private final List<SstFile> listed = new ArrayList<>();

    @Test
    void rowsOfThePartitionPass() throws Exception {
        Map<byte[], byte[]> rows = rows(0, 4, 20_000);
        write("1.sst", rows);
        VerifyProgress result = verify(0, 4);
        assertThat(result.rows()).isEqualTo(rows.size());
        assertThat(result.filesDone()).isEqualTo(1);
    }

    /** B.14. */
    @Test
    void noFilesPass() throws Exception {
        assertThat(verify(0, 4).filesDone()).isZero();
    }

    @Test
    void emptyHashKeysAndLongKeysPass() throws Exception {
        Map<byte[], byte[]> rows = sorted();
        rows.put(StoredKey.of(new byte[0], "sort".getBytes(UTF_8)), VALUE);
        rows.put(StoredKey.of(new byte[0], new byte[0]), VALUE);
        rows.put(StoredKey.of(new byte[60_000], new byte[100_000]), VALUE);
        rows.put(StoredKey.of(new byte[1], new byte[1]), VALUE);
        write("1.sst", rows);
        assertThat(verify(0, 1).rows()).isEqualTo(4);
    }

    @Test
    void aKeyOfAnotherPartitionIsFound() throws Exception {
        write("1.sst", rows(0, 4, 1000));
        assertThatThrownBy(() -> verify(1, 4))
                .isInstanceOf(SourceException.class)
                .hasMessageContaining("1.sst: row 1: key ")
                .hasMessageContaining("belongs to partition 0 of 4, not to 1");
    }

    @Test
    void aKeyThatIsNoStoredKeyIsFound() throws Exception {
        writeRow(new byte[] {0, 9, 'x'}, VALUE);
        assertRefused("key 000978 '..x' is not a stored key: it announces a hash key of 9 bytes");
    }

    @Test
    void aKeyWithoutALengthIsFound() throws Exception {
        writeRow(new byte[] {7}, VALUE);
        assertRefused("is not a stored key: shorter than 2 bytes");
    }

    @Test
    void aValueShorterThanItsHeaderIsFound() throws Exception {
        writeRow(StoredKey.of("h".getBytes(UTF_8), new byte[0]), new byte[11]);
        assertRefused("has a value of 11 bytes, shorter than the header");
    }

    /** What value version 0 looks like: user data where the timetag should be. */
    @Test
    void aTimetagLaterThanTodayIsFound() throws Exception {
        byte[] version0 = ByteBuffer.allocate(20)
                .putInt(0)
                .put("user data of v0".getBytes(UTF_8))
                .array();
        writeRow(StoredKey.of("h".getBytes(UTF_8), new byte[0]), version0);
        assertRefused("has a timetag later than today");
    }

    @Test
    void aTimetagOfTodayPasses() throws Exception {
        writeRow(
                StoredKey.of("h".getBytes(UTF_8), new byte[0]),
                StoredValue.of(0, StoredValue.timetagOf(NOW_MS * 1000), new byte[0]));
        assertThat(verify(0, 1).rows()).isEqualTo(1);
    }

    @Test
    void aFlippedBitIsFoundWithoutAnMd5() throws Exception {
        write("1.sst", rows(0, 1, 20_000));
        flip("1.sst", 20_000);
        assertThatThrownBy(() -> verify(0, 1)).isInstanceOfSatisfying(SourceException.class, e -> {
            assertThat(e.file()).isEqualTo("1.sst");
            assertThat(e.remedy()).isEqualTo(Remedy.FIX_THE_SOURCE);
        });
    }

    /** The manifest's MD5 was right when the file came, so the disk is at fault and not the set. */
    @Test
    void aBitThatFlipsAfterTheDownloadIsTheNodesFault() throws Exception {
        write("1.sst", rows(0, 1, 20_000));
        SstFile file = listed.get(0);
        listed.set(
                0, new SstFile(file.name(), file.size(), Md5.of(files, directory.resolve("1.sst"), new StopSignal())));
        assertThat(verify(0, 1).filesDone()).isEqualTo(1);
        flip("1.sst", 20_000);
        assertThatThrownBy(() -> verify(0, 1))
                .hasMessageContaining("changed on this disk")
                .isInstanceOfSatisfying(
                        SourceException.class, e -> assertThat(e.remedy()).isEqualTo(Remedy.NODE));
    }

    @Test
    void aTruncatedFileIsFound() throws Exception {
        write("1.sst", rows(0, 1, 20_000));
        byte[] content = Files.readAllBytes(directory.resolve("1.sst"));
        list("1.sst", java.util.Arrays.copyOf(content, content.length - 100));
        assertRefused("1.sst");
    }

    @Test
    void whatIsNoSstFileIsFound() throws Exception {
        list("1.sst", "this is no table, it is a text that is long enough to have had a footer".getBytes(UTF_8));
        assertRefused("1.sst");
    }

    @Test
    void aFileThatADatabaseWroteIsFound() throws Exception {
        Path db = directory.resolve("db");
        try (Options options = new Options().setCreateIfMissing(true);
                RocksDB database = RocksDB.open(options, db.toString());
                FlushOptions flush = new FlushOptions().setWaitForFlush(true)) {
            database.put(StoredKey.of("h".getBytes(UTF_8), new byte[0]), VALUE);
            database.flush(flush);
            Path sst = db.resolve(files.list(db).stream()
                    .filter(name -> name.endsWith(".sst"))
                    .findFirst()
                    .orElseThrow());
            list("1.sst", Files.readAllBytes(sst));
        }
        assertRefused("was written by a database");
    }

    @Test
    void deletesAndMergesAreFound() throws Exception {
        rawWriter("1.sst", new Options(), writer -> {
            writer.put(StoredKey.of("a".getBytes(UTF_8), new byte[0]), VALUE);
            writer.delete(StoredKey.of("b".getBytes(UTF_8), new byte[0]));
        });
        assertRefused("1.sst: has 1 deletes");
        listed.clear();
        rawWriter(
                "2.sst", new Options(), writer -> writer.merge(StoredKey.of("b".getBytes(UTF_8), new byte[0]), VALUE));
        assertRefused("2.sst: has 1 merge operands");
    }

    @Test
    void anotherOrderOfKeysIsFoundByTheNameOfItsComparator() throws Exception {
        try (Options options = new Options().setComparator(org.rocksdb.BuiltinComparator.REVERSE_BYTEWISE_COMPARATOR)) {
            rawWriter("1.sst", options, writer -> {
                writer.put(StoredKey.of("b".getBytes(UTF_8), new byte[0]), VALUE);
                writer.put(StoredKey.of("a".getBytes(UTF_8), new byte[0]), VALUE);
            });
        }
        assertRefused("is sorted by rocksdb.ReverseBytewiseComparator");
    }

    @Test
    void unsortedKeysAreFound() throws Exception {
        writeWithForgedOrder(new String[] {"b", "a", "c"}, false);
        assertRefused("is not sorted: the one before it is key 000162 '..b'");
    }

    @Test
    void aKeyThatStandsTwiceIsFound() throws Exception {
        writeWithForgedOrder(new String[] {"a", "b", "b"}, true);
        assertRefused("twice");
    }

    @Test
    void overlappingFilesPassForMergeAndNotForBehind() throws Exception {
        Map<byte[], byte[]> rows = rows(0, 1, 100);
        write("1.sst", rows);
        write("2.sst", rows);
        assertThat(verify(0, 1).filesDone()).isEqualTo(2);
        assertThatThrownBy(() -> verify(request(0, 1, VerifyMode.FULL, true), new StopSignal()))
                .hasMessageContaining("overlaps 1.sst at key ");
    }

    @Test
    void filesSideBySidePassForBehind() throws Exception {
        Map<byte[], byte[]> one = sorted();
        Map<byte[], byte[]> two = sorted();
        rows(0, 1, 100).forEach((key, value) -> (one.size() < 50 ? one : two).put(key, value));
        write("2.sst", two);
        write("1.sst", one);
        assertThat(verify(request(0, 1, VerifyMode.FULL, true), new StopSignal())
                        .rows())
                .isEqualTo(100);
    }

    @Test
    void checksumModeLooksAtNoRowAndSizeModeAtNoBlock() throws Exception {
        write("1.sst", rows(0, 4, 20_000));
        VerifyRequest wrongPartition = request(1, 4, VerifyMode.CHECKSUM, false);
        assertThat(verify(wrongPartition, new StopSignal()).rows()).isZero();
        flip("1.sst", 20_000);
        assertThatThrownBy(() -> verify(wrongPartition, new StopSignal())).isInstanceOf(SourceException.class);
        assertThat(verify(request(1, 4, VerifyMode.SIZE, false), new StopSignal())
                        .filesDone())
                .isEqualTo(1);
        listed.set(0, new SstFile(new SstFileName("1.sst"), 1, ""));
        assertThatThrownBy(() -> verify(request(1, 4, VerifyMode.SIZE, false), new StopSignal()))
                .hasMessageContaining("expected 1 bytes");
    }

    /** B.6. */
    @Test
    void itStopsOnRequest() throws Exception {
        write("1.sst", rows(0, 1, 20_000));
        StopSignal stop = new StopSignal();
        List<Long> seen = new ArrayList<>();
        assertThatThrownBy(() -> new PartitionVerifier(files)
                        .verify(request(0, 1, VerifyMode.FULL, false), stop, progress -> {
                            seen.add(progress.rows());
                            stop.stop();
                        }))
                .isInstanceOf(StoppedException.class);
        assertThat(seen).hasSize(1);
    }

    private void assertRefused(String reason) {
        assertThatThrownBy(() -> verify(0, 1)).isInstanceOfSatisfying(SourceException.class, e -> {
            assertThat(e.getMessage()).contains(reason);
            assertThat(e.remedy()).isEqualTo(Remedy.FIX_THE_SOURCE);
        });
    }

    private VerifyProgress verify(int partitionIndex, int partitionCount) throws Exception {
        return verify(request(partitionIndex, partitionCount, VerifyMode.FULL, false), new StopSignal());
    }

    private VerifyProgress verify(VerifyRequest request, StopSignal stop) throws Exception {
        return new PartitionVerifier(files).verify(request, stop, progress -> {});
    }

    private VerifyRequest request(int partitionIndex, int partitionCount, VerifyMode mode, boolean isForBehind) {
        return new VerifyRequest(
                new Manifest(listed),
                file -> directory.resolve(file.name().value()),
                partitionIndex,
                partitionCount,
                mode,
                isForBehind,
                NOW_MS);
    }

    private static Map<byte[], byte[]> sorted() {
        return new TreeMap<>(java.util.Arrays::compareUnsigned);
    }

    private static Map<byte[], byte[]> rows(int partitionIndex, int partitionCount, int candidates) {
        Map<byte[], byte[]> rows = sorted();
        for (int i = 0; i < candidates; i++) {
            byte[] key = StoredKey.of(("user" + i / 3).getBytes(UTF_8), ("sort" + i).getBytes(UTF_8));
            if (PartitionHash.partitionIndex(PartitionHash.ofStoredKey(key), partitionCount) == partitionIndex) {
                rows.put(key, VALUE);
            }
        }
        return rows;
    }

    private void write(String name, Map<byte[], byte[]> rows) throws Exception {
        try (SstWriter writer = new SstWriter(n -> directory.resolve(name), SstOptions.DEFAULTS)) {
            for (Map.Entry<byte[], byte[]> row : rows.entrySet()) {
                writer.add(row.getKey(), row.getValue());
            }
            writer.finish();
        }
        listed.add(new SstFile(new SstFileName(name), Files.size(directory.resolve(name)), ""));
    }

    private void writeRow(byte[] key, byte[] value) throws Exception {
        Map<byte[], byte[]> rows = sorted();
        rows.put(key, value);
        write("1.sst", rows);
    }

    private void list(String name, byte[] content) throws Exception {
        Files.write(directory.resolve(name), content);
        listed.clear();
        listed.add(new SstFile(new SstFileName(name), content.length, ""));
    }

    private void flip(String name, int position) throws Exception {
        byte[] content = Files.readAllBytes(directory.resolve(name));
        content[position] ^= 1;
        Files.write(directory.resolve(name), content);
    }

    /** Writes keys in the order of the array, with a comparator that lies about its name. */
    private void writeWithForgedOrder(String[] order, boolean equalIsMore) throws Exception {
        List<String> keys = List.of(order);
        try (ComparatorOptions comparatorOptions = new ComparatorOptions();
                AbstractComparator liar = new AbstractComparator(comparatorOptions) {
                    @Override
                    public String name() {
                        return "leveldb.BytewiseComparator";
                    }

                    @Override
                    public int compare(ByteBuffer a, ByteBuffer b) {
                        int byPlace = Integer.compare(place(a), place(b));
                        return byPlace == 0 && equalIsMore ? 1 : byPlace;
                    }

                    private int place(ByteBuffer key) {
                        return keys.indexOf(String.valueOf((char) key.get(key.position() + 2)));
                    }
                };
                Options options = new Options().setComparator(liar)) {
            rawWriter("1.sst", options, writer -> {
                for (String key : order) {
                    writer.put(StoredKey.of(key.getBytes(UTF_8), new byte[0]), VALUE);
                }
            });
        }
    }

    private void rawWriter(String name, Options options, Writing writing) throws Exception {
        try (options;
                EnvOptions envOptions = new EnvOptions();
                SstFileWriter writer = new SstFileWriter(envOptions, options)) {
            writer.open(directory.resolve(name).toString());
            writing.write(writer);
            writer.finish();
        }
        listed.add(new SstFile(new SstFileName(name), Files.size(directory.resolve(name)), ""));
    }

    private interface Writing {
        void write(SstFileWriter writer) throws Exception;
    }
}
