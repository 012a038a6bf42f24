package dev.sluice.bulkload.spark;

import static dev.sluice.bulkload.spark.WrittenSet.LOCATION;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SetSignature;
import dev.sluice.bulkload.spark.WrittenSet.Model;
import dev.sluice.common.data.StoredValue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.stream.IntStream;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDB;

/** Sets that jobs write, as a load reads them. */
class SaveTest {
    private static final SparkSession SPARK = TestSession.SPARK;

    @TempDir
    private Path root;

    @TempDir
    private Path temp;

    @Test
    void aSetHasEveryRowInItsPartition() throws Exception {
        TestRows rows = TestRows.of(3000, 7, "a");
        writer(rows.data(), 7).option("fileSize", 4096).save(path());

        assertThat(WrittenSet.read(root)).isEqualTo(rows.model().partitions());
        assertThat(WrittenSet.info(root)).isEqualTo(described(new BulkLoadInfo(0, "orders", 7)));
        assertThat(WrittenSet.manifest(root, 0).files()).hasSizeGreaterThan(1);
        assertThat(IntStream.range(0, 7).mapToLong(this::rowsOf).sum()).isEqualTo(3000);
        assertThat(temp).as("what tasks wrote on their own disk").isEmptyDirectory();
    }

    @Test
    void aPartitionWithoutRowsHasAManifestWithoutFiles() throws Exception {
        TestRows rows = TestRows.of(1, 5, "a");
        writer(rows.data(), 5).option("app", "other").option("appId", 12).save(path());

        assertThat(WrittenSet.read(root)).isEqualTo(rows.model().partitions());
        assertThat(WrittenSet.info(root)).isEqualTo(described(new BulkLoadInfo(12, "other", 5)));
        assertThat(WrittenSet.names(root)).hasSize(1 + 5 + 1);
    }

    @Test
    void aSetIsSignedByTheDriverIfThereIsAKey() throws Exception {
        KeyPair keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        Path key = Files.writeString(
                temp.resolve("key.pem"),
                "-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getEncoder().encodeToString(keys.getPrivate().getEncoded())
                        + "\n-----END PRIVATE KEY-----\n");
        TestRows rows = TestRows.of(10, 2, "a");
        writer(rows.data(), 2).option("signKey", key.toString()).save(path());

        SetSignature.requireSigned(LOCATION.infoPath(), WrittenSet.info(root), keys.getPublic());
        assertThat(WrittenSet.read(root)).isEqualTo(rows.model().partitions());
    }

    @Test
    void aKeyThatCannotBeReadEndsTheJobBeforeItWrites() {
        assertThatThrownBy(() -> writer(TestRows.of(10, 2, "a").data(), 2)
                        .option("signKey", root.toString())
                        .save(path()))
                .hasMessageContaining(root + "': cannot be read on the driver's machine");
        assertThat(root).isEmptyDirectory();
    }

    @Test
    void aKeyInPlaceOfItsFileIsRefusedAndNotRepeated() {
        for (String key : List.of(
                "-----BEGIN PRIVATE KEY-----c2VjcmV0",
                "c2VjcmV0\nc2VjcmV0",
                "MC4CAQAwBQYDK2VwBCIEIc2VjcmV0",
                " MC4CAQAwBQYDK2VwBCIEIc2VjcmV0",
                "MFECAQEwBQYDK2VwBCIEIc2VjcmV0",
                "c2VjcmV0\0")) {
            assertThatThrownBy(() -> writer(TestRows.of(10, 2, "a").data(), 2)
                            .option("signKey", key)
                            .save(path()))
                    .hasMessageContaining("option signKey: expected the path of a file")
                    .hasMessageNotContaining("c2VjcmV0");
        }
        assertThatThrownBy(() -> writer(TestRows.of(10, 2, "a").data(), 2)
                        .option("sign_key", "c2VjcmV0")
                        .save(path()))
                .hasMessageContaining("option sign_key: no such option")
                .hasMessageNotContaining("c2VjcmV0");
        assertThat(root).isEmptyDirectory();
    }

    @Test
    void aSetWithoutRowsIsASet() throws Exception {
        TestRows rows = TestRows.of(0, 2, "a");
        writer(rows.data(), 2).save(path());

        assertThat(WrittenSet.read(root)).isEqualTo(rows.model().partitions());
    }

