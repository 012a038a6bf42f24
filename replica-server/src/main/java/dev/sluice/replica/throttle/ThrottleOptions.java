package dev.sluice.replica.throttle;

import dev.sluice.common.config.Option;
import dev.sluice.common.config.Options;

/** The options of the transfer throttle of a replica server; all can be changed at run time. */
public final class ThrottleOptions {
    /** Rate of the node. */
    public static final Option<Long> BYTES_PER_SECOND_MAX = Options.longInteger(
                    "replication", "bulk_load_bytes_per_second_max")
            .defaultValue(0L)
            .range(0L, Long.MAX_VALUE)
            .doc("Bytes per second that this node transfers for loads and as a learner, together; 0 is no limit.")
            .mutable();

    /** Whether it gives way to reads. */
    public static final Option<Boolean> ADAPTIVE = Options.bool("replication", "transfer_throttle_adaptive")
            .defaultValue(true)
            .doc("Transfers give way, down to a floor, while reads of clients are slower than without transfers.")
            .mutable();

    /** Where giving way ends. */
    public static final Option<Long> FLOOR = Options.bytes("replication", "transfer_throttle_floor_bytes_per_second")
            .defaultValue(16L << 20)
            .range(1L << 20, 1L << 40)
            .doc("Transfers that give way keep so many bytes per second, so that every load ends.")
            .mutable();

    /** When reads are slow. */
    public static final Option<Integer> SLOW_PERCENT = Options.integer(
                    "replication", "transfer_throttle_read_p99_percent")
            .defaultValue(150)
            .range(101, 10_000)
            .doc("Reads are slow when their p99 is above so many percent of the p99 without transfers.")
            .mutable();

    /** The quiet p99 of a node that never was quiet. */
    public static final Option<Long> QUIET_MICROS = Options.longInteger(
                    "replication", "transfer_throttle_quiet_read_p99_us")
            .defaultValue(2_000L)
            .range(1L, 60_000_000L)
            .doc("The p99 of reads without transfers, in microseconds, until it was measured on this node.")
            .mutable();

    /** The remote command that reads and sets {@link #BYTES_PER_SECOND_MAX}. */
    public static final String BYTES_PER_SECOND_COMMAND = "replica.bulk-load-bytes-per-second-max";

    /** The remote command that reads and sets {@link #ADAPTIVE}. */
    public static final String ADAPTIVE_COMMAND = "replica.transfer-throttle-adaptive";

    /** The remote command that reads and sets {@link #FLOOR}. */
    public static final String FLOOR_COMMAND = "replica.transfer-throttle-floor-bytes-per-second";

    /** The remote command that reads and sets {@link #SLOW_PERCENT}. */
    public static final String SLOW_PERCENT_COMMAND = "replica.transfer-throttle-read-p99-percent";

    /** The remote command that reads and sets {@link #QUIET_MICROS}. */
    public static final String QUIET_MICROS_COMMAND = "replica.transfer-throttle-quiet-read-p99-us";

    /** The remote command that shows how the throttle stands. */
    public static final String QUERY_COMMAND = "replica.query-transfer-throttle";

    private ThrottleOptions() {}
}
