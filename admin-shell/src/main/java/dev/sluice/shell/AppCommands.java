package dev.sluice.shell;

import dev.sluice.client.AdminClient;
import dev.sluice.wire.admin.AppInfo;
import dev.sluice.wire.admin.AppStatus;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
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
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd_HH:mm:ss", Locale.ROOT);

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

    /** Unix seconds as {@code YYYY-MM-DD_hh:mm:ss}; {@code -} for none. */
    static String time(long unixSeconds, ZoneId zone) {
        return unixSeconds <= 0
                ? "-"
                : TIME.format(Instant.ofEpochSecond(unixSeconds).atZone(zone));
    }

    @Command(name = "create", description = "Makes an app, and waits until all its replicas are there.")
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

    @Command(name = "drop", description = "Drops an app. It can be recalled until it expires.")
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

    @Command(name = "recall", description = "Brings a dropped app back ('ls -a' shows dropped ones).")
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

    @Command(name = "rename", description = "Gives an app another name.")
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

    @Command(name = "ls", description = "Lists the apps.")
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
                description = "Only those whose name contains this.")
        private String pattern;

        ListApps(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            List<AppInfo> apps = session.admin().listApps(asked()).stream()
                    .filter(app -> all || !status.isEmpty() || app.getStatus() != AppStatus.AS_DROPPED)
                    .filter(app -> app.getAppName().contains(pattern))
                    .toList();
            TextTable general = TextTable.columns(
                    "general_info",
                    "app_id",
                    "status",
                    "app_name",
                    "app_type",
                    "partition_count",
                    "replica_count",
                    "is_stateful",
                    "create_time",
                    "drop_time",
                    "drop_expire",
                    "envs_count",
                    "atomic_idempotent");
            for (AppInfo app : apps) {
                boolean dropped = app.getStatus() == AppStatus.AS_DROPPED;
                general.add(
                        app.getAppId(),
                        word(app.getStatus()),
                        app.getAppName(),
                        app.getAppType(),
                        app.getPartitionCount(),
                        app.getMaxReplicaCount(),
                        app.isIsStateful(),
                        time(app.getCreateSecond(), session.zone()),
                        dropped ? time(app.getDropSecond(), session.zone()) : "-",
                        dropped ? time(app.getExpireSecond(), session.zone()) : "-",
                        app.getEnvsSize(),
                        app.isAtomicIdempotent());
            }
            List<AppInfo> available = apps.stream()
                    .filter(app -> app.getStatus() == AppStatus.AS_AVAILABLE)
                    .toList();
            TextTable summary = TextTable.facts("summary").add("total_app_count", available.size());
            if (detailed) {
                TextTable healthy = health(available, summary);
                session.print(json, general, healthy, summary);
            } else {
                session.print(json, general, summary);
            }
            return Shell.DONE;
        }

        private TextTable health(List<AppInfo> apps, TextTable summary) {
            TextTable table = TextTable.columns(
                    "healthy_info",
                    "app_id",
                    "app_name",
                    "partition_count",
                    "fully_healthy",
                    "unhealthy",
                    "write_unhealthy",
                    "read_unhealthy");
            AppHealth total = AppHealth.NONE;
            for (AppInfo app : apps) {
                AppHealth health = AppHealth.of(session.admin().queryConfig(app.getAppName()));
                total = total.plus(health);
                table.add(
                        app.getAppId(),
                        app.getAppName(),
                        app.getPartitionCount(),
                        health.fullyHealthy(),
                        health.unhealthy(),
                        health.writeUnhealthy(),
                        health.readUnhealthy());
            }
            summary.add("fully_healthy_partition_count", total.fullyHealthy())
                    .add("unhealthy_partition_count", total.unhealthy())
                    .add("write_unhealthy_partition_count", total.writeUnhealthy())
                    .add("read_unhealthy_partition_count", total.readUnhealthy());
            return table;
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

        private static String word(AppStatus status) {
            return status.name().substring("AS_".length());
        }
    }

    @Command(name = "app", description = "Shows one app.")
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