    @Test
    void overwriteReplacesTheOlderSet() throws Exception {
        writer(TestRows.of(600, 5, "a").data(), 5).save(path());
        SortedSet<String> older = WrittenSet.names(root);
        Path sidecar = root.resolve(LOCATION.directory()).resolve(".bulk_load_info.meta");
        Files.writeString(sidecar, "{}");

        TestRows newer = TestRows.of(500, 3, "b");
        writer(newer.data(), 3).mode("overwrite").save(path());

        assertThat(WrittenSet.read(root)).isEqualTo(newer.model().partitions());
        assertThat(WrittenSet.names(root))
                .doesNotContainAnyElementsOf(older.stream()
                        .filter(name -> name.endsWith(".sst") || name.startsWith("3/") || name.startsWith("4/"))
                        .toList());
        assertThat(root.resolve(LOCATION.directory()).resolve("4")).doesNotExist();
    }

    @Test
    void aSetCanBeMadeFromTheOneThatItReplaces() throws Exception {
        TestRows rows = TestRows.of(300, 4, "a");
        writer(rows.data(), 4).save(path());

        TestRows wider = TestRows.of(300, 6, "a");
        SPARK.read()
                .format("sluice")
                .load(path())
                .write()
                .format("sluice")
                .option("partitions", 6)
                .mode("overwrite")
                .save(path());

        assertThat(WrittenSet.read(root)).isEqualTo(wider.model().partitions());
    }

    @Test
    void onlyOverwriteTouchesASetThatExists() throws Exception {
        TestRows rows = TestRows.of(100, 2, "a");
        writer(rows.data(), 2).save(path());
        SortedSet<String> names = WrittenSet.names(root);

        DataFrameWriter<Row> again = writer(TestRows.of(50, 2, "b").data(), 2);
        assertThatThrownBy(() -> again.save(path()))
                .hasMessageContaining("orders: the set exists; mode(\"overwrite\") replaces it");
        assertThatThrownBy(() -> again.mode("append").save(path())).hasMessageContaining("a file set is never changed");
        again.mode("ignore").save(path());

        assertThat(WrittenSet.names(root)).isEqualTo(names);
        assertThat(WrittenSet.read(root)).isEqualTo(rows.model().partitions());
    }

    @Test
    void ofRowsWithTheSameKeyOneStays() throws Exception {
        List<Row> rows = new ArrayList<>();
        Model model = new Model(2);
        for (int i = 0; i < 400; i++) {
            rows.add(RowFactory.create("k" + i % 40, String.valueOf(1000 + i)));
        }
        for (int i = 360; i < 400; i++) {
            model.put(
                    ("k" + i % 40).getBytes(UTF_8),
                    new byte[0],
                    String.valueOf(1000 + i).getBytes(UTF_8));
        }
        Dataset<Row> data =
                data(rows, DataTypes.StringType, DataTypes.StringType).toDF("hash_key", "value");
        data.repartition(4).write().format("sluice").option("partitions", 2).save(path());

        assertThat(WrittenSet.read(root)).isEqualTo(model.partitions());
    }

    @Test
    void aTimeToLiveBecomesAnExpiry() throws Exception {
        long before = StoredValue.expiryNow(System.currentTimeMillis());
        List<Row> rows = List.of(
                RowFactory.create("a", "v", 100L), RowFactory.create("b", "v", 0L), RowFactory.create("c", "v", null));
        data(rows, DataTypes.StringType, DataTypes.StringType, DataTypes.LongType)
                .toDF("hash_key", "value", "ttl")
                .write()
                .format("sluice")
                .option("partitions", 1)
                .save(path());
        long after = StoredValue.expiryNow(System.currentTimeMillis());

        SortedMap<String, String> stored = WrittenSet.read(root).get(0);
        List<Long> expiries = stored.values().stream()
                .map(value -> (long) StoredValue.expireTsSeconds(HexFormat.of().parseHex(value)))
                .toList();
        assertThat(expiries.get(0)).isBetween(before + 100, after + 100);
        assertThat(expiries.subList(1, 3)).containsExactly(0L, 0L);
    }

