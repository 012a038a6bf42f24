package dev.sluice.replica;

import dev.sluice.common.config.ConfigSchema;
import dev.sluice.common.config.Option;
import dev.sluice.common.config.Options;
import dev.sluice.replica.load.LoadSettings;
import dev.sluice.replica.request.ReadLimits;
import dev.sluice.replica.throttle.ThrottleOptions;
import java.util.List;

/** The options of a replica server, beside those of its loads, its transfers and its reads. */
public final class ReplicaOptions {
    public static final Option<String> HOST = Options.string("apps.replica", "host")
            .defaultValue("127.0.0.1")
            .doc("IPv4 address that this server binds and is known by.");

    public static final Option<Integer> PORT = Options.integer("apps.replica", "ports")
            .defaultValue(34801)
            .range(0, 65535)
            .doc("Port of the replica server; 0 takes a free one.");

    public static final Option<List<String>> META_SERVERS = Options.list("meta_server", "server_list")
            .defaultValue(List.of("127.0.0.1:34601"))
            .doc("Addresses of the meta servers.");

    public static final Option<String> DATA_DIRS = Options.string("replication", "data_dirs")
            .defaultValue("data/replica")
            .doc("Directories of the replicas, with or without a tag in front: tag:dir,tag2:dir2; one for each disk.");

    public static final Option<Integer> DISK_AVAILABLE_PERCENT_MIN = Options.integer(
                    "replication", "disk_min_available_space_ratio")
            .defaultValue(10)
            .range(0, 99)
            .doc("A disk with less free space, in percent, takes no new replicas and nothing to learn.");

    public static final Option<Integer> ROUNDS_OUTSTANDING_MAX = Options.integer("replication", "staleness_for_commit")
            .defaultValue(20)
            .range(1, 1000)
            .doc("Mutations of a partition that are proposed and not committed.");

    public static final Option<Long> PREPARE_TIMEOUT_MS = Options.milliseconds(
                    "replication", "prepare_timeout_ms_for_secondaries")
            .defaultValue(3_000L)
            .range(100L, 600_000L)
            .doc("A member that does not answer for so long is reported as unreachable.");

    public static final Option<Long> WRITE_BYTES_MAX = Options.bytes("replication", "max_allowed_write_size")
            .defaultValue(1L << 20)
            .range(1L, 32L << 20)
            .doc("Longest write of a client.");

    public static final Option<Integer> FLUSH_INTERVAL_SECONDS = Options.integer(
                    "replication", "checkpoint_interval_seconds")
            .defaultValue(100)
            .range(1, 86_400)
            .doc("Longest time from a write to the flush that makes it durable in the engine.");

    public static final Option<Integer> LOG_RESERVE_MB = Options.integer(
                    "replication", "log_private_reserve_max_size_mb")
            .defaultValue(256)
            .range(0, 1_000_000)
            .doc("So much of each log is kept for learners, in MiB.");

    public static final Option<Boolean> LOG_FSYNC = Options.bool("replication", "plog_force_flush")
            .defaultValue(false)
            .doc("Writes are on the disk before they are acknowledged.");

    public static final Option<Integer> LEARN_CONCURRENT_MAX = Options.integer(
                    "replication", "learn_app_max_concurrent_count")
            .defaultValue(5)
            .range(1, 100)
            .doc("Checkpoints that this server fetches at once as a learner.");

    public static final Option<Boolean> REJECT_WRITES_WHEN_FULL = Options.bool(
                    "replication", "reject_write_when_disk_insufficient")
            .defaultValue(true)
            .doc(
                    "Writes are refused while the primary's disk has less free space than disk_min_available_space_ratio.");

    public static final Option<Integer> EXPIRED_INTERVAL_SECONDS = Options.integer(
                    "replication", "expired_rows_interval_seconds")
            .defaultValue(3_600)
            .range(0, 31_536_000)
            .doc(
                    "From the end of one walk of a replica over its rows, to remove the expired ones, to the next; 0: never.");

    public static final Option<Integer> EXPIRED_ROWS_PER_SECOND_MAX = Options.integer(
                    "replication", "expired_rows_walked_per_second_max")
            .defaultValue(10_000)
            .range(1, 100_000_000)
            .doc("Rows that one replica walks over for that, at most.");

    public static final Option<Integer> EXPIRED_KEEP_SECONDS = Options.integer(
                    "replication", "expired_rows_keep_seconds")
            .defaultValue(600)
            .range(0, 31_536_000)
            .doc("How long an expired row stays on the disk; more than the clocks of servers differ.");

