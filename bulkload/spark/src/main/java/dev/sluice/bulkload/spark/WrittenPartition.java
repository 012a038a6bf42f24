package dev.sluice.bulkload.spark;

import dev.sluice.bulkload.fileset.Manifest;
import dev.sluice.bulkload.fileset.SourceException;
import java.nio.charset.StandardCharsets;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * What a task that succeeded tells the driver of a partition. It travels as a row, which every serializer of Spark knows.
 */
record WrittenPartition(int partition, Manifest manifest, long rows, long duplicates) {
    Row toRow() {
        return RowFactory.create(partition, new String(manifest.toJson(), StandardCharsets.UTF_8), rows, duplicates);
    }

    static WrittenPartition of(Row row) {
        int partition = row.getInt(0);
        try {
            Manifest manifest = Manifest.parse(
                    "files of partition " + partition, row.getString(1).getBytes(StandardCharsets.UTF_8));
            return new WrittenPartition(partition, manifest, row.getLong(2), row.getLong(3));
        } catch (SourceException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }
}
