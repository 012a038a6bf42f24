package dev.sluice.replica.request;

import dev.sluice.common.config.Config;
import dev.sluice.common.config.Option;
import dev.sluice.common.config.Options;

/**
 * How far one read goes, unless the app's envs say otherwise.
 *
 * @param multiGetRecordsMax rows that a multi_get examines
 * @param multiGetBytesMax sort keys and values that it returns, give or take one row
 * @param scanRecordsMax rows that a batch of a scan examines
 * @param iterationMs how long a range read goes on; 0: no limit
 * @param slowQueryMs a read that takes longer is logged; 0: none
 */
public record ReadLimits(
        int multiGetRecordsMax, long multiGetBytesMax, int scanRecordsMax, long iterationMs, long slowQueryMs) {
    public static final Option<Integer> MULTI_GET_RECORDS_MAX = Options.integer(
                    "pegasus.server", "rocksdb_multi_get_max_iteration_count")
            .defaultValue(3_000)
            .range(1, 1_000_000)
            .doc("Rows that one multi_get examines; it is incomplete if there are more.");

    public static final Option<Long> MULTI_GET_BYTES_MAX = Options.bytes(
                    "pegasus.server", "rocksdb_multi_get_max_iteration_size")
            .defaultValue(30L << 20)
            .range(1L << 10, 32L << 20)
            .doc("Sort keys and values that one multi_get returns.");

    public static final Option<Integer> SCAN_RECORDS_MAX = Options.integer(
                    "pegasus.server", "rocksdb_max_iteration_count")
            .defaultValue(1_000)
            .range(1, 100_000)
            .doc("Rows that one batch of a scan examines.");

    public static final Option<Long> ITERATION_MS = Options.milliseconds(
                    "pegasus.server", "rocksdb_iteration_threshold_time_ms")
            .defaultValue(30_000L)
            .range(0L, 600_000L)
            .doc("How long a range read goes on, 0 for ever; the app env"
                    + " replica.rocksdb_iteration_threshold_time_ms wins.");

    public static final Option<Long> SLOW_QUERY_NS = Options.longInteger(
                    "pegasus.server", "rocksdb_slow_query_threshold_ns")
            .defaultValue(100_000_000L)
            .range(0L, 1L << 50)
            .doc("A read that takes longer is logged, 0 for none; the app env replica.slow_query_threshold wins.");

    /** As the options say. */
    public static ReadLimits of(Config config) {
        return new ReadLimits(
                config.get(MULTI_GET_RECORDS_MAX),
                config.get(MULTI_GET_BYTES_MAX),
                config.get(SCAN_RECORDS_MAX),
                config.get(ITERATION_MS),
                (config.get(SLOW_QUERY_NS) + 999_999) / 1_000_000);
    }

    long iterationMs(AppRules rules) {
        return rules.iterationMs() >= 0 ? rules.iterationMs() : iterationMs;
    }

    long slowQueryMs(AppRules rules) {
        return rules.slowQueryMs() >= 0 ? rules.slowQueryMs() : slowQueryMs;
    }
}
