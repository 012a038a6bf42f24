package dev.sluice.shell;

import dev.sluice.client.Cell;
import dev.sluice.client.ClientException;
import dev.sluice.client.EscapedBytes;
import dev.sluice.client.MultiGetQuery;
import dev.sluice.client.MultiGetResult;
import dev.sluice.client.Ttl;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Rows of the app in use. Keys and values are text; {@code \xNN} stands for a byte, {@code \\} for a backslash. */
final class DataCommands {
    private static final String ESCAPES = "Keys and values: text; \\xNN is a byte, \\\\ a backslash.";

    private DataCommands() {}

    static List<Object> all(ShellSession session) {
        return List.of(
                new SetRow(session),
                new GetRow(session),
                new MultiSet(session),
                new MultiGet(session),
                new DeleteRow(session),
                new MultiDelete(session),
                new ShowTtl(session),
                new Exists(session),
                new Count(session));
    }

    /** What every command on one row takes. */
    private static final class RowKey {
        @Parameters(index = "0", paramLabel = "<hash_key>")
        private String hashKey;

        @Parameters(index = "1", paramLabel = "<sort_key>")
        private String sortKey;

        private byte[] hash() {
            return EscapedBytes.parse(hashKey);
        }

        private byte[] sort() {
            return EscapedBytes.parse(sortKey);
        }
    }

    @Command(name = "set", description = "Writes a row.", footer = ESCAPES)
    private static final class SetRow implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Mixin
        private RowKey row;

        @Parameters(index = "2", paramLabel = "<value>")
        private String value;

        @Parameters(
                index = "3",
                arity = "0..1",
                paramLabel = "<ttl_seconds>",
                defaultValue = "0",
                description = "Seconds until it expires (default: never).")
        private int ttlSeconds;

