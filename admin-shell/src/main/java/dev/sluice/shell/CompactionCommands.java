package dev.sluice.shell;

import dev.sluice.client.CompactionOptions;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Compactions that an operator asks for. */
final class CompactionCommands {
    private CompactionCommands() {}

    static List<Object> all(ShellSession session) {
        return List.of(new Start(session), new Query(session));
    }

    /** What both take. */
    private static final class AppOption {
        @Option(
                names = {"-a", "--app_name"},
                defaultValue = "",
                description = "The app (default: the one in use).")
        private String name;

        private String require(ShellSession session) {
            return name.isEmpty() ? session.requireTableName() : name;
        }
    }

    /** Watches it to its end, or as long as nobody interrupts. As JSON there is only how it ended. */
    private static int watch(ShellSession session, JsonOption json, String app) {
        session.interruption().reset();
        boolean quiet = session.json(json);
        PrintWriter out = quiet ? new PrintWriter(Writer.nullWriter()) : session.out();
        int percent = required(
                app,
                new CompactionWatch(session.admin(), out, session.isLive(), session.interruption()).untilDone(app));
        if (quiet) {
            say(session, json, app, percent);
        } else if (percent < CompactionWatch.ALL) {
            session.out()
                    .println("the compaction goes on; query_manual_compaction -a " + app + " --wait comes back to it");
        }
        return Shell.DONE;
    }

    private static void say(ShellSession session, JsonOption json, String app, int percent) {
        session.say(
                json,
                percent + "% of the replicas of app \"" + app + "\" are compacted",
                Map.of("app_name", app, "progress", percent));
    }

    private static int required(String app, OptionalInt percent) {
        return percent.orElseThrow(() -> new ShellFailure("no manual compaction of app '" + app
                + "' was started: start_manual_compaction -a " + app + " starts one"));
    }

    @Command(
            name = "start_manual_compaction",
            description = {
                "Has every replica of an app compacted once. Writes and reads go on meanwhile,",
                "and share the disks with it."
            },
            footer = {
                "Refused with ERR_OPERATION_DISABLED while the app's env manual_compact.disabled",
                "is true: 'del_app_envs manual_compact.disabled' allows it again.",
                "",
                "Examples:",
                "  start_manual_compaction -a orders --wait",
                "  start_manual_compaction -a orders --bottommost --max-running-count 1"
            })
    private static final class Start implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Mixin
        private AppOption app;

        @Option(
                names = "--target-level",
                defaultValue = "-1",
                paramLabel = "N",
                description = "The level that the rows end in, from 1 up (default: -1, the lowest that has some).")
        private int targetLevel;

        @Option(
                names = "--bottommost",
                description = "Write the files of the lowest level anew too, without what was removed from them.")
        private boolean bottommost;

        @Option(
                names = "--max-running-count",
                defaultValue = "0",
                paramLabel = "N",
                description = {
                    "A replica begins only while fewer than N, of",
                    "whatever apps, compact on its server. Kept as the",
                    "env manual_compact.max_concurrent_running_count",
                    "(default: 0, which leaves that as it is;",
                    "del_app_envs removes it, and the limit with it)."
                })
        private int maxRunning;

        @Option(
                names = "--trigger-time",
                defaultValue = "0",
                paramLabel = "SECONDS",
                description = {
                    "Names the compaction, in seconds since 1970",
                    "(default: now); it does not delay it. The same one",
                    "again starts no other."
                })
        private long triggerTime;

        @Option(
                names = {"-w", "--wait"},
                description = "Show the progress until every replica is compacted.")
        private boolean wait;

        Start(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            String name = app.require(session);
            session.admin()
                    .startManualCompaction(
                            name, new CompactionOptions(targetLevel, bottommost, maxRunning, triggerTime));
            if (!wait || !session.json(json)) {
                session.say(json, "start manual compaction of app \"" + name + "\" succeed");
            }
            return wait ? watch(session, json, name) : Shell.DONE;
        }
    }

    @Command(
            name = "query_manual_compaction",
            description = "Shows how many percent of the replicas of an app are compacted since the last start.",
            footer = {
                "A replica that is missing counts as not compacted.",
                "",
                "Example: query_manual_compaction -a orders"
            })
    private static final class Query implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Mixin
        private AppOption app;

        @Option(
                names = {"-w", "--wait"},
                description = "Show the progress until every replica is compacted.")
        private boolean wait;

        Query(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            String name = app.require(session);
            if (wait) {
                return watch(session, json, name);
            }
            say(session, json, name, required(name, session.admin().queryManualCompaction(name)));
            return Shell.DONE;
        }
    }
}
