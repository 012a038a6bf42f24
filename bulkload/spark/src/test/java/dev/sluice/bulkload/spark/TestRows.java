package dev.sluice.bulkload.spark;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.bulkload.spark.WrittenSet.Model;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Input of the tests: rows with the columns id, field, v, in no order. */
final class TestRows {
    private static final StructType SCHEMA = new StructType()
            .add("id", DataTypes.StringType)
            .add("field", DataTypes.BinaryType)
            .add("v", DataTypes.StringType);

    private final List<Row> rows = new ArrayList<>();
    private final Model model;

    private TestRows(int partitionCount) {
        this.model = new Model(partitionCount);
    }

    /** That many rows, whose values say which set they are of. */
    static TestRows of(int count, int partitionCount, String set) {
        TestRows made = new TestRows(partitionCount);
        Random random = new Random(count);
        for (int i = 0; i < count; i++) {
            String id = "user-ä-" + i / 3;
            byte[] field = new byte[] {(byte) (i % 3 * 100), (byte) random.nextInt()};
            String value = set + "-" + i + "-" + "x".repeat(random.nextInt(200));
            made.rows.add(RowFactory.create(id, field, value));
            made.model.put(id.getBytes(UTF_8), field, value.getBytes(UTF_8));
        }
        Collections.shuffle(made.rows, random);
        return made;
    }

    Dataset<Row> data() {
        return TestSession.SPARK.createDataFrame(rows, SCHEMA).repartition(4);
    }

    Model model() {
        return model;
    }
}