        SetRow(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            ClientException.await(session.table().put(row.hash(), row.sort(), EscapedBytes.parse(value), ttlSeconds));
            session.say(json, "OK");
            return Shell.DONE;
        }
    }

    @Command(name = "get", description = "Reads a row.", footer = ESCAPES)
    private static final class GetRow implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Mixin
        private RowKey row;

        GetRow(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            Optional<byte[]> value = ClientException.await(session.table().get(row.hash(), row.sort()));
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("found", value.isPresent());
            value.ifPresent(bytes -> fields.put("value", EscapedBytes.print(bytes)));
            session.say(json, value.map(bytes -> quoted(bytes)).orElse("Not found"), fields);
            return Shell.DONE;
        }
    }

    @Command(name = "multi_set", description = "Writes rows of one hash key, all or none.", footer = ESCAPES)
    private static final class MultiSet implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Parameters(index = "0", paramLabel = "<hash_key>")
        private String hashKey;

        @Parameters(
                index = "1..*",
                arity = "2..*",
                paramLabel = "<sort_key> <value>",
                description = "Sort keys and values in turn.")
        private List<String> words;

        @Option(
                names = {"-t", "--ttl"},
                defaultValue = "0",
                description = "Seconds until they expire (default: never).")
        private int ttlSeconds;

        MultiSet(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            if (words.size() % 2 != 0) {
                throw new ShellFailure("the sort key '" + words.get(words.size() - 1) + "' has no value");
            }
            List<Cell> cells = new ArrayList<>();
            for (int i = 0; i < words.size(); i += 2) {
                cells.add(new Cell(EscapedBytes.parse(words.get(i)), EscapedBytes.parse(words.get(i + 1))));
            }
            ClientException.await(session.table().multiPut(EscapedBytes.parse(hashKey), cells, ttlSeconds));
            session.say(json, "OK");
            return Shell.DONE;
        }
    }

    @Command(
            name = "multi_get",
            description = "Reads rows of one hash key: those of the sort keys, or all.",
            footer = ESCAPES)
    private static final class MultiGet implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Parameters(index = "0", paramLabel = "<hash_key>")
        private String hashKey;

        @Parameters(index = "1..*", arity = "0..*", paramLabel = "<sort_key>")
        private List<String> sortKeys = new ArrayList<>();

        @Option(
                names = {"-n", "--max_count"},
                defaultValue = "0",
                description = "At most so many rows (default: the server's limit).")
        private int maxRows;

        MultiGet(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            byte[] hash = EscapedBytes.parse(hashKey);
            MultiGetResult result = ClientException.await(
                    sortKeys.isEmpty()
                            ? session.table().multiGet(hash, MultiGetQuery.all().maxRows(maxRows))
                            : session.table()
                                    .multiGet(
                                            hash,
                                            sortKeys.stream()
                                                    .map(EscapedBytes::parse)
                                                    .toList()));
            if (session.json(json)) {
                Map<String, String> rows = new LinkedHashMap<>();
                result.cells()
                        .forEach(
                                cell -> rows.put(EscapedBytes.print(cell.sortKey()), EscapedBytes.print(cell.value())));
                Map<String, Object> fields = new LinkedHashMap<>();
                fields.put("complete", result.complete());
                fields.put("rows", rows);
                session.say(json, "", fields);
                return Shell.DONE;
            }
            for (Cell cell : result.cells()) {
                session.out().println(quoted(hash) + " : " + quoted(cell.sortKey()) + " => " + quoted(cell.value()));
            }
            session.out()
                    .println(result.cells().size() + " key-value pairs got, fetch "
                            + (result.complete() ? "completed" : "not completed"));
            return Shell.DONE;
        }
    }

    @Command(name = "del", description = "Removes a row.", footer = ESCAPES)
    private static final class DeleteRow implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Mixin
        private RowKey row;

        DeleteRow(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            ClientException.await(session.table().remove(row.hash(), row.sort()));
            session.say(json, "OK");
            return Shell.DONE;
        }
    }

    @Command(name = "multi_del", description = "Removes rows of one hash key, all or none.", footer = ESCAPES)
    private static final class MultiDelete implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Parameters(index = "0", paramLabel = "<hash_key>")
        private String hashKey;

        @Parameters(index = "1..*", arity = "1..*", paramLabel = "<sort_key>")
        private List<String> sortKeys;

        MultiDelete(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            ClientException.await(session.table()
                    .multiRemove(
                            EscapedBytes.parse(hashKey),
                            sortKeys.stream().map(EscapedBytes::parse).toList()));
            session.say(json, "OK");
            return Shell.DONE;
        }
    }

    @Command(name = "ttl", description = "Says how long a row will exist.", footer = ESCAPES)
    private static final class ShowTtl implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Mixin
        private RowKey row;

        ShowTtl(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            Optional<Ttl> ttl = ClientException.await(session.table().ttl(row.hash(), row.sort()));
            String line = ttl.map(found -> found.isForever() ? "no ttl" : "ttl: " + found.seconds() + " seconds")
                    .orElse("Not found");
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("found", ttl.isPresent());
            ttl.ifPresent(found -> fields.put("ttl_seconds", found.seconds()));
            session.say(json, line, fields);
            return Shell.DONE;
        }
    }

    @Command(name = "exist", description = "Says whether there is a row.", footer = ESCAPES)
    private static final class Exists implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Mixin
        private RowKey row;

        Exists(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            boolean found = ClientException.await(session.table().exists(row.hash(), row.sort()));
            session.say(json, found ? "True" : "False", Map.of("found", found));
            return Shell.DONE;
        }
    }

    @Command(name = "count", description = "Counts the rows of a hash key.", footer = ESCAPES)
    private static final class Count implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Parameters(paramLabel = "<hash_key>")
        private String hashKey;

        Count(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            long count = ClientException.await(session.table().sortKeyCount(EscapedBytes.parse(hashKey)));
            session.say(json, Long.toString(count), Map.of("count", count));
            return Shell.DONE;
        }
    }

    static String quoted(byte[] bytes) {
        return '"' + EscapedBytes.print(bytes) + '"';
    }
}
