package dev.sluice.shell;

import dev.sluice.client.ClientException;
import dev.sluice.client.SluiceClient;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import dev.sluice.common.view.DiskView;
import dev.sluice.common.view.NodeView;
import dev.sluice.common.view.TextTable;
import dev.sluice.wire.admin.AppStatus;
import dev.sluice.wire.admin.MetaFunctionLevel;
import dev.sluice.wire.admin.NodeStatus;
import dev.sluice.wire.admin.QueryConfigResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The cluster and its nodes. */
final class ClusterCommands {
    private ClusterCommands() {}

    static List<Object> all(ShellSession session) {
        return List.of(
                new ClusterInfo(session),
                new Nodes(session),
                new DiskCapacity(session),
                new GetLevel(session),
                new SetLevel(session));
    }

    @Command(name = "cluster_info", description = "Shows what the meta leader says of the cluster.")
    private static final class ClusterInfo implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        ClusterInfo(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            TextTable info = TextTable.facts("cluster_info");
            session.admin().clusterInfo().forEach(info::add);
            session.print(json, info);
            return Shell.DONE;
        }
    }

    /** Which nodes to show. */
    enum NodeFilter {
        ALL,
        ALIVE,
        UNALIVE
    }

    @Command(
            name = "nodes",
            description = "Shows the replica servers.",
            footer = {"Examples:", "  nodes -d", "  nodes -s unalive"})
    private static final class Nodes implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Option(
                names = {"-d", "--detailed"},
                description = "Also count the replicas that each has.")
        private boolean detailed;

        @Option(
                names = {"-s", "--status"},
                defaultValue = "all",
                description = "all, alive or unalive (default: all).")
        private NodeFilter filter;

        Nodes(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            Map<HostPort, NodeStatus> nodes = session.admin().listNodes();
            if (!detailed) {
                session.print(json, NodeView.of(nodes, this::isWanted).tables());
                return Shell.DONE;
            }
            List<QueryConfigResponse> configurations = session.admin().listApps(AppStatus.AS_AVAILABLE).stream()
                    .map(app -> session.admin().queryConfig(app.getAppName()))
                    .toList();
            session.print(
                    json,
                    NodeView.detailed(nodes, this::isWanted, configurations).tables());
            return Shell.DONE;
        }

        private boolean isWanted(NodeStatus status) {
            return switch (filter) {
                case ALL -> true;
                case ALIVE -> status == NodeStatus.NS_ALIVE;
                case UNALIVE -> status != NodeStatus.NS_ALIVE;
            };
        }
    }

    @Command(
            name = "disk_capacity",
            description = "Shows the data directories of replica servers, and how many replicas are on each.",
            footer = {"Examples:", "  disk_capacity", "  disk_capacity -n 10.0.0.1:34801 -a orders"})
    private static final class DiskCapacity implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Option(
                names = {"-n", "--node"},
                defaultValue = "",
                paramLabel = "<host:port,...>",
                description = "These replica servers (default: all that are alive).")
        private String nodes;

        @Option(
                names = {"-a", "--app_name"},
                defaultValue = "",
                paramLabel = "<app>",
                description =
                        "Counts replicas of this app only, and leaves out servers that have none (default: all apps).")
        private String app;

        DiskCapacity(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            List<TextTable> shown = new ArrayList<>();
            int failed = 0;
            for (HostPort node : wanted()) {
                try {
                    shown.add(DiskView.of(node, session.admin().diskInfo(node, app)));
                } catch (ClientException e) {
                    if (app.isEmpty() || e.error() != ErrorCode.ERR_OBJECT_NOT_FOUND) {
                        session.err().println(e.getMessage());
                        failed++;
                    }
                }
            }
            if (shown.isEmpty() && failed == 0) {
                String servers = nodes.isEmpty() ? "no replica server that is alive" : "none of " + nodes;
                throw new ShellFailure(
                        app.isEmpty() ? "no replica server is alive" : servers + " has a replica of '" + app + "'");
            }
            session.print(json, shown.toArray(TextTable[]::new));
            return failed == 0 ? Shell.DONE : Shell.FAILED;
        }

        private List<HostPort> wanted() {
            if (!nodes.isEmpty()) {
                return SluiceClient.parseServers(nodes);
            }
            return session.admin().listNodes().entrySet().stream()
                    .filter(node -> node.getValue() == NodeStatus.NS_ALIVE)
                    .map(Map.Entry::getKey)
                    .toList();
        }
    }

    /** How much the meta leader does by itself. */
    enum Level {
        STOPPED,
        BLIND,
        FREEZED,
        STEADY,
        LIVELY;

        private MetaFunctionLevel onWire() {
            return MetaFunctionLevel.valueOf("FL_" + name());
        }
    }

    private static String word(MetaFunctionLevel level) {
        return level.name().substring("FL_".length()).toLowerCase(Locale.ROOT);
    }

    @Command(name = "get_meta_level", description = "Shows how much the meta leader does by itself.")
    private static final class GetLevel implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        GetLevel(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            String level = word(session.admin().functionLevel());
            session.say(json, "current meta level is " + level, Map.of("level", level));
            return Shell.DONE;
        }
    }

    @Command(
            name = "set_meta_level",
            description = "Sets how much the meta leader does by itself.",
            footer = {
                "stopped, blind, freezed: nothing is repaired; freezed and below: no app is created.",
                "steady: replicas that are lost are replaced. lively: the load is balanced as well.",
                "",
                "Example: set_meta_level steady"
            })
    private static final class SetLevel implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Parameters(paramLabel = "<level>", description = "stopped, blind, freezed, steady or lively.")
        private Level level;

        SetLevel(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            String old = word(session.admin().setFunctionLevel(level.onWire()));
            session.say(
                    json,
                    "set meta level to " + word(level.onWire()) + " succeed, old level was " + old,
                    Map.of("level", word(level.onWire()), "old_level", old));
            return Shell.DONE;
        }
    }
}
