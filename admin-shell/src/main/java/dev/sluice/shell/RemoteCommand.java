package dev.sluice.shell;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.client.AdminClient;
import dev.sluice.client.ClientException;
import dev.sluice.client.SluiceClient;
import dev.sluice.common.HostPort;
import dev.sluice.common.command.JsonText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Remote commands on servers. The answer is JSON: what each server said, and how many did. */
final class RemoteCommand {
    private static final String NAME = "remote_command";
    private static final String META = "meta-server";
    private static final String REPLICA = "replica-server";
    private static final ObjectMapper JSON = new ObjectMapper();

    private RemoteCommand() {}

    static List<Object> all(ShellSession session) {
        return List.of(new Run(session), new Info(session), new Stat(session), new FlushLog(session));
    }

    /** Lets options behind the name of the remote command go to the remote command. */
    static void keepWordsOfTheCommand(CommandLine shell) {
        CommandLine command = shell.getSubcommands().get(NAME);
        if (command != null) {
            command.setStopAtPositional(true);
        }
    }

    /** Which servers. */
    private static final class Targets {
        @Option(
                names = {"-t", "--node_type"},
                defaultValue = "all",
                description = "all, meta-server or replica-server (default: all).")
        private String type;

        @Option(
                names = {"-l", "--node_list"},
                defaultValue = "",
                paramLabel = "<host:port,...>",
                description = "These servers instead.")
        private String list;

        /** Servers and their roles. */
        private Map<HostPort, String> find(AdminClient admin) {
            Map<HostPort, String> roles = new TreeMap<>();
            admin.listNodes().keySet().forEach(node -> roles.put(node, REPLICA));
            metaServers(admin).forEach(node -> roles.put(node, META));
            if (!list.isEmpty()) {
                Map<HostPort, String> listed = new TreeMap<>();
                SluiceClient.parseServers(list).forEach(node -> listed.put(node, roles.getOrDefault(node, "unknown")));
                return listed;
            }
            switch (type) {
                case "all" -> {}
                case META, REPLICA -> roles.values().removeIf(role -> !role.equals(type));
                default ->
                    throw new ShellFailure(
                            "'" + type + "' is not a node type: expected all, meta-server or replica-server");
            }
            return roles;
        }

        private static List<HostPort> metaServers(AdminClient admin) {
            String known = admin.clusterInfo().getOrDefault("meta_servers", "");
            return known.isEmpty() ? admin.metaServers() : SluiceClient.parseServers(known);
        }
    }

    @Command(
            name = NAME,
            description = "Runs a remote command on servers; the command 'help' lists those there are.",
            footer = {
                "Examples:",
                "  remote_command -t replica-server help",
                "  remote_command -t replica-server replica.max-concurrent-bulk-load-downloading-count 2",
                "  remote_command -l 127.0.0.1:34801 config.get max_concurrent_bulk_load_downloading_count"
            })
    private static final class Run implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private Targets targets;

        @Parameters(index = "0", paramLabel = "<command>")
        private String command;

        @Parameters(index = "1..*", arity = "0..*", paramLabel = "<argument>")
        private List<String> arguments = new ArrayList<>();

        Run(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            return run(session, targets, command, arguments);
        }
    }

    @Command(name = "server_info", description = "Shows version and start time of the servers.")
    private static final class Info implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private Targets targets;

        Info(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            return run(session, targets, "server-info", List.of());
        }
    }

    @Command(
            name = "server_stat",
            description = "Shows the meters of the servers.",
            footer = "Example: server_stat -t replica-server")
    private static final class Stat implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private Targets targets;

        Stat(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            return run(session, targets, "server-stat", List.of());
        }
    }

    @Command(name = "flush_log", description = "Has the servers write what they logged to their disks.")
    private static final class FlushLog implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private Targets targets;

        FlushLog(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            return run(session, targets, "flush-log", List.of());
        }
    }

    private static int run(ShellSession session, Targets targets, String command, List<String> arguments) {
        AdminClient admin = session.admin();
        Map<String, Object> details = new TreeMap<>();
        int failed = 0;
        for (Map.Entry<HostPort, String> target : targets.find(admin).entrySet()) {
            Map<String, Object> answer = new TreeMap<>();
            answer.put("role", target.getValue());
            try {
                answer.put("message", parsed(admin.remoteCommand(target.getKey(), command, arguments)));
                answer.put("acked", true);
            } catch (ClientException e) {
                answer.put("message", String.valueOf(e.getMessage()));
                answer.put("acked", false);
                failed++;
            }
            details.put(target.getKey().toString(), answer);
        }
        Map<String, Object> all = new TreeMap<>();
        all.put("command", arguments.isEmpty() ? command : command + " " + String.join(" ", arguments));
        all.put("details", details);
        all.put("failed_count", failed);
        all.put("succeed_count", details.size() - failed);
        session.out().println(JsonText.indented(all));
        session.out().flush();
        return failed == 0 ? Shell.DONE : Shell.FAILED;
    }

    /** The text, or what it says as JSON. */
    private static Object parsed(String text) {
        if (!text.startsWith("{") && !text.startsWith("[")) {
            return text;
        }
        try {
            return JSON.readValue(text, Object.class);
        } catch (JsonProcessingException e) {
            return text;
        }
    }
}
