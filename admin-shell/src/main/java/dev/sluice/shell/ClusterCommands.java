package dev.sluice.shell;

import dev.sluice.common.HostPort;
import dev.sluice.common.view.NodeView;
import dev.sluice.common.view.TextTable;
import dev.sluice.wire.admin.AppStatus;
import dev.sluice.wire.admin.MetaFunctionLevel;
import dev.sluice.wire.admin.NodeStatus;
import dev.sluice.wire.admin.QueryConfigResponse;
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
        return List.of(new ClusterInfo(session), new Nodes(session), new GetLevel(session), new SetLevel(session));
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
