package dev.sluice.bulkload.spark;

import dev.sluice.common.data.PartitionHash;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.util.SerializableConfiguration;
import org.apache.spark.util.TaskCompletionListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a task does with rows that are sorted by route, key and value: it writes them as files of their partitions, usually of
 * one, and says which. The names of the files are the attempt's own, so that attempts of a task never touch each other's; one
 * that fails, or is no longer wanted, takes its files back as far as it can.
 */
final class TaskWriter implements FlatMapFunction<Iterator<Row>, Row> {
    private static final Logger LOG = LoggerFactory.getLogger(TaskWriter.class);
    private static final int ROWS_BETWEEN_CHECKS = 1024;

    private final String location;
    private final String jobPrefix;
    private final WriteOptions options;
    private final Broadcast<SerializableConfiguration> conf;

    TaskWriter(String location, String jobPrefix, WriteOptions options, Broadcast<SerializableConfiguration> conf) {
        this.location = location;
        this.jobPrefix = jobPrefix;
        this.options = options;
        this.conf = conf;
    }

    @Override
    public Iterator<Row> call(Iterator<Row> rows) throws IOException {
        if (!rows.hasNext()) {
            return new ArrayList<Row>().iterator();
        }
        Configuration hadoop = conf.value().value();
        SetDirectory set = SetDirectory.of(location, hadoop);
        Attempt attempt = new Attempt(set, TaskContext.get());
        attempt.context.addTaskCompletionListener((TaskCompletionListener) context -> attempt.end());
        return attempt.write(rows).iterator();
    }

    private final class Attempt {
        private final SetDirectory set;
        private final TaskContext context;
        private final Path local;
        private final List<org.apache.hadoop.fs.Path> uploads = new ArrayList<>();
        private boolean isComplete;

        private Attempt(SetDirectory set, TaskContext context) throws IOException {
            this.set = set;
            this.context = context;
            this.local = LocalDirectory.create(options.tempDir());
        }

        private List<Row> write(Iterator<Row> rows) throws IOException {
            List<Row> written = new ArrayList<>();
            PartitionOutput output = null;
            try {
                int route = 0;
                for (long count = 1; rows.hasNext(); count++) {
                    Row row = rows.next();
                    byte[] key = row.getAs(StoredRows.KEY_AT);
                    if (output == null || route != row.getInt(StoredRows.ROUTE_AT)) {
                        if (output != null) {
                            written.add(output.finish().toRow());
                            output.close();
                        }
                        route = row.getInt(StoredRows.ROUTE_AT);
                        output = begin(key);
                    }
                    output.add(key, row.getAs(StoredRows.VALUE_AT));
                    if (count % ROWS_BETWEEN_CHECKS == 0) {
                        requireWanted();
                    }
                }
                if (output != null) {
                    written.add(output.finish().toRow());
                }
            } finally {
                if (output != null) {
                    output.close();
                }
            }
            isComplete = true;
            return written;
        }

        private PartitionOutput begin(byte[] key) {
            int partition = PartitionHash.partitionIndex(PartitionHash.ofStoredKey(key), options.partitions());
            String prefix = jobPrefix + context.taskAttemptId() + "-";
            return new PartitionOutput(set, partition, prefix, local, options.sst(), this::onUpload);
        }

        private void onUpload(org.apache.hadoop.fs.Path file) {
            requireWanted();
            uploads.add(file);
        }

        private void requireWanted() {
            if (context.isInterrupted()) {
                throw new IllegalStateException("the task was killed");
            }
        }

        private void end() {
            LocalDirectory.delete(local);
            if (!isComplete || context.isInterrupted() || context.isFailed()) {
                for (org.apache.hadoop.fs.Path file : uploads) {
                    try {
                        set.delete(file);
                    } catch (IOException e) {
                        LOG.warn("{}: could not be deleted: {}", file, e.getMessage());
                    }
                }
            }
        }
    }
}
