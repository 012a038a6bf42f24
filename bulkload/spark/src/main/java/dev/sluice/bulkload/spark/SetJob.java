package dev.sluice.bulkload.spark;

import java.io.IOException;
import java.security.PrivateKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.functions;
import org.apache.spark.util.SerializableConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a set: brings the rows of each partition together, sorted, lets a task for each partition write its files, and makes
 * the set visible when all have succeeded.
 */
final class SetJob {
    private static final Logger LOG = LoggerFactory.getLogger(SetJob.class);
    private static final int NAME_CHARACTERS = 13;

    private SetJob() {}

    /** The data has the columns of {@link InputColumns#of}. */
    static void run(SetDirectory set, Configuration conf, WriteOptions options, SaveMode mode, Dataset<Row> data)
            throws IOException {
        String jobPrefix = UUID.randomUUID().toString().substring(0, NAME_CHARACTERS) + "-";
        Optional<PrivateKey> signingKey = options.readSigningKey();
        try (SetCommit commit = new SetCommit(set, jobPrefix, options, signingKey, mode != SaveMode.Overwrite)) {
            Map<Integer, WrittenPartition> written = write(set, conf, options, jobPrefix, data);
            commit.publish(written);
            LOG.info(
                    "{}: wrote {} rows, {} files, {} bytes; left out {} rows whose key others have",
                    set.location(),
                    written.values().stream().mapToLong(WrittenPartition::rows).sum(),
                    written.values().stream()
                            .mapToInt(partition -> partition.manifest().files().size())
                            .sum(),
                    written.values().stream()
                            .mapToLong(partition -> partition.manifest().totalBytes())
                            .sum(),
                    written.values().stream()
                            .mapToLong(WrittenPartition::duplicates)
                            .sum());
        }
    }

    private static Map<Integer, WrittenPartition> write(
            SetDirectory set, Configuration conf, WriteOptions options, String jobPrefix, Dataset<Row> data) {
        StoredRows storedRows = new StoredRows(Routes.of(options.partitions()), System.currentTimeMillis());
        // The value takes part so that of rows with the same key always the same one stays, whichever comes first.
        Dataset<Row> sorted = data.mapPartitions(storedRows, Encoders.row(StoredRows.SCHEMA))
                .repartition(options.partitions(), functions.col(StoredRows.ROUTE))
                .sortWithinPartitions(StoredRows.ROUTE, StoredRows.KEY, StoredRows.VALUE);
        Broadcast<SerializableConfiguration> sharedConf = JavaSparkContext.fromSparkContext(
                        data.sparkSession().sparkContext())
                .broadcast(new SerializableConfiguration(conf));
        List<Row> results;
        try {
            results = sorted.javaRDD()
                    .mapPartitions(new TaskWriter(set.location(), jobPrefix, options, sharedConf))
                    .collect();
        } finally {
            sharedConf.destroy();
        }
        Map<Integer, WrittenPartition> written = new HashMap<>();
        for (Row result : results) {
            WrittenPartition partition = WrittenPartition.of(result);
            if (written.put(partition.partition(), partition) != null) {
                throw new IllegalStateException("partition " + partition.partition() + " was written by two tasks");
            }
        }
        return written;
    }
}
