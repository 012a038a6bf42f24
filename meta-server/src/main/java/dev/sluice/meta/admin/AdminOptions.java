package dev.sluice.meta.admin;

import dev.sluice.common.config.Option;
import dev.sluice.common.config.Options;

/** What an operator may ask of apps. */
public final class AdminOptions {
    private static final String SECTION = "meta_server";

    public static final Option<Integer> MIN_ALLOWED_REPLICA_COUNT = Options.integer(
                    SECTION, "min_allowed_replica_count")
            .defaultValue(1)
            .range(1, 100)
            .doc("Fewest replicas that a partition may be asked to have.")
            .mutable();

    public static final Option<Integer> MAX_ALLOWED_REPLICA_COUNT = Options.integer(
                    SECTION, "max_allowed_replica_count")
            .defaultValue(5)
            .range(1, 100)
            .doc("Most replicas that a partition may be asked to have.")
            .mutable();

    public static final Option<Integer> MAX_ALLOWED_PARTITION_COUNT = Options.integer(
                    SECTION, "max_allowed_partition_count")
            .defaultValue(8192)
            .range(1, 65536)
            .doc("Most partitions that a new app may have.")
            .mutable();

    public static final Option<Long> HOLD_SECONDS_FOR_DROPPED_APP = Options.longInteger(
                    SECTION, "hold_seconds_for_dropped_app")
            .defaultValue(604_800L)
            .range(1L, 10L * 366 * 86_400)
            .doc("How long a dropped app can be recalled, unless the drop says how long.");

    private AdminOptions() {}
}
