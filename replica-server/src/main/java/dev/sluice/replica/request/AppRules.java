package dev.sluice.replica.request;

import dev.sluice.common.data.PartitionHash;
import dev.sluice.common.data.ValueFormat;
import dev.sluice.replica.atomic.TableValues;
import dev.sluice.wire.internal.AppDescription;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an app's envs say about requests. The meta server checks values when they are set; one that cannot be read here counts
 * as absent.
 *
 * @param partitionCount 0: not known yet
 * @param slowQueryMs a read that takes longer is logged; -1: as the server's option says
 * @param iterationMs time limit of range reads, 0: none; -1: as the server's option says
 * @param validatesHash rows that belong to another partition are hidden, and requests for them refused
 */
record AppRules(
        int partitionCount,
        TableValues values,
        Denial denial,
        long slowQueryMs,
        long iterationMs,
        boolean validatesHash,
        ThrottleLimits writes,
        ThrottleLimits writeBytes,
        ThrottleLimits reads,
        ThrottleLimits readBytes,
        ThrottleLimits backupReads) {
    /** The value version of the app's rows: 0, 1 or 2; given when it is created. */
    private static final String VALUE_VERSION = "value_version";

    /** What an operator keeps clients from. */
    enum Denial {
        NOTHING,
        SILENT_ALL,
        SILENT_WRITES,
        SILENT_READS,
        REFUSED_ALL,
        REFUSED_WRITES,
        REFUSED_READS;

        boolean ofWrites() {
            return this != NOTHING && this != SILENT_READS && this != REFUSED_READS;
        }

        boolean ofReads() {
            return this != NOTHING && this != SILENT_WRITES && this != REFUSED_WRITES;
        }

        boolean isSilent() {
            return this == SILENT_ALL || this == SILENT_WRITES || this == SILENT_READS;
        }

        private static Denial of(String env) {
            return switch (env) {
                case "timeout*all" -> SILENT_ALL;
                case "timeout*write" -> SILENT_WRITES;
                case "timeout*read" -> SILENT_READS;
                case "reconfig*all" -> REFUSED_ALL;
                case "reconfig*write" -> REFUSED_WRITES;
                case "reconfig*read" -> REFUSED_READS;
                default -> NOTHING;
            };
        }
    }

    static AppRules of(@Nullable AppDescription app) {
        Map<String, String> known = app == null ? null : app.getEnvs();
        Map<String, String> envs = known == null ? Map.of() : known;
        int partitions = app == null ? 0 : app.getPartitionCount();
        int defaultTtl = (int) Math.min(Integer.MAX_VALUE, Math.max(0, number(envs, "default_ttl", 0)));
        return new AppRules(
                partitions,
                new TableValues(format(envs), defaultTtl),
                Denial.of(envs.getOrDefault("replica.deny_client_request", "")),
                number(envs, "replica.slow_query_threshold", -1),
                number(envs, "replica.rocksdb_iteration_threshold_time_ms", -1),
                Boolean.parseBoolean(envs.get("replica.split.validate_partition_hash")),
                throttle(envs, "replica.write_throttling", partitions),
                throttle(envs, "replica.write_throttling_by_size", partitions),
                throttle(envs, "replica.read_throttling", partitions),
                throttle(envs, "replica.read_throttling_by_size", partitions),
                throttle(envs, "replica.backup_request_throttling", partitions));
    }

    /** True if a key of that hash lives in the partition, or if that is not known. */
    boolean isOf(int partitionIndex, long keyHash) {
        return partitionCount <= 0 || PartitionHash.partitionIndex(keyHash, partitionCount) == partitionIndex;
    }

    private static ThrottleLimits throttle(Map<String, String> envs, String name, int partitions) {
        return ThrottleLimits.parse(envs.getOrDefault(name, ""), partitions);
    }

    private static ValueFormat format(Map<String, String> envs) {
        return switch (envs.getOrDefault(VALUE_VERSION, "1")) {
            case "0" -> ValueFormat.V0;
            case "2" -> ValueFormat.V2;
            default -> ValueFormat.V1;
        };
    }

    private static long number(Map<String, String> envs, String name, long absent) {
        String text = envs.get(name);
        try {
            return text == null ? absent : Long.parseLong(text);
        } catch (NumberFormatException e) {
            return absent;
        }
    }
}
