package dev.sluice.shell;

import dev.sluice.client.ClientException;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.Wire;
import dev.sluice.common.view.TextTable;
import dev.sluice.wire.admin.BalancerRequestType;
import dev.sluice.wire.admin.ConfigType;
import dev.sluice.wire.admin.DddNodeInfo;
import dev.sluice.wire.admin.DddPartitionInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What an operator does with partitions by hand. */
final class OperationCommands {
    static final String GPID = "<app_id.partition_index>";
    private static final String NODE = "<host:port>";

    private OperationCommands() {}

    static List<Object> all(ShellSession session) {
        return List.of(new Balance(session), new Propose(session), new Diagnose(session), new Recover(session));
    }

    private static HostPort node(String text) {
        try {
            return HostPort.parse(text);
        } catch (IllegalArgumentException e) {
            throw new ShellFailure("'" + text + "' is no address: expected host:port");
        }
    }

    static Gpid gpid(String text) {
        try {
            return Gpid.parse(text);
        } catch (IllegalArgumentException e) {
            throw new ShellFailure("'" + text + "' is no partition: expected app_id.partition_index");
        }
    }

    /** Moves by the names that the shell of Pegasus has for them. */
    enum Kind {
        MOVE_PRI,
        COPY_PRI,
        COPY_SEC
    }

    @Command(name = "balance", description = "Moves or copies a replica of a partition.")
    private static final class Balance implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Option(
                names = {"-g", "--gpid"},
                required = true,
                paramLabel = GPID,
                description = "The partition.")
        private String gpid;

        @Option(
                names = {"-p", "--type"},
                required = true,
                description = "move_pri, copy_pri or copy_sec.")
        private Kind kind;

        @Option(
                names = {"-f", "--from"},
                required = true,
                paramLabel = NODE,
                description = "Where it is now.")
        private String from;

        @Option(
                names = {"-t", "--to"},
                required = true,
                paramLabel = NODE,
                description = "Where it is to be.")
        private String to;

