package dev.sluice.bulkload.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is refused before a job begins, and the words that it is refused with. */
class OptionsTest {
    @TempDir
    private Path root;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "partitions|-|option partitions is missing: expected a number from 1 to 100000",
                "partitions|0|option partitions = '0': expected a number from 1 to 100000",
                "partitions|many|option partitions = 'many': expected a number from 1",
                "appId|-1|option appId = '-1': expected a number from 0",
                "app|` `|option app = ' ': expected a name",
                "fileSize|64m|option fileSize = '64m': expected a number of 1 or more",
                "compression|gzip|option compression = 'gzip': expected one of none, lz4, zstd",
                "partitons|8|option partitons: no such option, there are path, partitions, hashKey",
                "hashKey|uid|column 'uid' (option hashKey): is not there, expected one of type binary or string;"
                        + " the columns are id string, n double, twice string, twice string, v binary, ttl string",
                "value|n|column 'n' (option value): its type is double, expected binary or string",
                "value|twice|column 'twice' (option value): is there 2 times",
                "sortKey|s|column 's' (option sortKey): is not there",
                "ttl|-|column 'ttl' (option ttl): its type is string, expected int or bigint",
            })
    void aJobIsRefused(String option, String value, String reason) {
        Map<String, String> options =
                new HashMap<>(Map.of("partitions", "2", "hashKey", "id", "value", "v", "path", path()));
        if (value.equals("-")) {
            options.remove(option);
        } else {
            options.put(option, value);
        }
        // The type of the input's column ttl is wrong, which is found last.
        assertThatThrownBy(
                        () -> data().write().format("sluice").options(options).save())
                .hasMessageContaining(reason);
        assertThat(root).isEmptyDirectory();
    }

    @Test
    void aPathThatCannotBeASetIsRefused() {
        assertThatThrownBy(() -> data().write()
                        .format("sluice")
                        .option("partitions", "2")
                        .save())
                .hasMessageContaining("no path: expected the directory of a set, <root>/<cluster>/<app>");
        assertThatThrownBy(() -> data().write()
                        .format("sluice")
                        .option("partitions", "2")
                        .save("file:/orders"))
                .hasMessageContaining("file:/orders: expected the directory of a set, <root>/<cluster>/<app>");
        assertThatThrownBy(() -> data().write()
                        .format("sluice")
                        .option("partitions", "2")
                        .save("file:/r/c/.orders"))
                .hasMessageContaining("app name '.orders' begins with a dot");
    }

    @Test
    void partitioningByColumnsIsRefused() {
        assertThatThrownBy(() -> data().write()
                        .format("sluice")
                        .option("partitions", "2")
                        .partitionBy("id")
                        .save(path()))
                .hasMessageContaining("no such option");
    }

    @Test
    void aSetThatIsNotThereCannotBeRead() {
        assertThatThrownBy(() -> TestSession.SPARK.read().format("sluice").load(path()))
                .hasMessageContaining("orders: no set is there: bulk_load_info is missing");
    }

    private String path() {
        return "file:" + root + "/c1/orders";
    }

    private static Dataset<Row> data() {
        StructType schema = new StructType()
                .add("id", DataTypes.StringType)
                .add("n", DataTypes.DoubleType)
                .add("twice", DataTypes.StringType)
                .add("twice", DataTypes.StringType)
                .add("v", DataTypes.BinaryType)
                .add("ttl", DataTypes.StringType);
        return TestSession.SPARK.createDataFrame(
                List.of(RowFactory.create("a", 1.0, "x", "y", new byte[] {1}, "10")), schema);
    }
}
