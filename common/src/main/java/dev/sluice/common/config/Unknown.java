package dev.sluice.common.config;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** What to tell somebody who wrote a name that does not exist. */
final class Unknown {
    private Unknown() {}

    static String option(ConfigSchema schema, String section, String name) {
        if (section.isEmpty()) {
            return name + " stands above the first [section]";
        }
        if (!schema.hasSection(section)) {
            String sections = schema.options().stream()
                    .map(option -> "[" + option.section() + "]")
                    .distinct()
                    .collect(Collectors.joining(", "));
            return "[" + section + "] " + name + ": there is no such section; expected one of " + sections;
        }
        List<String> names = schema.options().stream()
                .filter(option -> option.coversSection(section))
                .map(Option::name)
                .toList();
        String nearest = names.stream()
                .min(Comparator.comparingInt(candidate -> distance(candidate, name)))
                .orElseThrow();
        return "[" + section + "] " + name + " is not an option; the nearest is " + nearest;
    }

    /** Edits (insert, delete, replace a character) between two words. */
    private static int distance(String one, String other) {
        int[] previous = new int[other.length() + 1];
        for (int j = 0; j <= other.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int[] current = new int[other.length() + 1];
            current[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int replaced = previous[j - 1] + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replaced, Math.min(previous[j], current[j - 1]) + 1);
            }
            previous = current;
        }
        return previous[other.length()];
    }
}
