package dev.sluice.common.http;

import dev.sluice.common.command.ServerInfo;
import dev.sluice.common.config.Settings;
import dev.sluice.common.config.Settings.Change;
import dev.sluice.common.config.Settings.Setting;
import dev.sluice.common.config.ValueType;
import dev.sluice.common.metrics.Metrics;
import java.util.LinkedHashMap;
import java.util.Map;

/** What every server answers over HTTP: its version, its options, its meters. */
public final class CommonRoutes {
    private static final String MUTABLE = "flag_tag::FT_MUTABLE";

    private final Settings settings;

    private CommonRoutes(Settings settings) {
        this.settings = settings;
    }

    /** Adds them. */
    public static void register(HttpRoutes routes, ServerInfo info, Settings settings, Metrics metrics) {
        CommonRoutes common = new CommonRoutes(settings);
        Map<String, String> version = new LinkedHashMap<>();
        version.put("Version", info.version());
        version.put("GitCommit", info.gitSha());
        routes.get("/version", "version and commit of this build", query -> HttpAnswer.json(version))
                .get(
                        "/recentStartTime",
                        "when this server started",
                        query -> HttpAnswer.json(Map.of("RecentStartTime", info.startTime())))
                .get("/config", "name=<option>: one option", common::config)
                .get("/configs", "all options", common::configs)
                .get("/updateConfig", "<option>=<value>: change an option that can be changed", common::update)
                .get(
                        "/metrics",
                        "all meters, in the text format of Prometheus",
                        query -> HttpAnswer.of(Metrics.CONTENT_TYPE, metrics.scrape()));
    }

    private HttpAnswer config(HttpQuery query) {
        String name = query.require("name");
        return settings.find(name)
                .map(setting -> HttpAnswer.json(describe(setting)))
                .orElseGet(() -> HttpAnswer.text("ERR_OBJECT_NOT_FOUND: '" + name + "' is not found"));
    }

    private HttpAnswer configs(HttpQuery query) {
        Map<String, Object> all = new LinkedHashMap<>();
        settings.all().forEach(setting -> all.put(setting.name(), describe(setting)));
        return HttpAnswer.json(all);
    }

    private HttpAnswer update(HttpQuery query) {
        if (query.parameters().size() != 1) {
            return HttpAnswer.badRequest("expected exactly one <option>=<value>, found "
                    + query.parameters().size());
        }
        Map.Entry<String, String> wanted =
                query.parameters().entrySet().iterator().next();
        String name = wanted.getKey();
        Change change = settings.change(name, wanted.getValue());
        String status = switch (change.outcome()) {
            case DONE -> "ERR_OK";
            case NO_SUCH_OPTION -> "ERR_OBJECT_NOT_FOUND: " + name + " is not found";
            case NOT_MUTABLE -> "ERR_INVALID_PARAMETERS: " + name + " is not mutable";
            case UNREADABLE -> "ERR_INVALID_PARAMETERS: " + wanted.getValue() + " is invalid: " + change.reason();
            case OUT_OF_RANGE -> "ERR_INVALID_PARAMETERS: value validation failed: " + change.reason();
        };
        return HttpAnswer.json(Map.of("update_status", status));
    }

    private static Map<String, String> describe(Setting setting) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("name", setting.name());
        fields.put("section", setting.section());
        fields.put("type", flagType(setting.type()));
        fields.put("tags", setting.mutable() ? MUTABLE : "");
        fields.put("description", setting.doc() + " (" + setting.expected() + ")");
        fields.put("value", setting.value());
        return fields;
    }

    /** As Pegasus calls them. */
    private static String flagType(ValueType type) {
        return switch (type) {
            case INTEGER -> "FV_INT32";
            case LONG -> "FV_INT64";
            case DECIMAL -> "FV_DOUBLE";
            case BOOLEAN -> "FV_BOOL";
            case TEXT -> "FV_STRING";
        };
    }
}
