package dev.sluice.bulkload.spark;

import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.Manifest;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SQLContext;
import org.apache.spark.sql.sources.BaseRelation;
import org.apache.spark.sql.sources.PrunedScan;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;
import scala.Tuple2;

/** The rows of a set, as the set is when a query begins. Each partition that has files is read by a task of its own. */
final class SetRelation extends BaseRelation implements PrunedScan {
    private static final StructType SCHEMA = new StructType()
            .add(SetColumn.HASH_KEY.columnName(), DataTypes.BinaryType, false)
            .add(SetColumn.SORT_KEY.columnName(), DataTypes.BinaryType, false)
            .add(SetColumn.VALUE.columnName(), DataTypes.BinaryType, false)
            .add(SetColumn.EXPIRES_AT.columnName(), DataTypes.TimestampType, true)
            .add(SetColumn.PARTITION.columnName(), DataTypes.IntegerType, false);

    private final SQLContext context;
    private final String location;
    private final Configuration conf;
    private final String tempDir;

    SetRelation(SQLContext context, String location, Configuration conf, String tempDir) {
        this.context = context;
        this.location = location;
        this.conf = conf;
        this.tempDir = tempDir;
    }

    @Override
    public SQLContext sqlContext() {
        return context;
    }

    @Override
    public StructType schema() {
        return SCHEMA;
    }

    @Override
    public RDD<Row> buildScan(String[] requiredColumns) {
        List<SetColumn> columns =
                Arrays.stream(requiredColumns).map(SetColumn::of).collect(Collectors.toList());
        JavaSparkContext spark = JavaSparkContext.fromSparkContext(context.sparkContext());
        Broadcast<SerializableConfiguration> sharedConf = spark.broadcast(new SerializableConfiguration(conf));
        List<Tuple2<Integer, String>> parts = parts();
        if (parts.isEmpty()) {
            return spark.<Row>emptyRDD().rdd();
        }
        return spark.parallelize(parts, parts.size())
                .mapPartitions(new PartitionReader(location, tempDir, columns, sharedConf))
                .rdd();
    }

    /** Two relations of the same set are the same. */
    @Override
    public boolean equals(Object other) {
        return other instanceof SetRelation relation && relation.location.equals(location);
    }

    @Override
    public int hashCode() {
        return location.hashCode();
    }

    @Override
    public String toString() {
        return "sluice " + location;
    }

    /** Some descriptions do not name their manifests: these may be of two sets if one replaced the other meanwhile. */
    private static void requireStillDescribedBy(BulkLoadInfo info, SetDirectory set) throws IOException {
        BulkLoadInfo now;
        try {
            now = set.readInfo();
        } catch (FileNotFoundException e) {
            throw new IOException(set.location() + ": the set is being replaced, read it again when that is done", e);
        }
        if (!now.equals(info)) {
            throw new IOException(
                    set.location() + ": the set was replaced while its manifests were read, read it again");
        }
    }

    /** The partitions that have files, each with its manifest. */
    private List<Tuple2<Integer, String>> parts() {
        Map<Integer, Manifest> manifests = new ConcurrentHashMap<>();
        try {
            SetDirectory set = SetDirectory.of(location, conf);
            BulkLoadInfo info = set.readInfo();
            ParallelFiles.forEach(
                    IntStream.range(0, info.partitionCount()).boxed().toList(),
                    partition -> manifests.put(partition, set.readManifest(info, partition)));
            requireStillDescribedBy(info, set);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return manifests.entrySet().stream()
                .filter(entry -> !entry.getValue().files().isEmpty())
                .map(entry ->
                        new Tuple2<>(entry.getKey(), new String(entry.getValue().toJson(), StandardCharsets.UTF_8)))
                .collect(Collectors.toList());
    }
}
