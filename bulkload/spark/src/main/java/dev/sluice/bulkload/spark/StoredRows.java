package dev.sluice.bulkload.spark;

import dev.sluice.common.data.PartitionHash;
import dev.sluice.common.data.StoredKey;
import dev.sluice.common.data.StoredValue;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Iterator;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** Turns rows of the input into what is stored, and says on which way they go. Refuses rows that cannot be stored. */
final class StoredRows implements MapPartitionsFunction<Row, Row> {
    static final String ROUTE = "route";
    static final String KEY = "key";
    static final String VALUE = "value";

    static final int ROUTE_AT = 0;
    static final int KEY_AT = 1;
    static final int VALUE_AT = 2;

    /** What comes out, in this order. */
    static final StructType SCHEMA = new StructType()
            .add(ROUTE, DataTypes.IntegerType, false)
            .add(KEY, DataTypes.BinaryType, false)
            .add(VALUE, DataTypes.BinaryType, false);

    private static final int BYTES_SHOWN_MAX = 64;

    private final int[] routes;
    private final int expiryNow;

    /** One route for each partition; times to live begin at that time, so that a task that is repeated does the same. */
    StoredRows(int[] routes, long nowWallMs) {
        this.routes = routes;
        this.expiryNow = StoredValue.expiryNow(nowWallMs);
    }

    @Override
    public Iterator<Row> call(Iterator<Row> rows) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return rows.hasNext();
            }

            @Override
            public Row next() {
                return stored(rows.next());
            }
        };
    }

    private Row stored(Row row) {
        byte[] hashKey = row.getAs(0);
        byte[] sortKey = row.getAs(1);
        byte[] value = row.getAs(2);
        long ttlSeconds = row.getLong(3);
        String fault = fault(hashKey, value, ttlSeconds);
        if (!fault.isEmpty() || hashKey == null || value == null) {
            throw new IllegalArgumentException(
                    "row with hash key " + shown(hashKey) + ", sort key " + shown(sortKey) + ": " + fault);
        }
        byte[] key = StoredKey.of(hashKey, sortKey);
        int partition = PartitionHash.partitionIndex(PartitionHash.ofStoredKey(key), routes.length);
        int expireTs = ttlSeconds == 0 ? StoredValue.NEVER : (int) (expiryNow + ttlSeconds);
        return RowFactory.create(routes[partition], key, StoredValue.of(expireTs, 0, value));
    }

    private String fault(byte @Nullable [] hashKey, byte @Nullable [] value, long ttlSeconds) {
        if (hashKey == null) {
            return "the hash key is null";
        }
        if (hashKey.length > StoredKey.HASH_KEY_BYTES_MAX) {
            return "the hash key has " + hashKey.length + " bytes, at most " + StoredKey.HASH_KEY_BYTES_MAX
                    + " are possible";
        }
        if (value == null) {
            return "the value is null";
        }
        if (ttlSeconds < 0 || ttlSeconds > dev.sluice.bulkload.build.Row.TTL_SECONDS_MAX) {
            return "ttl is " + ttlSeconds + ", expected 0 to " + dev.sluice.bulkload.build.Row.TTL_SECONDS_MAX
                    + " seconds";
        }
        if (ttlSeconds + expiryNow > Integer.MAX_VALUE) {
            return "ttl of " + ttlSeconds + " seconds ends after the year 2083";
        }
        return "";
    }

    /** The bytes as a message shows them: readable characters, hex, cut short if they are many. */
    static String shown(byte @Nullable [] bytes) {
        if (bytes == null) {
            return "null";
        }
        int length = Math.min(bytes.length, BYTES_SHOWN_MAX);
        String readable = new String(bytes, 0, length, StandardCharsets.ISO_8859_1).replaceAll("[^ -~]", ".");
        String hex = HexFormat.of().formatHex(bytes, 0, length);
        return "'" + readable + "' (" + hex + (length < bytes.length ? "…, " + bytes.length + " bytes)" : ")");
    }
}
