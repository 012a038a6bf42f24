package dev.sluice.integration.load;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SstFile;
import dev.sluice.bulkload.fileset.SstFileName;
import dev.sluice.client.ClientException;
import dev.sluice.client.LoadStatus;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.data.PartitionHash;
import dev.sluice.common.data.StoredKey;
import dev.sluice.common.data.StoredValue;
import dev.sluice.wire.bulkload.BulkLoadStatus;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.rocksdb.AbstractComparator;
import org.rocksdb.ComparatorOptions;
import org.rocksdb.EnvOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.SstFileWriter;

/** B.13: a bad source is refused with file, replica and reason, and no row of it is ever visible. Each fault is a row. */
final class BadSourceTest {
    private static final String APP = "orders";
    private static final int PARTITIONS = 2;
    private static final int ROWS = 40;
    /** More than any disk here; file systems have no room for the size itself much above. */
    private static final long HUGE_BYTES = 1L << 43;

    private static final byte[] VALUE = StoredValue.of(0, 0, "value".getBytes(UTF_8));

    @TempDir
    private static Path directory;

    private static LoadCluster cluster;

    @BeforeAll
    static void startCluster() throws Exception {
        cluster = new LoadCluster(directory);
        cluster.create(APP, PARTITIONS);
        cluster.put(APP, LoadCluster.key(1), "own");
    }

    @AfterAll
    static void stopCluster() {
        cluster.close();
    }

    /** What is done to a good set. */
    private interface Damage {
        void to(Path set) throws Exception;
    }

    private static Arguments row(String fault, String words, Damage damage) {
        return Arguments.of(fault, words, damage);
    }

