package dev.sluice.common.command;

import dev.sluice.common.config.Settings;
import dev.sluice.common.config.Settings.Change;
import dev.sluice.common.config.Settings.Setting;
import dev.sluice.common.metrics.Metrics;
import dev.sluice.common.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** The remote commands that every server has beside its own: options and meters. */
public final class StandardCommands {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneOffset.UTC);

    private final Settings settings;
    private final Metrics metrics;
    private final Clock clock;

    private StandardCommands(Settings settings, Metrics metrics, Clock clock) {
        this.settings = settings;
        this.metrics = metrics;
        this.clock = clock;
    }

    /** Adds them. */
    public static void register(RemoteCommands commands, Settings settings, Metrics metrics, Clock clock) {
        StandardCommands standard = new StandardCommands(settings, metrics, clock);
        commands.register("config-dump", "- all options with their values", arguments -> settings.toIni())
                .register("config.list", "- all options that can be changed at run time", standard::list)
                .register("config.get", "<name> - an option, its value and what it takes", standard::get)
                .register("config.set", "<name> <value> - change an option at run time", standard::set)
                .register("server-stat", "- all meters, on one line", arguments -> JsonText.compact(standard.numbers()))
                .register("perf-counters", "[name ...] - meters of these names, or all", standard::counters)
                .register(
                        "perf-counters-by-substr",
                        "<text> ... - meters whose name has one of the texts in it",
                        arguments ->
                                standard.counters(name -> arguments.stream().anyMatch(name::contains)))
                .register(
                        "perf-counters-by-prefix",
                        "<text> ... - meters whose name begins with one of the texts",
                        arguments ->
                                standard.counters(name -> arguments.stream().anyMatch(name::startsWith)))
                .register(
                        "perf-counters-by-postfix",
                        "<text> ... - meters whose name ends with one of the texts",
                        arguments ->
                                standard.counters(name -> arguments.stream().anyMatch(name::endsWith)))
                // Lines are written as they come; there is nothing that could be waiting.
                .register("flush-log", "- write what is logged to the disk", arguments -> "Flush done.");
    }

    private String list(List<String> arguments) {
        Map<String, String> mutable = new TreeMap<>();
        settings.all().stream().filter(Setting::mutable).forEach(each -> mutable.put(each.name(), each.value()));
        return JsonText.indented(mutable);
    }

    private String get(List<String> arguments) {
        if (arguments.size() != 1) {
            return error("ERR: invalid arguments, expected the name of an option");
        }
        return settings.find(arguments.get(0))
                .map(setting -> {
                    Map<String, Object> fields = new LinkedHashMap<>();
                    fields.put("name", setting.name());
                    fields.put("section", setting.section());
                    fields.put("value", setting.value());
                    fields.put("expected", setting.expected());
                    fields.put("mutable", setting.mutable());
                    fields.put("description", setting.doc());
                    return JsonText.indented(fields);
                })
                .orElseGet(() -> error("ERR: there is no option '" + arguments.get(0) + "'"));
    }

    private String set(List<String> arguments) {
        if (arguments.size() != 2) {
            return error("ERR: invalid arguments, expected the name of an option and a value");
        }
        Change change = settings.change(arguments.get(0), arguments.get(1));
        return change.isDone() ? JsonText.indented(Map.of("error", "ok")) : error("ERR: " + change.reason());
    }

    private String counters(List<String> names) {
        return counters(name -> names.isEmpty() || names.contains(name));
    }

    private String counters(Predicate<String> wanted) {
        long nowSecond = clock.wallMs() / 1000;
        List<Map<String, Object>> counters = new ArrayList<>();
        numbers().forEach((name, value) -> {
            if (wanted.test(name)) {
                counters.add(Map.of("name", name, "value", value));
            }
        });
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("result", "OK");
        fields.put("timestamp", nowSecond);
        fields.put("timestamp_str", TIME.format(Instant.ofEpochSecond(nowSecond)));
        fields.put("counters", counters);
        return JsonText.compact(fields);
    }

    /** By name, with the labels behind it where there are some. */
    private Map<String, Double> numbers() {
        Map<String, Double> numbers = new TreeMap<>();
        for (Metrics.Value each : metrics.values()) {
            String labels = each.labels().isEmpty() ? "" : each.labels().toString();
            // JSON has no word for what is no number.
            numbers.put(each.name() + labels, Double.isFinite(each.value()) ? each.value() : 0);
        }
        return numbers;
    }

    private static String error(String text) {
        return JsonText.indented(Map.of("error", text));
    }
}
