package dev.sluice.shell;

import dev.sluice.client.AdminClient;
import dev.sluice.client.SluiceClient;
import dev.sluice.client.Table;
import dev.sluice.common.command.JsonText;
import dev.sluice.common.view.TextTable;
import java.io.PrintWriter;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the commands of one shell share: the client, the table in use, where to print. */
final class ShellSession {
    private final SluiceClient client;
    private final PrintWriter out;
    private final PrintWriter err;
    private final boolean jsonAlways;
    private final boolean live;
    private final ZoneId zone;
    private final Interruption interruption = new Interruption();
    private String tableInUse = "";
    private boolean exited;

    /**
     * @param jsonAlways every command prints JSON, as if each had {@code -j}
     * @param live the output is a terminal: lines can be rewritten
     */
    ShellSession(SluiceClient client, PrintWriter out, PrintWriter err, boolean jsonAlways, boolean live, ZoneId zone) {
        this.client = client;
        this.out = out;
        this.err = err;
        this.jsonAlways = jsonAlways;
        this.live = live;
        this.zone = zone;
    }

    AdminClient admin() {
        return client.admin();
    }

    PrintWriter out() {
        return out;
    }

    PrintWriter err() {
        return err;
    }

    boolean isLive() {
        return live;
    }

    ZoneId zone() {
        return zone;
    }

    Interruption interruption() {
        return interruption;
    }

    boolean json(JsonOption asked) {
        return jsonAlways || asked.json;
    }

    void use(String table) {
        tableInUse = table;
    }

    String tableInUse() {
        return tableInUse;
    }

    /** The name of the table in use. Throws {@link ShellFailure} if there is none. */
    String requireTableName() {
        if (tableInUse.isEmpty()) {
            throw new ShellFailure("no app is in use: choose one with 'use <app_name>' (ls shows the apps there are)");
        }
        return tableInUse;
    }

    /** The table in use. Throws {@link ShellFailure} if there is none. */
    Table table() {
        return client.table(requireTableName());
    }

    void exit() {
        exited = true;
    }

    boolean isExited() {
        return exited;
    }

    /** Prints tables, one below the other, or as one JSON object keyed by their names. */
    void print(JsonOption asked, TextTable... tables) {
        if (json(asked)) {
            Map<String, Object> all = new LinkedHashMap<>();
            for (TextTable table : tables) {
                all.put(table.name(), table.toJson());
            }
            out.println(JsonText.indented(all));
        } else {
            for (TextTable table : tables) {
                out.println(table);
            }
        }
        out.flush();
    }

    /** Prints a line, or these fields as JSON. */
    void say(JsonOption asked, String line, Map<String, ?> fields) {
        out.println(json(asked) ? JsonText.indented(fields) : line);
        out.flush();
    }

    /** Prints a line, or {@code {"result": line}}. */
    void say(JsonOption asked, String line) {
        say(asked, line, Map.of("result", line));
    }
}
