package dev.sluice.meta;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The apps that the balancer leaves alone, and the command that says so. Safe for use by several threads. */
final class IgnoredApps {
    static final String NAME = "meta.lb.ignored_app_list";
    static final String HELP =
            "<get|set|clear> [app_id1,app_id2,...] - apps whose partitions the balancer does not move";

    private static final Pattern IDS = Pattern.compile("\\d{1,9}(,\\d{1,9})*");
    private static final String INVALID = "invalid arguments";

    private volatile Set<Integer> ids = Set.of();

    Set<Integer> ids() {
        return ids;
    }

    String answer(List<String> arguments) {
        return switch (arguments.isEmpty() ? "" : arguments.get(0)) {
            case "get" -> described(ids);
            case "set" -> arguments.size() == 2 ? set(arguments.get(1)) : INVALID;
            case "clear" -> clear();
            default -> INVALID;
        };
    }

    private String set(String list) {
        if (!IDS.matcher(list).matches()) {
            return INVALID;
        }
        ids = Stream.of(list.split(",")).map(Integer::valueOf).collect(Collectors.toUnmodifiableSet());
        return "set ok";
    }

    private String clear() {
        ids = Set.of();
        return "clear ok";
    }

    private static String described(Set<Integer> ids) {
        return ids.isEmpty()
                ? "no ignored apps"
                : "ignored_app_id_list: "
                        + new TreeSet<>(ids).stream().map(String::valueOf).collect(Collectors.joining(","));
    }
}
