package dev.sluice.bulkload.spark;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;

/** Which columns of the input hold what, each cast to the one type that is worked with. */
final class InputColumns {
    private static final List<DataType> BYTES = List.of(DataTypes.BinaryType, DataTypes.StringType);
    private static final List<DataType> SECONDS = List.of(DataTypes.IntegerType, DataTypes.LongType);

    private final Column hashKey;
    private final Column sortKey;
    private final Column value;
    private final Column ttl;

    private InputColumns(Column hashKey, Column sortKey, Column value, Column ttl) {
        this.hashKey = hashKey;
        this.sortKey = sortKey;
        this.value = value;
        this.ttl = ttl;
    }

    /** Throws {@link IllegalArgumentException} for a column that is not there or has another type. */
    static InputColumns resolve(Dataset<Row> data, Map<String, String> options) {
        Column hashKey = require(data, options, WriteOptions.HASH_KEY, "hash_key", BYTES);
        Optional<Column> sortKey = find(data, options, WriteOptions.SORT_KEY, "sort_key", BYTES);
        Column value = require(data, options, WriteOptions.VALUE, "value", BYTES);
        Optional<Column> ttl = find(data, options, WriteOptions.TTL, "ttl", SECONDS);
        Column none = functions.lit(new byte[0]);
        return new InputColumns(
                hashKey.cast(DataTypes.BinaryType),
                sortKey.map(column -> functions.coalesce(column.cast(DataTypes.BinaryType), none))
                        .orElse(none),
                value.cast(DataTypes.BinaryType),
                ttl.map(column -> functions.coalesce(column.cast(DataTypes.LongType), functions.lit(0L)))
                        .orElse(functions.lit(0L)));
    }

    /** Hash key, sort key, value (binary), time to live (long); only the first and the third can be null. */
    Dataset<Row> of(Dataset<Row> data) {
        return data.select(hashKey.as("h"), sortKey.as("s"), value.as("v"), ttl.as("t"));
    }

    /** A column that must be there. */
    private static Column require(
            Dataset<Row> data, Map<String, String> options, String option, String defaultName, List<DataType> types) {
        return column(data, option, options.getOrDefault(option, defaultName), types);
    }

    /** A column that must be there only if the option names it. */
    private static Optional<Column> find(
            Dataset<Row> data, Map<String, String> options, String option, String defaultName, List<DataType> types) {
        String name = options.get(option);
        if (name != null) {
            return Optional.of(column(data, option, name, types));
        }
        return Arrays.stream(data.schema().fields())
                        .anyMatch(field -> field.name().equalsIgnoreCase(defaultName))
                ? Optional.of(column(data, option, defaultName, types))
                : Optional.empty();
    }

    private static Column column(Dataset<Row> data, String option, String name, List<DataType> types) {
        StructField[] fields = data.schema().fields();
        List<StructField> exact =
                Arrays.stream(fields).filter(field -> field.name().equals(name)).collect(Collectors.toList());
        List<StructField> found = !exact.isEmpty()
                ? exact
                : Arrays.stream(fields)
                        .filter(field -> field.name().equalsIgnoreCase(name))
                        .collect(Collectors.toList());
        String expected = types.stream().map(DataType::simpleString).collect(Collectors.joining(" or "));
        if (found.size() != 1) {
            throw new IllegalArgumentException("column '" + name + "' (option " + option + "): "
                    + (found.isEmpty() ? "is not there" : "is there " + found.size() + " times")
                    + ", expected one of type "
                    + expected + "; the columns are "
                    + Arrays.stream(fields)
                            .map(field -> field.name() + " " + field.dataType().simpleString())
                            .collect(Collectors.joining(", ")));
        }
        StructField field = found.get(0);
        if (!types.contains(field.dataType())) {
            throw new IllegalArgumentException("column '" + field.name() + "' (option " + option + "): its type is "
                    + field.dataType().simpleString() + ", expected " + expected);
        }
        return data.col("`" + field.name().replace("`", "``") + "`");
    }
}