        Balance(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            BalancerRequestType type = switch (kind) {
                case MOVE_PRI -> BalancerRequestType.MOVE_PRIMARY;
                case COPY_PRI -> BalancerRequestType.COPY_PRIMARY;
                case COPY_SEC -> BalancerRequestType.COPY_SECONDARY;
            };
            session.admin().operations().move(gpid(gpid), type, node(from), node(to));
            session.say(json, "send balance proposal result: ERR_OK");
            return Shell.DONE;
        }
    }

    /** Changes by the names that the shell of Pegasus has for them. */
    enum Change {
        ASSIGN_PRIMARY,
        UPGRADE_TO_PRIMARY,
        ADD_SECONDARY,
        DOWNGRADE_TO_INACTIVE,
        REMOVE
    }

    @Command(
            name = "propose",
            description =
                    "Proposes one change of a partition's members. ASSIGN_PRIMARY is for a partition that lost all:"
                            + " what only they had is lost.")
    private static final class Propose implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Option(
                names = {"-g", "--gpid"},
                required = true,
                paramLabel = GPID,
                description = "The partition.")
        private String gpid;

        @Option(
                names = {"-p", "--type"},
                required = true,
                description = "ASSIGN_PRIMARY, UPGRADE_TO_PRIMARY, ADD_SECONDARY, DOWNGRADE_TO_INACTIVE or REMOVE.")
        private Change change;

        @Option(
                names = {"-t", "--target"},
                required = true,
                paramLabel = NODE,
                description = "Whom the change is told.")
        private String target;

        @Option(
                names = {"-n", "--node"},
                required = true,
                paramLabel = NODE,
                description = "Whom it is about.")
        private String node;

        @Option(
                names = "--force",
                description = "With ASSIGN_PRIMARY: also if the node has nothing of the partition, which begins empty.")
        private boolean force;

        Propose(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            session.admin()
                    .operations()
                    .propose(gpid(gpid), ConfigType.valueOf("CT_" + change.name()), node(target), node(node), force);
            session.say(json, "send proposal response: ERR_OK");
            return Shell.DONE;
        }
    }

    @Command(
            name = "ddd_diagnose",
            description = "Shows partitions of which no member is left, and what nodes still hold of them.")
    private static final class Diagnose implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Option(
                names = {"-g", "--gpid"},
                defaultValue = "",
                paramLabel = "<app_id|app_id.partition_index>",
                description = "Of this app or partition only.")
        private String scope;

        @Option(
                names = {"-a", "--auto_diagnose"},
                description = "Makes the living node that has the most of each the only member: what only the lost ones"
                        + " had is lost.")
        private boolean assign;

        Diagnose(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            List<DddPartitionInfo> lost = session.admin().operations().diagnose(wanted());
            TextTable nodes = TextTable.columns(
                    "nodes",
                    "pidx",
                    "node",
                    "drop_time_ms",
                    "is_alive",
                    "is_collected",
                    "ballot",
                    "committed",
                    "prepared");
            TextTable partitions = TextTable.columns("partitions", "pidx", "ballot", "reason", "best", "action");
            for (DddPartitionInfo partition : lost) {
                String name = Wire.gpid(partition.getConfig().getPid()).toString();
                for (DddNodeInfo node : partition.getDropped()) {
                    nodes.add(
                            name,
                            Wire.hostPort(node.getNode()),
                            node.getDropTimeMs(),
                            node.isIsAlive(),
                            node.isIsCollected(),
                            node.getBallot(),
                            node.getLastCommittedDecree(),
                            node.getLastPreparedDecree());
                }
                HostPort best = best(partition);
                partitions.add(
                        name,
                        partition.getConfig().getBallot(),
                        partition.getReason(),
                        best == null ? "-" : best,
                        action(partition, best));
            }
            session.print(json, nodes, partitions, TextTable.facts("summary").add("ddd_partition_count", lost.size()));
            return Shell.DONE;
        }

        private Gpid wanted() {
            if (scope.isEmpty()) {
                return new Gpid(-1, -1);
            }
            try {
                return scope.contains(".") ? Gpid.parse(scope) : new Gpid(Integer.parseInt(scope), -1);
            } catch (IllegalArgumentException e) {
                throw new ShellFailure(
                        "'" + scope + "' is no app and no partition: expected app_id or app_id.partition_index");
            }
        }

        private static @Nullable HostPort best(DddPartitionInfo partition) {
            Optional<DddNodeInfo> best = partition.getDropped().stream()
                    .filter(node -> node.isIsAlive() && node.isIsCollected())
                    .max(Comparator.comparingLong(DddNodeInfo::getBallot)
                            .thenComparingLong(DddNodeInfo::getLastPreparedDecree));
            return best.map(node -> Wire.hostPort(node.getNode())).orElse(null);
        }

        private String action(DddPartitionInfo partition, @Nullable HostPort best) {
            if (best == null) {
                return "wait for a node that has it";
            }
            if (!assign) {
                return "propose -p ASSIGN_PRIMARY";
            }
            Gpid gpid = Wire.gpid(partition.getConfig().getPid());
            session.admin().operations().propose(gpid, ConfigType.CT_ASSIGN_PRIMARY, best, best, false);
            return "assigned";
        }
    }

    @Command(
            name = "recover",
            description =
                    "Rebuilds a lost meta group from what replica servers hold. The meta servers must be empty, and"
                            + " started with recover_from_replica_server.")
    private static final class Recover implements Callable<Integer> {
        private static final long AGAIN_MS = 1_000;

        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Option(
                names = {"-s", "--node_list"},
                split = ",",
                paramLabel = NODE,
                description = "The replica servers.")
        private List<String> listed = new ArrayList<>();

        @Option(
                names = {"-f", "--node_list_file"},
                paramLabel = "<file>",
                description = "A file with a replica server on each line.")
        private @Nullable Path file;

        @Option(
                names = {"-w", "--wait_seconds"},
                defaultValue = "100",
                description = "How long to wait for all of them (default: ${DEFAULT-VALUE}).")
        private int waitSeconds;

        @Option(
                names = {"-b", "--skip_bad_nodes"},
                description = "Leave out nodes that are not there.")
        private boolean skipBadNodes;

        @Option(
                names = {"-l", "--skip_lost_partitions"},
                description = "Partitions of which nothing is left begin empty.")
        private boolean skipLostPartitions;

        Recover(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() throws InterruptedException {
            List<HostPort> nodes = nodes();
            long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(waitSeconds);
            while (true) {
                try {
                    String hint = session.admin().operations().recover(nodes, skipBadNodes, skipLostPartitions);
                    session.say(json, hint.isEmpty() ? "recover succeed" : "recover succeed\n" + hint);
                    return Shell.DONE;
                } catch (ClientException e) {
                    if (e.error() != ErrorCode.ERR_TRY_AGAIN || System.nanoTime() >= untilNs) {
                        throw e;
                    }
                    TimeUnit.MILLISECONDS.sleep(AGAIN_MS);
                }
            }
        }

        private List<HostPort> nodes() {
            List<String> names = new ArrayList<>(listed);
            if (file != null) {
                try {
                    names.addAll(Files.readAllLines(file));
                } catch (IOException e) {
                    throw new ShellFailure(file + " cannot be read: " + e.getMessage());
                }
            }
            List<HostPort> nodes = names.stream()
                    .map(String::trim)
                    .filter(name -> !name.isEmpty())
                    .map(OperationCommands::node)
                    .toList();
            if (nodes.isEmpty()) {
                throw new ShellFailure("name the replica servers with -s or -f");
            }
            return nodes;
        }
    }
}