    public static final Option<Boolean> DENY_CLIENTS = Options.bool("replication", "deny_client_on_start")
            .defaultValue(false)
            .doc("Clients get no answer from this server. The command replica.deny-client switches it.")
            .mutable();

    public static final Option<Boolean> ALLOW_FAULT_POINTS = Options.bool("replication", "allow_fault_points")
            .defaultValue(false)
            .doc("For tests and drills: remote commands may end this server at named points of its work.");

    public static final Option<Integer> GENERATIONS_KEPT = Options.integer("replication", "bulk_load_generations_kept")
            .defaultValue(1)
            .range(0, 100)
            .doc(
                    "Generations that a load of mode replace, or a rollback, replaced and that are kept for rollback_bulk_load. "
                            + "The app env replica.bulk_load_generations_kept goes before it.");

    public static final Option<Integer> GENERATION_KEPT_SECONDS = Options.integer(
                    "replication", "bulk_load_generation_kept_seconds")
            .defaultValue(86_400)
            .range(0, 31_536_000)
            .doc("How long they are kept at most; their space is free afterwards. The app env "
                    + "replica.bulk_load_generation_kept_seconds goes before it.");

    public static final Option<Integer> GARBAGE_SECONDS = Options.integer(
                    "replication", "gc_disk_garbage_replica_interval_seconds")
            .defaultValue(86_400)
            .range(0, 31_536_000)
            .doc("How long a replica that was given up stays on the disk.");

    public static final Option<Integer> DAMAGED_SECONDS = Options.integer(
                    "replication", "gc_disk_error_replica_interval_seconds")
            .defaultValue(604_800)
            .range(0, 31_536_000)
            .doc("How long a damaged replica stays on the disk after it has learned anew.");

    public static final Option<Long> REPORT_ALL_MS = Options.milliseconds("replication", "report_interval_ms")
            .defaultValue(5_000L)
            .range(100L, 600_000L)
            .doc("Every replica is reported so often, changed or not.");

    public static final Option<Integer> LOOPS = Options.integer("replication", "event_loops")
            .defaultValue(2)
            .range(1, 64)
            .doc("Threads that own the state of replicas.");

    public static final Option<Integer> READ_THREADS = Options.integer("replication", "read_threads")
            .defaultValue(4)
            .range(1, 256)
            .doc("Threads that read for clients.");

    public static final Option<Long> BLOCK_CACHE_BYTES = Options.bytes("pegasus.server", "rocksdb_block_cache_capacity")
            .defaultValue(256L << 20)
            .range(1L << 20, 1L << 40)
            .doc(
                    "Cache of blocks that all engines of this server share. A publish is short if indexes and filters of its files have"
                            + " room: about 1 MiB for 64 MiB of rows of 100 bytes.");

    public static final Option<Long> WRITE_BUFFERS_BYTES = Options.bytes(
                    "pegasus.server", "rocksdb_total_size_across_write_buffer")
            .defaultValue(128L << 20)
            .range(1L << 20, 1L << 40)
            .doc("Memory for writes that are not flushed, of all engines of this server.");

    public static final Option<Long> WRITE_BUFFER_BYTES = Options.bytes("pegasus.server", "rocksdb_write_buffer_size")
            .defaultValue(32L << 20)
            .range(64L << 10, 1L << 32)
            .doc("Memory for writes that are not flushed, of one engine.");

    public static final Option<Integer> COMPACTIONS_MAX = Options.integer(
                    "pegasus.server", "manual_compact_concurrent_max")
            .defaultValue(1)
            .range(1, 64)
            .doc(
                    "Manual compactions of replicas that this server runs at once. Each takes one of the engines' threads, "
                            + "and room for what it writes before it gives back what was there.");

    public static final Option<Integer> COMPACTION_MIN_INTERVAL_SECONDS = Options.integer(
                    "pegasus.server", "manual_compact_min_interval_seconds")
            .defaultValue(0)
            .range(0, 31_536_000)
            .doc("From the end of a manual compaction of a replica to the begin of its next.");

    public static final Option<String> BLOCK_SERVICE_TYPE = Options.string("block_service.<name>", "type")
            .defaultValue("local_service")
            .doc("Kind of block store.");

    public static final Option<String> BLOCK_SERVICE_ARGS =
            Options.string("block_service.<name>", "args").defaultValue("").doc("Its arguments, separated by blanks.");

    private ReplicaOptions() {}

    /** All options that a replica server knows. */
    public static ConfigSchema schema() {
        return ConfigSchema.of(ReplicaOptions.class, LoadSettings.class, ThrottleOptions.class, ReadLimits.class);
    }
}
