package dev.sluice.shell;

import dev.sluice.client.ClientException;
import dev.sluice.client.LoadSource;
import dev.sluice.client.LoadStatus;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.command.JsonText;
import dev.sluice.common.view.TextTable;
import dev.sluice.wire.bulkload.BulkLoadControlType;
import dev.sluice.wire.bulkload.BulkLoadStatus;
import dev.sluice.wire.bulkload.LoadMode;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Bulk load, with the flags and words of the Pegasus shell. */
final class LoadCommands {
    private LoadCommands() {}

    static List<Object> all(ShellSession session) {
        return List.of(
                new Start(session),
                new Query(session),
                new Pause(session),
                new Restart(session),
                new Cancel(session),
                new Clear(session),
                new Generations(session),
                new Rollback(session));
    }

    /** What every command on a load takes. */
    private static final class AppOption {
        @Option(
                names = {"-a", "--app_name"},
                defaultValue = "",
                description = "The app.")
        private String name;

        private String require() {
            return required("app_name", name);
        }
    }

    private static String required(String option, String value) {
        if (value.isEmpty()) {
            throw new ShellFailure(option + " should not be empty");
        }
        return value;
    }

    /** Says that it succeeded; a refusal is said in the words of the Pegasus shell. */
    private static int attempt(ShellSession session, JsonOption json, String verb, Supplier<String> call) {
        try {
            session.say(json, call.get());
            return Shell.DONE;
        } catch (ClientException e) {
            return refused(
                    session, json, verb, e.error(), e.hint().isEmpty() ? String.valueOf(e.getMessage()) : e.hint());
        }
    }

