package dev.sluice.shell;

import dev.sluice.client.AdminClient;
import dev.sluice.common.view.AppListView;
import dev.sluice.common.view.AppView;
import dev.sluice.wire.admin.AppInfo;
import dev.sluice.wire.admin.AppStatus;
import dev.sluice.wire.admin.PatternMatchType;
import dev.sluice.wire.admin.QueryConfigResponse;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Apps: make, drop, recall, rename, list. */
final class AppCommands {
    private AppCommands() {}

    static List<Object> all(ShellSession session) {
        return List.of(
                new Create(session),
                new Drop(session),
                new Recall(session),
                new Rename(session),
                new ListApps(session),
                new ShowApp(session),
                new Use(session));
    }

    @Command(
            name = "create",
            description = "Makes an app, and waits until all its replicas are there.",
            footer = {
                "Without -f an app of that name and the same shape counts as made.",
                "",
                "Examples:",
                "  create orders",
                "  create orders -p 16 -r 3 -e default_ttl=86400,rocksdb.allow_ingest_behind=true"
            })
    private static final class Create implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Parameters(paramLabel = "<app_name>")
        private String name;

        @Option(
                names = {"-p", "--partition_count"},
                defaultValue = "4",
                description = "Partitions (default: 4).")
        private int partitionCount;

        @Option(
                names = {"-r", "--replica_count"},
                defaultValue = "3",
                description = "Replicas of each partition (default: 3).")
        private int replicaCount;

        @Option(
                names = {"-f", "--fail_if_exist"},
                description = "Fail if there is an app of that name, also if it has the same shape.")
        private boolean failIfExists;

        @Option(
                names = {"-e", "--envs"},
                split = ",",
                paramLabel = "<key>=<value>",
                description = "Environment variables.")
        private Map<String, String> envs = new TreeMap<>();

        @Option(
                names = {"-w", "--wait_ms"},
                defaultValue = "60000",
                description = "How long to wait for the replicas (default: 60000).")
        private int waitMs;

