package dev.sluice.dist.onebox;

import dev.sluice.common.config.ConfigSchema;
import java.util.LinkedHashMap;
import java.util.Map;

/** Somebody who sets an option of a onebox means the servers that have it. */
final class OneboxOptions {
    private OneboxOptions() {}

    /** The options without those overrides that this kind of server does not have. */
    static Map<String, String> known(ConfigSchema schema, Map<String, String> options, Map<String, String> overrides) {
        Map<String, String> known = new LinkedHashMap<>(options);
        overrides.keySet().stream()
                .filter(name -> !name.startsWith("block_service."))
                .filter(name -> schema.options().stream()
                        .noneMatch(option -> (option.section() + "." + option.name()).equals(name)))
                .forEach(known::remove);
        return known;
    }
}
