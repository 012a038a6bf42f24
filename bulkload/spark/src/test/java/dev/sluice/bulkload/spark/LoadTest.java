package dev.sluice.bulkload.spark;

import static dev.sluice.bulkload.spark.WrittenSet.LOCATION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.FileSetLocation;
import dev.sluice.bulkload.fileset.Manifest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Timestamp;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sets as jobs read them. */
class LoadTest {
    private static final SparkSession SPARK = TestSession.SPARK;

    @TempDir
    private Path root;

    @TempDir
    private Path temp;

    private Dataset<Row> input = SPARK.emptyDataFrame();

    @BeforeEach
    void writeASet() {
        input = SPARK.sql("SELECT 'u' || (id % 50) AS hash_key, 'f' || id AS sort_key, 'v' || id * 7 AS value,"
                + " IF(id % 4 = 0, 3600, NULL) AS ttl FROM range(0, 1000, 1, 3)");
        input.write()
                .format("sluice")
                .option("partitions", 4)
                .option("fileSize", 4096)
                .save(path());
    }

    @AfterEach
    void heal() {
        FaultyFileSystem.heal();
    }

    @Test
    void theRowsAreThoseThatWereWritten() {
        Dataset<Row> rows =
                SPARK.read().format("sluice").option("tempDir", temp.toString()).load(path());

        assertThat(rows.schema().simpleString())
                .isEqualTo("struct<hash_key:binary,sort_key:binary,value:binary,expires_at:timestamp,partition:int>");
        Dataset<Row> texts = rows.selectExpr("string(hash_key)", "string(sort_key)", "string(value)");
        Dataset<Row> wanted = input.select("hash_key", "sort_key", "value");
        assertThat(texts.exceptAll(wanted).count()).isZero();
        assertThat(wanted.exceptAll(texts).count()).isZero();
        assertThat(rows.select("partition").distinct().count()).isEqualTo(4);
        assertThat(rows.rdd().getNumPartitions()).isEqualTo(4);
        assertThat(temp).isEmptyDirectory();
    }

    @Test
    void anExpiryIsATimeAndNoneIsNull() {
        List<Row> expiries = SPARK.read()
                .format("sluice")
                .load(path())
                .selectExpr("expires_at", "string(sort_key)")
                .collectAsList();
        Timestamp now = new Timestamp(System.currentTimeMillis());
        Timestamp later = new Timestamp(System.currentTimeMillis() + 3600_000);
        for (Row row : expiries) {
            if (Integer.parseInt(row.getString(1).substring(1)) % 4 == 0) {
                assertThat(row.getTimestamp(0)).isBetween(now, later);
            } else {
                assertThat(row.isNullAt(0)).isTrue();
            }
        }
        assertThat(expiries).hasSize(1000);
    }

    @Test
    void aViewOfSqlIsASet() {
        SPARK.sql("CREATE TEMPORARY VIEW orders USING sluice OPTIONS (path '" + path() + "')");
        try {
            assertThat(SPARK.sql("SELECT count(*) FROM orders").first().getLong(0))
                    .isEqualTo(1000);
            assertThat(SPARK.sql("SELECT string(value) FROM orders WHERE string(sort_key) = 'f3'")
                            .first()
                            .getString(0))
                    .isEqualTo("v21");
        } finally {
            SPARK.catalog().dropTempView("orders");
        }
    }

    @Test
    void aFileThatIsNotWhatTheManifestSaysIsRefused() throws Exception {
        Manifest manifest = WrittenSet.manifest(root, 1);
        Path file = root.resolve(LOCATION.filePath(1, manifest.files().get(0).name()));
        byte[] content = Files.readAllBytes(file);
        content[10] ^= 1;
        Files.write(file, content);
        Dataset<Row> rows = SPARK.read().format("sluice").load(path());
        assertThatThrownBy(rows::count).hasStackTraceContaining("expected MD5");

        Files.write(file, new byte[1], StandardOpenOption.APPEND);
        assertThatThrownBy(rows::count).hasStackTraceContaining("bytes, found");
    }

    @Test
    void aSetWithoutAllOfItsManifestsIsRefused() throws Exception {
        Files.delete(root.resolve(LOCATION.manifestPath(3)));
        Dataset<Row> rows = SPARK.read().format("sluice").load(path());
        assertThatThrownBy(rows::count).hasStackTraceContaining("3/" + FileSetLocation.MANIFEST_NAME);
    }

    @Test
    void aManifestOfAnotherBuildIsRefused() throws Exception {
        Path manifest = root.resolve(LOCATION.manifestPath(2));
        byte[] content = Files.readAllBytes(manifest);
        input.limit(900)
                .write()
                .format("sluice")
                .option("partitions", 4)
                .mode("overwrite")
                .save(path());
        Files.write(manifest, content);
        Dataset<Row> rows = SPARK.read().format("sluice").load(path());
        assertThatThrownBy(rows::count).hasStackTraceContaining("is not the one that bulk_load_info was written for");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSetThatIsReplacedWhileItsManifestsAreReadIsRefused(boolean isReplaced) throws Exception {
        Path info = root.resolve(LOCATION.directory()).resolve(FileSetLocation.INFO_NAME);
        Files.write(info, new BulkLoadInfo(1, "orders", 4).toJson());
        Dataset<Row> rows = SPARK.read().format("sluice").load("faulty:" + root.resolve(LOCATION.directory()));
        assertThat(rows.count()).isEqualTo(1000);

        FaultyFileSystem.failOnOpen(file -> {
            if (file.getName().equals(FileSetLocation.MANIFEST_NAME)
                    && file.getParent().getName().equals("2")) {
                replace(info, isReplaced);
            }
            return false;
        });
        assertThatThrownBy(rows::count)
                .hasStackTraceContaining(
                        isReplaced
                                ? "orders: the set was replaced while its manifests were read, read it again"
                                : "orders: the set is being replaced, read it again when that is done");
    }

    private static void replace(Path info, boolean byAnother) {
        try {
            Files.delete(info);
            if (byAnother) {
                Files.write(info, new BulkLoadInfo(2, "orders", 4).toJson());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String path() {
        return "file:" + root.resolve(LOCATION.directory());
    }
}
