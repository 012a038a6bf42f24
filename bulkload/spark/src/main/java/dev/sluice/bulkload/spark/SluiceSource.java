package dev.sluice.bulkload.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SQLContext;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.sources.BaseRelation;
import org.apache.spark.sql.sources.CreatableRelationProvider;
import org.apache.spark.sql.sources.DataSourceRegister;
import org.apache.spark.sql.sources.RelationProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Tuple2;
import scala.collection.Iterator;

/**
 * The data source {@code sluice}. Its path is the directory of a set, {@code root/cluster/app}.
 *
 * <p>Saving writes a whole set. The modes are Spark's: by default a set that exists is an error; {@code overwrite} replaces
 * it, and it stays whole and visible until all files of the new one are in their place; {@code ignore} leaves it. {@code
 * append} is refused, since a set is never changed. Of rows with the same key one stays, always the same one, but which is
 * not for users to rely on.
 *
 * <p>Loading gives the columns {@code hash_key}, {@code sort_key}, {@code value} (binary), {@code expires_at} (timestamp,
 * null for never) and {@code partition} (int). Rows that are expired are among them.
 */
public final class SluiceSource implements DataSourceRegister, RelationProvider, CreatableRelationProvider {
    private static final Logger LOG = LoggerFactory.getLogger(SluiceSource.class);

    @Override
    public String shortName() {
        return "sluice";
    }

    @Override
    public BaseRelation createRelation(SQLContext context, scala.collection.immutable.Map<String, String> parameters) {
        Map<String, String> options = javaMap(parameters);
        Configuration conf = configuration(context.sparkContext(), options);
        try {
            SetDirectory set = SetDirectory.of(WriteOptions.path(options), conf);
            // Nobody should have to wait for the first query to hear that there is none.
            set.readInfo();
            return new SetRelation(context, set.location(), conf, WriteOptions.tempDir(options));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public BaseRelation createRelation(
            SQLContext context,
            SaveMode mode,
            scala.collection.immutable.Map<String, String> parameters,
            Dataset<Row> data) {
        Map<String, String> options = javaMap(parameters);
        Configuration conf = configuration(context.sparkContext(), options);
        try {
            if (mode == SaveMode.Append) {
                throw new IllegalArgumentException(
                        "mode append: a file set is never changed, expected overwrite, error or ignore");
            }
            SetDirectory set = SetDirectory.of(WriteOptions.path(options), conf);
            WriteOptions write = WriteOptions.parse(options, set.app());
            InputColumns columns = InputColumns.resolve(data, options);
            if (mode == SaveMode.Overwrite || !set.isThere()) {
                SetJob.run(set, conf, write, mode, columns.of(data));
            } else if (mode == SaveMode.Ignore) {
                LOG.info("{}: the set exists and is left as it is", set.location());
            } else {
                throw alreadyThere(set);
            }
            return new SetRelation(context, set.location(), conf, write.tempDir());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static IOException alreadyThere(SetDirectory set) {
        return new FileAlreadyExistsException(
                set.location() + ": the set exists; mode(\"overwrite\") replaces it, mode(\"ignore\") leaves it");
    }

    /** Spark hands options over with names in lower case. Those of a file system go to Hadoop. */
    private static Configuration configuration(SparkContext context, Map<String, String> options) {
        Configuration conf = new Configuration(context.hadoopConfiguration());
        options.forEach((name, value) -> {
            if (name.startsWith(WriteOptions.HADOOP_PREFIX)) {
                conf.set(name, value);
            }
        });
        return conf;
    }

    private static Map<String, String> javaMap(scala.collection.immutable.Map<String, String> parameters) {
        Map<String, String> options = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        Iterator<Tuple2<String, String>> entries = parameters.iterator();
        while (entries.hasNext()) {
            Tuple2<String, String> entry = entries.next();
            options.put(entry._1(), entry._2());
        }
        return options;
    }
}