    private static int refused(ShellSession session, JsonOption json, String verb, ErrorCode error, String hint) {
        if (session.json(json)) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("error", error.name());
            fields.put("message", verb + " bulk load failed");
            fields.put("hint", hint);
            session.err().println(JsonText.indented(fields));
        } else {
            session.err().println(verb + " bulk load failed, error=" + error + " [hint:\"" + hint + "\"]");
        }
        session.err().flush();
        return Shell.FAILED;
    }

    /** Watches a load to its end: done if it succeeded. As JSON there is only how it ended. */
    private static int watch(ShellSession session, JsonOption json, String app) {
        session.interruption().reset();
        boolean quiet = session.json(json);
        PrintWriter out = quiet ? new PrintWriter(Writer.nullWriter()) : session.out();
        LoadStatus end = new LoadWatch(session.admin(), out, session.isLive(), session.interruption()).untilEnded(app);
        if (quiet) {
            session.print(json, LoadTables.of(end, LoadTables.ALL, false));
        } else if (!end.isEnded()) {
            session.out().println("the load goes on; query_bulk_load_status -a " + app + " --watch comes back to it");
        }
        return !end.isEnded() || end.status() == BulkLoadStatus.BLS_SUCCEED ? Shell.DONE : Shell.FAILED;
    }

    @Command(name = "start_bulk_load", description = "Loads a file set into an app.")
    private static final class Start implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Mixin
        private AppOption app;

        @Option(
                names = {"-c", "--cluster_name"},
                defaultValue = "",
                description = "The cluster name in the path of the file set.")
        private String clusterName;

        @Option(
                names = {"-p", "--file_provider_type"},
                defaultValue = "",
                description = "A [block_service.<name>] section of the cluster.")
        private String provider;

        @Option(
                names = {"-r", "--root_path"},
                defaultValue = "",
                description = "The root of the file set in the provider.")
        private String rootPath;

        @Option(
                names = {"-i", "--ingest_behind"},
                description = "Rows that exist win over loaded ones (as --mode behind).")
        private boolean ingestBehind;

        @Option(
                names = {"-m", "--mode"},
                defaultValue = "merge",
                paramLabel = "MODE",
                description = {
                    "How loaded rows meet rows that are there (default: merge).",
                    "merge: loaded rows win, other rows stay.",
                    "behind: rows that are there win, deleted ones too; allowed by the app's env",
                    "  rocksdb.allow_ingest_behind=true, which is set when it is created.",
                    "replace: the loaded rows are all there is; the rows before are kept for",
                    "  rollback_bulk_load."
                })
        private String mode;

        @Option(
                names = "--priority",
                defaultValue = "0",
                paramLabel = "N",
                description = {
                    "From -9 to 9 (default: 0). Where replicas wait for a download slot of a node,",
                    "those of a load of higher priority go first; every fourth slot is given to",
                    "whoever waits longest."
                })
        private int priority;

        @Option(
                names = "--dry-run",
                description =
                        "Only check all that can be checked without fetching, and say what would be fetched where.")
        private boolean dryRun;

        @Option(
                names = {"-w", "--watch"},
                description = "Show the progress until the load has ended.")
        private boolean watch;

        Start(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            LoadSource source = new LoadSource(
                    app.require(),
                    required("cluster_name", clusterName),
                    required("file_provider_type", provider),
                    required("root_path", rootPath),
                    ingestBehind ? LoadMode.BEHIND : mode(),
                    priority);
            if (dryRun) {
                return attempt(session, json, "start", () -> session.admin().forecastBulkLoad(source));
            }
            int code = attempt(session, json, "start", () -> {
                session.admin().startBulkLoad(source);
                return "start bulk load succeed";
            });
            return code == Shell.DONE && watch ? watch(session, json, source.app()) : code;
        }

        private LoadMode mode() {
            return switch (mode.toLowerCase(Locale.ROOT)) {
                case "merge" -> LoadMode.MERGE;
                case "behind" -> LoadMode.BEHIND;
                case "replace" -> LoadMode.REPLACE;
                default -> throw new ShellFailure("mode '" + mode + "': expected merge, behind or replace");
            };
        }
    }

    @Command(name = "query_bulk_load_status", description = "Shows how a load is going, or how the last one went.")
    private static final class Query implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Mixin
        private AppOption app;

        @Option(
                names = {"-i", "--partition_index"},
                defaultValue = "-1",
                description = "Only this partition (default: all).")
        private int partitionIndex;

        @Option(
                names = {"-d", "--detailed"},
                description = "Also the partitions, or the replicas of the partition.")
        private boolean detailed;

        @Option(
                names = {"-w", "--watch"},
                description = "Show the progress until the load has ended; exit code 0 if it succeeded.")
        private boolean watch;

        Query(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            String name = app.require();
            if (watch) {
                return watch(session, json, name);
            }
            LoadStatus status;
            try {
                status = session.admin().queryBulkLoad(name);
            } catch (ClientException e) {
                return refused(
                        session,
                        json,
                        "query",
                        e.error(),
                        e.hint().isEmpty() ? String.valueOf(e.getMessage()) : e.hint());
            }
            if (partitionIndex < -1 || partitionIndex >= status.partitions().size()) {
                return refused(session, json, "query", ErrorCode.ERR_INVALID_PARAMETERS, "invalid partition index");
            }
            session.print(json, LoadTables.of(status, partitionIndex, detailed));
            return Shell.DONE;
        }
    }

    @Command(name = "pause_bulk_load", description = "Stops the downloads of a load and keeps what is verified.")
    private static final class Pause implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Mixin
        private AppOption app;

        Pause(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            return control(session, json, app.require(), "pause", BulkLoadControlType.BLC_PAUSE);
        }
    }

    @Command(name = "restart_bulk_load", description = "Goes on with a load that was paused.")
    private static final class Restart implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Mixin
        private AppOption app;

        Restart(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            return control(session, json, app.require(), "restart", BulkLoadControlType.BLC_RESTART);
        }
    }

    @Command(name = "cancel_bulk_load", description = "Ends a load that is not published yet; nothing of it stays.")
    private static final class Cancel implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Mixin
        private AppOption app;

        @Option(
                names = {"-f", "--forced"},
                description = "As in Pegasus; a load that is published is refused all the same.")
        private boolean forced;

        Cancel(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            return control(
                    session,
                    json,
                    app.require(),
                    "cancel",
                    forced ? BulkLoadControlType.BLC_FORCE_CANCEL : BulkLoadControlType.BLC_CANCEL);
        }
    }

    @Command(name = "clear_bulk_load", description = "Forgets the result of the last load.")
    private static final class Clear implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Mixin
        private AppOption app;

        Clear(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            String name = app.require();
            return attempt(session, json, "clear", () -> session.admin().clearBulkLoad(name));
        }
    }

    @Command(
            name = "query_generations",
            description = "Shows the generations of rows that an app keeps: one for each load of mode replace.")
    private static final class Generations implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Mixin
        private AppOption app;

        Generations(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            TextTable table = TextTable.columns("generations", "pidx", "generation", "current", "writes_since");
            AppGenerations.ask(session.admin(), app.require())
                    .partitions()
                    .forEach((index, kept) -> kept.forEach((id, generation) -> table.add(
                            index, id, generation.current(), generation.current() ? generation.writes() : "-")));
            session.print(json, table);
            return Shell.DONE;
        }
    }

    @Command(
            name = "rollback_bulk_load",
            description = {
                "Makes a generation of rows current again that a load of mode replace has replaced.",
                "All partitions switch, or none. What was written since is hidden, not deleted: the",
                "generation that was current is kept, and another rollback goes back to it."
            })
    private static final class Rollback implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Mixin
        private AppOption app;

        @Option(
                names = {"-g", "--generation"},
                paramLabel = "ID",
                description = "Which one, see query_generations (default: the newest that is not current).")
        private Long generation;

        @Option(
                names = "--hide-writes",
                description = "Also if rows were written since the switch, which are hidden then.")
        private boolean hideWrites;

        @Option(
                names = {"-w", "--watch"},
                description = "Show the progress until it has ended; exit code 0 if it succeeded.")
        private boolean watch;

        Rollback(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            String name = app.require();
            AppGenerations kept = AppGenerations.ask(session.admin(), name);
            long target = generation == null ? kept.newestToGoBackTo() : generation;
            kept.requireKept(target);
            long hidden = kept.writesHiddenBy(target);
            if (hidden > 0 && !hideWrites) {
                throw new ShellFailure(
                        "rolling app '" + name + "' back to generation " + target + " would hide " + hidden
                                + " rows written since the switch; --hide-writes does it all the same (they are kept in their "
                                + "generation)");
            }
            int code = attempt(session, json, "rollback", () -> {
                session.admin().rollbackBulkLoad(name, target);
                return "rollback to generation " + target + " begins"
                        + (hidden > 0 ? ", hides " + hidden + " rows" : "");
            });
            return code == Shell.DONE && watch ? watch(session, json, name) : code;
        }
    }

    private static int control(
            ShellSession session, JsonOption json, String app, String verb, BulkLoadControlType type) {
        return attempt(session, json, verb, () -> {
            session.admin().controlBulkLoad(app, type);
            return verb + " bulk load succeed";
        });
    }
}
