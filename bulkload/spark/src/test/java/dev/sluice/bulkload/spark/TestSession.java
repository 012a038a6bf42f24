package dev.sluice.bulkload.spark;

import org.apache.spark.sql.SparkSession;

/** The one session of all tests: two tasks at a time, and each may be tried three times. */
final class TestSession {
    static final SparkSession SPARK = SparkSession.builder()
            .master("local[2,3]")
            .appName("sluice-test")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.sql.shuffle.partitions", "3")
            .config("spark.sql.warehouse.dir", "target/spark-warehouse")
            // The stricter one: what travels between tasks and driver must do with either.
            .config("spark.serializer", "org.apache.spark.serializer.KryoSerializer")
            .config("spark.hadoop.fs.faulty.impl", FaultyFileSystem.class.getName())
            .getOrCreate();

    private TestSession() {}
}
