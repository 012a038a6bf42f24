package dev.sluice.bulkload.spark;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.udf;

import org.apache.spark.TaskContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;

/**
 * Writes a set in six tasks and more, of which every second fails at its first attempt. A test of whole loads runs it in a process
 * of its own.
 *
 * <p>Arguments: directory of the set, number of partitions, rows. Row i has the hash key {@code user<i>} and the value {@code
 * spark-<i>}.
 */
final class FlakyJob {
    private static final int TASKS = 6;

    private FlakyJob() {}

    public static void main(String[] args) {
        String temporary = System.getProperty("java.io.tmpdir");
        try (SparkSession spark = SparkSession.builder()
                .master("local[2,4]")
                .appName("flaky")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.local.dir", temporary)
                .config("spark.sql.warehouse.dir", temporary + "/spark-warehouse")
                .getOrCreate()) {
            UDF1<Long, Long> failsAtFirst = id -> {
                TaskContext task = TaskContext.get();
                if (task.attemptNumber() == 0 && task.partitionId() % 2 == 0) {
                    throw new IllegalStateException("the first attempt of task " + task.partitionId() + " fails");
                }
                return id;
            };
            spark.range(0, Long.parseLong(args[2]), 1, TASKS)
                    .select(udf(failsAtFirst, DataTypes.LongType)
                            .asNondeterministic()
                            .apply(col("id"))
                            .cast("string")
                            .as("id"))
                    .select(
                            concat(lit("user"), col("id")).as("hash_key"),
                            concat(lit("spark-"), col("id")).as("value"))
                    .write()
                    .format("sluice")
                    .option("partitions", args[1])
                    .mode("overwrite")
                    .save(args[0]);
        }
    }
}
