package dev.sluice.dist.onebox;

import dev.sluice.common.config.ConfigException;
import dev.sluice.common.config.ConfigSchema;
import dev.sluice.meta.MetaOptions;
import dev.sluice.replica.ReplicaOptions;
import java.util.LinkedHashMap;
import java.util.Map;

/** Somebody who sets an option of a onebox means the servers that have it. */
final class OneboxOptions {
    private static final String PROVIDERS = "block_service.";

    private OneboxOptions() {}

    /** The options without those overrides that this kind of server does not have. */
    static Map<String, String> known(ConfigSchema schema, Map<String, String> options, Map<String, String> overrides) {
        Map<String, String> known = new LinkedHashMap<>(options);
        overrides.keySet().stream().filter(name -> !has(schema, name)).forEach(known::remove);
        return known;
    }

    /** Refuses an option that no server has. */
    static void requireKnown(Iterable<String> names) {
        for (String name : names) {
            if (!has(MetaOptions.schema(), name) && !has(ReplicaOptions.schema(), name)) {
                throw new ConfigException("unknown option " + name
                        + ": expected section.name of an option of meta servers or replica servers");
            }
        }
    }

    private static boolean has(ConfigSchema schema, String name) {
        return name.startsWith(PROVIDERS)
                || schema.options().stream().anyMatch(option -> (option.section() + "." + option.name()).equals(name));
    }
}
