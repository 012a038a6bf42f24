package dev.sluice.meta;

import dev.sluice.common.config.ConfigSchema;
import dev.sluice.common.config.Option;
import dev.sluice.common.config.Options;
import dev.sluice.meta.admin.AdminOptions;
import dev.sluice.meta.load.LoadOptions;
import java.util.List;

/** The options of a meta server, beside those that an operator of apps needs. */
public final class MetaOptions {
    private static final String META = "meta_server";
    private static final String REPLICATION = "replication";

    public static final Option<String> HOST = Options.string("apps.meta", "host")
            .defaultValue("127.0.0.1")
            .doc("IPv4 address that this server binds and is known by.");

    public static final Option<Integer> PORT = Options.integer("apps.meta", "ports")
            .defaultValue(34601)
            .range(0, 65535)
            .doc("Port of the meta server; 0 takes a free one, and makes a group of one.");

    public static final Option<List<String>> SERVERS = Options.list(META, "server_list")
            .defaultValue(List.of("127.0.0.1:34601"))
            .doc("Addresses of all meta servers, this one among them; the same list on each, in an order that stays.");

    public static final Option<String> DATA_DIR =
            Options.string(META, "data_dir").defaultValue("data/meta").doc("Directory of the journal.");

    public static final Option<Integer> RAFT_PORT_OFFSET = Options.integer(META, "raft_port_offset")
            .defaultValue(1000)
            .range(1, 30_000)
            .doc("The meta servers talk to each other on their port plus this.");

    public static final Option<Long> FIRST_ELECTION_TIMEOUT_MS = Options.milliseconds(
                    META, "raft_first_election_timeout_ms")
            .defaultValue(100L)
            .range(10L, 60_000L)
            .doc("A meta server that hears of no leader at its start stands for election after this.");

    public static final Option<Long> ELECTION_TIMEOUT_MS = Options.milliseconds(META, "raft_election_timeout_ms")
            .defaultValue(1_000L)
            .range(100L, 60_000L)
            .doc("A meta leader that is not heard of for so long, up to twice as long, is replaced.");

    public static final Option<String> CLUSTER_NAME = Options.string(REPLICATION, "cluster_name")
            .defaultValue("sluice")
            .doc("What clients are told that this cluster is called.");

    public static final Option<String> FUNCTION_LEVEL_ON_START = Options.choice(
                    META, "meta_function_level_on_start", "stopped", "blind", "freezed", "steady", "lively")
            .defaultValue("steady")
            .doc("How much a new cluster does by itself, until an operator sets it.");

    public static final Option<Long> NODE_LEASE_MS = Options.milliseconds(META, "node_lease_ms")
            .defaultValue(4_000L)
            .range(100L, 600_000L)
            .doc("A replica server serves for so long after it sent a beat that was answered.");

    public static final Option<Long> NODE_GRACE_MS = Options.milliseconds(META, "node_grace_ms")
            .defaultValue(5_000L)
            .range(110L, 660_000L)
            .doc("A replica server that is not heard of for so long is dead; longer than the lease.");

    public static final Option<Long> NODE_BEAT_INTERVAL_MS = Options.milliseconds(META, "node_beat_interval_ms")
            .defaultValue(500L)
            .range(10L, 60_000L)
            .doc("A replica server sends a beat so often.");

    public static final Option<Long> DIRECTIVE_REPEAT_MS = Options.milliseconds(META, "directive_repeat_interval_ms")
            .defaultValue(10_000L)
            .range(100L, 600_000L)
            .doc("All directives are sent again so often, changed or not.");

    public static final Option<Long> ASSIGN_DELAY_MS = Options.milliseconds(
                    META, "replica_assign_delay_ms_for_dropouts")
            .defaultValue(600_000L)
            .range(0L, 864_000_000L)
            .doc("A replica server that left may stay away so long before another takes its place.")
            .mutable();

    public static final Option<Integer> LIVE_PERCENT_MIN = Options.integer(
                    META, "node_live_percentage_threshold_for_update")
            .defaultValue(0)
            .range(0, 100)
            .doc(
                    "With a smaller share of the replica servers alive, in percent, the cluster is kept as it is, as at the function "
                            + "level freezed; 0: never.")
            .mutable();

    public static final Option<Integer> MIN_REPLICA_COUNT = Options.integer(
                    REPLICATION, "mutation_2pc_min_replica_count")
            .defaultValue(2)
            .range(1, 100)
            .doc("Members that a write needs; never more than the app should have.");

    public static final Option<Boolean> RECOVER = Options.bool(META, "recover_from_replica_server")
            .defaultValue(false)
            .doc("An empty meta group makes no new cluster, but waits to be told to recover a lost one.");

    public static final Option<Integer> BALANCE_MOVES_MAX = Options.integer(META, "balance_op_count_per_round")
            .defaultValue(10)
            .range(0, 10_000)
            .doc("Moves of the balancer under way at a time; it moves only at the function level lively.")
            .mutable();

    public static final Option<Boolean> BALANCE_ONLY_PRIMARIES = Options.bool(META, "only_move_primary")
            .defaultValue(false)
            .doc("The balancer switches primaries and copies nothing.")
            .mutable();

    public static final Option<Boolean> BALANCE_PRIMARIES_ONLY = Options.bool(META, "only_primary_balancer")
            .defaultValue(false)
            .doc("The balancer evens out primaries only. It does so by switching them: the same as only_move_primary.")
            .mutable();

    public static final Option<Boolean> BALANCE_IN_TURN = Options.bool(META, "balancer_in_turn")
            .defaultValue(false)
            .doc("The balancer moves partitions of one app at a time.")
            .mutable();

    public static final Option<Integer> NETWORK_THREADS = Options.integer("network", "io_service_worker_count")
            .defaultValue(2)
            .range(1, 64)
            .doc("Network threads.");

    public static final Option<String> BLOCK_SERVICE_TYPE = Options.string("block_service.<name>", "type")
            .defaultValue("local_service")
            .doc("Kind of block store.");

    public static final Option<String> BLOCK_SERVICE_ARGS =
            Options.string("block_service.<name>", "args").defaultValue("").doc("Its arguments, separated by blanks.");

    public static final Option<Boolean> ALLOW_FAULT_POINTS = Options.bool(META, "allow_fault_points")
            .defaultValue(false)
            .doc("For tests and drills: remote commands may hold or end this server at named points of its work.");

    public static final Option<String> BULK_LOAD_VERIFY = LoadOptions.VERIFY;

    public static final Option<Integer> BULK_LOAD_TINY_FILES_MAX = LoadOptions.TINY_FILES_MAX;

    public static final Option<Integer> BULK_LOAD_NODE_INGESTING_MAX = LoadOptions.NODE_INGESTING_MAX;

    private MetaOptions() {}

    /** All options that a meta server knows. */
    public static ConfigSchema schema() {
        return ConfigSchema.of(MetaOptions.class, AdminOptions.class);
    }
}