    @Test
    void keysAndValuesMayBeAnyBytes() throws Exception {
        List<Row> rows = new ArrayList<>();
        Model model = new Model(3);
        for (int length : new int[] {0, 1, 2, 300, 65534}) {
            for (int first : new int[] {0, 127, 128, 255}) {
                byte[] hashKey = new byte[length];
                Arrays.fill(hashKey, (byte) first);
                byte[] sortKey = {(byte) first};
                byte[] value = length == 1 ? new byte[0] : hashKey;
                rows.add(RowFactory.create(hashKey, sortKey, value));
                model.put(hashKey, sortKey, value);
            }
        }
        data(rows, DataTypes.BinaryType, DataTypes.BinaryType, DataTypes.BinaryType)
                .toDF("HASH_KEY", "sort_key", "a.value")
                .write()
                .format("sluice")
                .option("partitions", 3)
                .option("value", "a.value")
                .save(path());

        assertThat(WrittenSet.read(root)).isEqualTo(model.partitions());
    }

    @Test
    void everyCompressionCanBeLoaded() throws Exception {
        TestRows rows = TestRows.of(200, 2, "a");
        for (String compression : List.of("none", "LZ4", "zstd")) {
            writer(rows.data(), 2)
                    .option("compression", compression)
                    .mode("overwrite")
                    .save(path());
            assertThat(WrittenSet.read(root))
                    .as(compression)
                    .isEqualTo(rows.model().partitions());
        }
    }

    @Test
    void aTableOfSqlIsWrittenAsASet() throws Exception {
        TestRows rows = TestRows.of(200, 3, "a");
        rows.data().createOrReplaceTempView("input");
        SPARK.sql("CREATE TABLE written USING sluice"
                + " OPTIONS (partitions 3, hashKey 'id', sortKey 'field', value 'v')"
                + " LOCATION '" + path() + "' AS SELECT * FROM input");
        try {
            assertThat(WrittenSet.read(root)).isEqualTo(rows.model().partitions());
        } finally {
            SPARK.catalog().dropTempView("input");
            SPARK.sql("DROP TABLE IF EXISTS written");
        }
    }

    @Test
    void theRocksDbOfSparkIsTheOneThatIsTested() {
        assertThat(RocksDB.rocksdbVersion().toString()).isEqualTo(System.getProperty("expected.rocksdb"));
    }

    @Test
    void eachPartitionHasASparkPartitionOfItsOwn() {
        int[] routes = Routes.of(50);
        List<Row> rows = Arrays.stream(routes).mapToObj(RowFactory::create).toList();
        List<Integer> sentTo = data(rows, DataTypes.IntegerType)
                .toDF("route")
                .repartition(50, org.apache.spark.sql.functions.col("route"))
                .withColumn("sent_to", org.apache.spark.sql.functions.spark_partition_id())
                .collectAsList()
                .stream()
                .map(row -> routes[row.getInt(1)] == row.getInt(0) ? row.getInt(1) : -1)
                .sorted()
                .toList();
        assertThat(sentTo).isEqualTo(IntStream.range(0, 50).boxed().toList());
    }

    private long rowsOf(int partition) {
        try {
            return WrittenSet.manifest(root, partition).rows().orElseThrow();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** The description with what it says of the manifests that are there. */
    private BulkLoadInfo described(BulkLoadInfo info) throws Exception {
        List<Manifest> manifests = new ArrayList<>();
        for (int i = 0; i < info.partitionCount(); i++) {
            manifests.add(WrittenSet.manifest(root, i));
        }
        return info.withManifests(manifests);
    }

    private DataFrameWriter<Row> writer(Dataset<Row> data, int partitions) {
        return data.write()
                .format("sluice")
                .option("partitions", partitions)
                .option("hashKey", "id")
                .option("sortKey", "field")
                .option("value", "v")
                .option("tempDir", temp.toString());
    }

    private static Dataset<Row> data(List<Row> rows, DataType... types) {
        StructType schema = new StructType();
        for (int i = 0; i < types.length; i++) {
            schema = schema.add("c" + i, types[i]);
        }
        return SPARK.createDataFrame(rows, schema);
    }

    private String path() {
        return "file:" + root.resolve(LOCATION.directory());
    }
}