        Create(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            AdminClient admin = session.admin();
            int appId = admin.createApp(name, partitionCount, replicaCount, envs, failIfExists);
            admin.awaitHealthy(name, waitMs);
            session.say(
                    json,
                    "create app \"" + name + "\" succeed",
                    Map.of("app_id", appId, "app_name", name, "result", "create app succeed"));
            return Shell.DONE;
        }
    }

    @Command(
            name = "drop",
            description = "Drops an app. It can be recalled until it expires.",
            footer = {
                "When it expires its data is given up for good.",
                "",
                "Examples:",
                "  drop orders",
                "  drop orders -r 3600"
            })
    private static final class Drop implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Parameters(paramLabel = "<app_name>")
        private String name;

        @Option(
                names = {"-r", "--reserve_seconds"},
                defaultValue = "0",
                description = "Seconds until it expires (default: as the cluster is configured).")
        private long reserveSeconds;

        Drop(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            session.admin().dropApp(name, reserveSeconds);
            session.say(json, "drop app \"" + name + "\" succeed");
            return Shell.DONE;
        }
    }

    @Command(
            name = "recall",
            description = "Brings a dropped app back ('ls -a' shows dropped ones).",
            footer = {"Examples:", "  recall 7", "  recall 7 orders_of_yesterday"})
    private static final class Recall implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Parameters(index = "0", paramLabel = "<app_id>")
        private int appId;

        @Parameters(
                index = "1",
                paramLabel = "<new_name>",
                arity = "0..1",
                defaultValue = "",
                description = "Default: its old name.")
        private String newName;

        Recall(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            AppInfo app = session.admin().recallApp(appId, newName);
            session.say(json, "recall app " + appId + " as \"" + app.getAppName() + "\" succeed");
            return Shell.DONE;
        }
    }

    @Command(
            name = "rename",
            description = "Gives an app another name.",
            footer = {"Example: rename orders orders_of_today"})
    private static final class Rename implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Parameters(index = "0", paramLabel = "<old_name>")
        private String oldName;

        @Parameters(index = "1", paramLabel = "<new_name>")
        private String newName;

        Rename(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            session.admin().renameApp(oldName, newName);
            session.say(json, "rename app \"" + oldName + "\" to \"" + newName + "\" succeed");
            return Shell.DONE;
        }
    }

    /** How a name matches a pattern. */
    private enum Match {
        EXACT(PatternMatchType.PMT_MATCH_EXACT),
        ANYWHERE(PatternMatchType.PMT_MATCH_ANYWHERE),
        PREFIX(PatternMatchType.PMT_MATCH_PREFIX),
        POSTFIX(PatternMatchType.PMT_MATCH_POSTFIX);

        private final PatternMatchType type;

        Match(PatternMatchType type) {
            this.type = type;
        }
    }

    @Command(
            name = "ls",
            description = "Lists the apps.",
            footer = {"Examples:", "  ls -d", "  ls -s dropped", "  ls -p test_ -m prefix"})
    private static final class ListApps implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Option(
                names = {"-a", "--all"},
                description = "Also those that are dropped.")
        private boolean all;

        @Option(
                names = {"-d", "--detailed"},
                description = "Also how healthy they are.")
        private boolean detailed;

        @Option(
                names = {"-s", "--status"},
                defaultValue = "",
                description = "Only those with this status: available, creating, dropping, dropped, recalling.")
        private String status;

        @Option(
                names = {"-p", "--app_name_pattern"},
                defaultValue = "",
                description = "Only those whose name matches this.")
        private String pattern;

        @Option(
                names = {"-m", "--match_type"},
                defaultValue = "anywhere",
                description = "How it matches: exact, anywhere, prefix or postfix (default: anywhere).")
        private Match match;

        ListApps(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            List<AppInfo> apps = session.admin().listApps(asked(), pattern, match.type).stream()
                    .filter(app -> all || !status.isEmpty() || app.getStatus() != AppStatus.AS_DROPPED)
                    .toList();
            if (!detailed) {
                session.print(json, AppListView.of(apps, session.zone()).tables());
                return Shell.DONE;
            }
            Map<String, QueryConfigResponse> configurations = new TreeMap<>();
            for (AppInfo app : AppListView.available(apps)) {
                configurations.put(app.getAppName(), session.admin().queryConfig(app.getAppName()));
            }
            session.print(
                    json,
                    AppListView.detailed(apps, session.zone(), configurations).tables());
            return Shell.DONE;
        }

        private AppStatus asked() {
            if (status.isEmpty() || status.equals("all")) {
                return AppStatus.AS_INVALID;
            }
            try {
                return AppStatus.valueOf("AS_" + status.toUpperCase(Locale.ROOT));
            } catch (IllegalArgumentException e) {
                throw new ShellFailure("'" + status
                        + "' is not a status: expected all, available, creating, dropping, dropped or recalling");
            }
        }
    }

    @Command(
            name = "app",
            description = "Shows one app.",
            footer = {"Example: app orders -d"})
    private static final class ShowApp implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Parameters(paramLabel = "<app_name>")
        private String name;

        @Option(
                names = {"-d", "--detailed"},
                description = "Also where its replicas are.")
        private boolean detailed;

        ShowApp(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            AppView view = AppView.of(name, session.admin().queryConfig(name), detailed);
            session.print(json, view.tables());
            return Shell.DONE;
        }
    }

    @Command(name = "use", description = "Chooses the app that the commands on rows work with, or says which it is.")
    private static final class Use implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Parameters(paramLabel = "<app_name>", arity = "0..1", defaultValue = "")
        private String name;

        Use(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            if (name.isEmpty()) {
                session.say(json, "app in use: " + session.requireTableName());
                return Shell.DONE;
            }
            session.admin().app(name);
            session.use(name);
            session.say(json, "OK");
            return Shell.DONE;
        }
    }
}