    static Stream<Arguments> refusedByTheStart() {
        return Stream.of(
                row("no info", "read bulk_load_info failed", set -> Files.delete(info(set))),
                row("malformed info", "bulk_load_info damaged", set -> Files.writeString(info(set), "{\"app_id\":")),
                row("another app", "app_id is 99", set -> Files.write(info(set), infoOf(99, PARTITIONS))),
                row("another partition count", "partition_count is 3", set -> Files.write(info(set), infoOf(0, 3))),
                row(
                        "another value version",
                        "value_version is 0",
                        set -> Files.writeString(
                                info(set),
                                "{\"app_id\":0,\"app_name\":\"a\",\"partition_count\":2,\"value_version\":0}")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refusedByTheStart")
    void b13TheStartIsRefused(String fault, String words, Damage damage) throws Exception {
        buildAndDamage(damage);
        assertThatThrownBy(() -> cluster.start(APP))
                .as(fault)
                .isInstanceOf(ClientException.class)
                .hasMessageContaining(words);
        assertThat(cluster.query(APP).isEnded()).isTrue();
    }

    static Stream<Arguments> foundByTheLeader() {
        return Stream.of(
                row("no manifest", "0/bulk_load_metadata", set -> Files.delete(manifest(set))),
                row(
                        "malformed manifest",
                        "0/bulk_load_metadata: not JSON",
                        set -> Files.writeString(manifest(set), "{")),
                row(
                        "a name with two dots",
                        "'../1/a.sst' is not one element of a path",
                        set -> name(set, "../1/a.sst")),
                row("an absolute name", "'/etc/passwd' is not one element of a path", set -> name(set, "/etc/passwd")),
                row("no file", "no such file", set -> Files.delete(onlySst(set))),
                row("another size", "bytes, found ", set -> {
                    Path sst = onlySst(set);
                    list(set, new SstFile(name(sst), Files.size(sst) + 1, md5(sst)));
                }),
                row(
                        "sizes that do not add up",
                        "but the sizes add up to 0",
                        set -> Files.writeString(manifest(set), "{\"files\":[],\"file_total_size\":7}")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("foundByTheLeader")
    void b13TheLoadFailsBeforeAnythingIsFetched(String fault, String words, Damage damage) throws Exception {
        LoadStatus end = loadDamaged(damage);
        assertThat(end.hint()).as(fault).contains(gpid() + ", ").contains(words);
    }

    /** B.21: what the start or the leader would find is found without a start, too. */
    @ParameterizedTest(name = "{0}")
    @MethodSource({"refusedByTheStart", "foundByTheLeader"})
    void b21ADryRunFindsIt(String fault, String words, Damage damage) throws Exception {
        buildAndDamage(damage);
        String before = cluster.query(APP).toString();
        assertThatThrownBy(() -> cluster.dryRun(APP))
                .as(fault)
                .isInstanceOf(ClientException.class)
                .hasMessageContaining(words);
        assertThat(cluster.query(APP)).hasToString(before);
    }

    /** B.13: a file that no disk has room for; it takes no room itself. The groups stay as they are. */
    @Test
    void b13ASetThatFitsNowhereFailsTheLoadAndShrinksNoGroup() throws Exception {
        List<String> before = cluster.configurations(APP);
        LoadStatus end = loadDamaged(
                set -> {
                    try (RandomAccessFile huge = new RandomAccessFile(bad(set).toFile(), "rw")) {
                        huge.setLength(HUGE_BYTES);
                    }
                    list(set, new SstFile(name(bad(set)), HUGE_BYTES, "0123456789abcdef0123456789abcdef"));
                },
                ErrorCode.ERR_DISK_INSUFFICIENT);
        assertThat(end.hint()).containsPattern("127\\.0\\.0\\.1:\\d+: \\d+ bytes needed .* only \\d+ bytes are free");
        assertThat(cluster.configurations(APP)).isEqualTo(before);
    }

    static Stream<Arguments> foundByAReplica() {
        return Stream.of(
                row("another MD5", "expected md5 0123456789abcdef0123456789abcdef", set -> {
                    Path sst = onlySst(set);
                    Path bad = sst.resolveSibling("bad.sst");
                    Files.move(sst, bad);
                    list(set, new SstFile(name(bad), Files.size(bad), "0123456789abcdef0123456789abcdef"));
                }),
                row("no SST file", "", set -> {
                    Files.writeString(bad(set), "this is no table, it is a text that is long enough to have a footer");
                    listBad(set);
                }),
                row("unsorted keys", "is not sorted", set -> {
                    List<byte[]> keys = keysOf(0);
                    forge(set, keys.get(1), keys.get(0), keys.get(2));
                }),
                row("a key twice", "twice", set -> {
                    List<byte[]> keys = keysOf(0);
                    forge(set, keys.get(0), keys.get(1), keys.get(1));
                }),
                row(
                        "a key of another partition",
                        "belongs to partition 1 of 2, not to 0",
                        set -> write(set, keysOf(1).get(0), VALUE)),
                row(
                        "a value without its header",
                        "shorter than the header",
                        set -> write(set, keysOf(0).get(0), new byte[11])),
                row(
                        "a timetag of tomorrow",
                        "timetag later than today",
                        set -> write(
                                set,
                                keysOf(0).get(0),
                                ByteBuffer.allocate(16)
                                        .putInt(0)
                                        .put("user data v0".getBytes(UTF_8))
                                        .array())),
                row("written by a database", "was written by a database", BadSourceTest::writeByDatabase));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("foundByAReplica")
    void b13TheLoadFailsWithFileReplicaAndReason(String fault, String words, Damage damage) throws Exception {
        LoadStatus end = loadDamaged(damage);
        assertThat(end.hint()).as(fault).contains(gpid() + " on 127.0.0.1:").contains("bad.sst", words);
    }

    @Test
    void b15ASetOfHundredsOfTinyFilesIsRefusedBeforeAnythingIsFetched() throws Exception {
        LoadStatus end = loadDamaged(
                set -> {
                    List<SstFile> tiny = new ArrayList<>();
                    for (int i = 0; i < 501; i++) {
                        tiny.add(new SstFile(new SstFileName(i + ".sst"), 1_000, ""));
                    }
                    Files.write(manifest(set), new Manifest(tiny).toJson());
                },
                ErrorCode.ERR_INVALID_PARAMETERS);
        assertThat(end.hint())
                .contains("0/bulk_load_metadata: lists 501 files of 1000 bytes on average, expected at most 500");
    }

    // ---- Loads

    private static void buildAndDamage(Damage damage) throws Exception {
        Path set = cluster.fileSet(APP);
        if (Files.exists(set)) {
            try (Stream<Path> all = Files.walk(set)) {
                for (Path path : all.sorted((a, b) -> b.compareTo(a)).toList()) {
                    Files.delete(path);
                }
            }
        }
        cluster.buildSet(APP, PARTITIONS, ROWS, "loaded-");
        // As others write it: what is wrong then is not found out by the digests of the manifests.
        Files.write(info(set), infoOf(0, PARTITIONS));
        damage.to(set);
    }

    private static LoadStatus loadDamaged(Damage damage) throws Exception {
        return loadDamaged(damage, ErrorCode.ERR_CORRUPTION);
    }

    private static LoadStatus loadDamaged(Damage damage, ErrorCode error) throws Exception {
        buildAndDamage(damage);
        cluster.start(APP);
        LoadStatus end = cluster.awaitEnd(APP, BulkLoadStatus.BLS_FAILED);
        assertThat(end.error()).isEqualTo(error);
        assertThat(cluster.stagedOnDisk()).isEmpty();
        assertThat(cluster.get(APP, LoadCluster.key(1))).isEqualTo("own");
        assertThat(cluster.rowsThatAllReplicasAgreeOn(APP, PARTITIONS)).isEqualTo(1);
        return end;
    }

    private static String gpid() {
        return cluster.client().admin().app(APP).getAppId() + ".0";
    }

    // ---- The set, of which partition 0 is made bad

    private static Path info(Path set) {
        return set.resolve("bulk_load_info");
    }

    private static byte[] infoOf(int appId, int partitions) {
        return new BulkLoadInfo(appId, APP, partitions).toJson();
    }

    private static Path manifest(Path set) {
        return set.resolve("0/bulk_load_metadata");
    }

    private static Path bad(Path set) {
        return set.resolve("0/bad.sst");
    }

    private static Path onlySst(Path set) throws IOException {
        try (Stream<Path> all = Files.list(set.resolve("0"))) {
            return all.filter(path -> !path.equals(manifest(set))).findFirst().orElseThrow();
        }
    }

    private static SstFileName name(Path sst) {
        return new SstFileName(sst.getFileName().toString());
    }

    private static void name(Path set, String name) throws IOException {
        String file = "{\"name\":\"" + name + "\",\"size\":1,\"md5\":\"\"}";
        Files.writeString(manifest(set), "{\"files\":[" + file + "],\"file_total_size\":1}");
    }

    private static void list(Path set, SstFile file) throws IOException {
        Files.write(manifest(set), new Manifest(List.of(file)).toJson());
    }

    private static void listBad(Path set) throws Exception {
        list(set, new SstFile(name(bad(set)), Files.size(bad(set)), md5(bad(set))));
    }

    private static String md5(Path file) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(Files.readAllBytes(file)));
    }

    /** Some keys of that partition, sorted. */
    private static List<byte[]> keysOf(int partition) {
        List<byte[]> keys = new ArrayList<>();
        for (int i = 100; keys.size() < 3; i++) {
            byte[] key = StoredKey.of(("user" + i).getBytes(UTF_8), new byte[0]);
            if (PartitionHash.partitionIndex(PartitionHash.ofStoredKey(key), PARTITIONS) == partition) {
                keys.add(key);
            }
        }
        return keys;
    }

    private static void write(Path set, byte[] key, byte[] value) throws Exception {
        try (Options options = new Options();
                EnvOptions envOptions = new EnvOptions();
                SstFileWriter writer = new SstFileWriter(envOptions, options)) {
            writer.open(bad(set).toString());
            writer.put(key, value);
            writer.finish();
        }
        listBad(set);
    }

    /** Writes keys in that order, with a comparator that lies about its name. */
    private static void forge(Path set, byte[]... keys) throws Exception {
        try (ComparatorOptions comparatorOptions = new ComparatorOptions();
                AbstractComparator liar = new AsGiven(comparatorOptions, List.of(keys));
                Options options = new Options().setComparator(liar);
                EnvOptions envOptions = new EnvOptions();
                SstFileWriter writer = new SstFileWriter(envOptions, options)) {
            writer.open(bad(set).toString());
            for (byte[] key : keys) {
                writer.put(key, VALUE);
            }
            writer.finish();
        }
        listBad(set);
    }

    /** Keys ascend in the order in which they are given, also one that is given again. */
    private static final class AsGiven extends AbstractComparator {
        private final List<byte[]> keys;

        AsGiven(ComparatorOptions options, List<byte[]> keys) {
            super(options);
            this.keys = keys;
        }

        @Override
        public String name() {
            return "leveldb.BytewiseComparator";
        }

        @Override
        public int compare(ByteBuffer a, ByteBuffer b) {
            int byPlace = Integer.compare(place(a), place(b));
            return byPlace == 0 ? 1 : byPlace;
        }

        private int place(ByteBuffer key) {
            for (int i = 0; i < keys.size(); i++) {
                if (ByteBuffer.wrap(keys.get(i)).equals(key)) {
                    return i;
                }
            }
            return -1;
        }
    }

    private static void writeByDatabase(Path set) throws Exception {
        Path database = Files.createTempDirectory(directory, "database");
        try (Options options = new Options().setCreateIfMissing(true);
                RocksDB db = RocksDB.open(options, database.toString());
                FlushOptions flush = new FlushOptions().setWaitForFlush(true)) {
            db.put(keysOf(0).get(0), VALUE);
            db.flush(flush);
            try (Stream<Path> all = Files.list(database)) {
                Path sst = all.filter(path -> path.toString().endsWith(".sst"))
                        .findFirst()
                        .orElseThrow();
                Files.copy(sst, bad(set));
            }
        }
        listBad(set);
    }
}
