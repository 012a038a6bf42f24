package dev.sluice.bulkload.spark;

import com.sun.management.OperatingSystemMXBean;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.spark.sql.SparkSession;

/**
 * Writes a CSV file with a header as a set, in a session with two tasks at a time, and says what the write took without the
 * start of the session. {@code sluice benchmark build} runs it in a process of its own.
 *
 * <p>Arguments: input, directory of the set, number of partitions, file for what the write took.
 */
final class BuildJob {
    private BuildJob() {}

    public static void main(String[] args) throws Exception {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        String temporary = System.getProperty("java.io.tmpdir");
        try (SparkSession spark = SparkSession.builder()
                .master("local[2]")
                .appName("sluice-benchmark-build")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.local.dir", temporary)
                .config("spark.sql.warehouse.dir", temporary + "/spark-warehouse")
                .getOrCreate()) {
            long startNanos = System.nanoTime();
            long startCpuNanos = system.getProcessCpuTime();
            spark.read()
                    .option("header", true)
                    .csv(args[0])
                    .write()
                    .format("sluice")
                    .option("partitions", args[2])
                    .mode("overwrite")
                    .save(args[1]);
            Properties report = new Properties();
            report.setProperty("job_nanos", Long.toString(System.nanoTime() - startNanos));
            report.setProperty("job_cpu_nanos", Long.toString(system.getProcessCpuTime() - startCpuNanos));
            try (Writer out = Files.newBufferedWriter(Path.of(args[3]))) {
                report.store(out, null);
            }
        }
    }
}
