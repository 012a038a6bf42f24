package dev.sluice.replica.load;

import dev.sluice.common.config.Option;
import dev.sluice.common.config.Options;
import java.util.List;

/** The options of loads on a replica server. */
public final class LoadSettings {
    /** Slots of the node. */
    public static final Option<Integer> DOWNLOADING_COUNT_MAX = Options.integer(
                    "replication", "max_concurrent_bulk_load_downloading_count")
            .defaultValue(5)
            .range(0, 1000)
            .doc("Replicas of this node that download at once, over all apps; the others wait in one queue.")
            .mutable();

    /** Rate of the node. */
    public static final Option<Long> BYTES_PER_SECOND_MAX = Options.longInteger(
                    "replication", "bulk_load_bytes_per_second_max")
            .defaultValue(0L)
            .range(0L, Long.MAX_VALUE)
            .doc("Bytes per second that this node downloads for loads; 0 is no limit.")
            .mutable();

    /** All of them. */
    public static final List<Option<?>> ALL = List.of(DOWNLOADING_COUNT_MAX, BYTES_PER_SECOND_MAX);

    /** The remote command that reads and sets {@link #DOWNLOADING_COUNT_MAX}. */
    public static final String DOWNLOADING_COUNT_COMMAND = "replica.max-concurrent-bulk-load-downloading-count";

    /** The remote command that reads and sets {@link #BYTES_PER_SECOND_MAX}. */
    public static final String BYTES_PER_SECOND_COMMAND = "replica.bulk-load-bytes-per-second-max";

    private LoadSettings() {}
}
