package dev.sluice.common.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The options of a running program as operators see and change them, by name. Whoever changes one through here changes it for
 * all, since the values are those of the {@link Config}.
 */
public final class Settings {
    private final Config config;
    /** By name; by {@code section.name} where several sections have an option of that name. */
    private final Map<String, Option<?>> options;

    /** An option with its value now. */
    public record Setting(
            String name, String section, ValueType type, boolean mutable, String doc, String expected, String value) {}

    /** What became of a change. */
    public enum Outcome {
        DONE,
        NO_SUCH_OPTION,
        NOT_MUTABLE,
        /** The text is no value of this type. */
        UNREADABLE,
        OUT_OF_RANGE
    }

    /**
     * What became of a change.
     *
     * @param reason for a person; empty if it is done
     */
    public record Change(Outcome outcome, String reason) {
        public boolean isDone() {
            return outcome == Outcome.DONE;
        }
    }

    public Settings(Config config) {
        this.config = config;
        List<Option<?>> all = new ArrayList<>();
        for (Option<?> option : config.schema().options()) {
            all.addAll(present(config, option));
        }
        Map<String, Long> uses = all.stream().collect(Collectors.groupingBy(Option::name, Collectors.counting()));
        options = new TreeMap<>();
        for (Option<?> option : all) {
            boolean unique = uses.getOrDefault(option.name(), 0L) == 1;
            options.put(unique ? option.name() : option.section() + "." + option.name(), option);
        }
    }

    /** All, by name. */
    public List<Setting> all() {
        List<Setting> settings = new ArrayList<>();
        options.forEach((name, option) -> settings.add(describe(name, option)));
        return settings;
    }

    /** The option of that name, or of that {@code section.name}. */
    public Optional<Setting> find(String name) {
        return option(name).map(option -> describe(name, option));
    }

    /** Sets a mutable option to what the text says, if it is a value that it takes. */
    public Change change(String name, String text) {
        Optional<Option<?>> found = option(name);
        return found.isEmpty()
                ? new Change(Outcome.NO_SUCH_OPTION, "there is no option '" + name + "'")
                : change(found.get(), text);
    }

    /** All values as they would stand in a file. */
    public String toIni() {
        StringBuilder ini = new StringBuilder();
        Map<String, List<Option<?>>> bySection = options.values().stream()
                .collect(Collectors.groupingBy(Option::section, TreeMap::new, Collectors.toList()));
        bySection.forEach((section, ofSection) -> {
            ini.append('[').append(section).append("]\n");
            ofSection.forEach(option -> ini.append(option.name())
                    .append(" = ")
                    .append(config.print(option))
                    .append('\n'));
        });
        return ini.toString();
    }

    private <T> Change change(Option<T> option, String text) {
        if (!option.isMutable()) {
            return new Change(
                    Outcome.NOT_MUTABLE, option + " cannot be changed at run time: set it in the file and restart");
        }
        T value;
        try {
            value = option.read(text);
        } catch (ConfigException e) {
            return new Change(Outcome.UNREADABLE, String.valueOf(e.getMessage()));
        }
        try {
            config.set(option, value);
        } catch (ConfigException e) {
            return new Change(Outcome.OUT_OF_RANGE, String.valueOf(e.getMessage()));
        }
        return new Change(Outcome.DONE, "");
    }

    private Optional<Option<?>> option(String name) {
        Option<?> known = options.get(name);
        if (known != null) {
            return Optional.of(known);
        }
        Collection<Option<?>> all = options.values();
        return all.stream()
                .filter(option -> (option.section() + "." + option.name()).equals(name))
                .findFirst();
    }

    private <T> Setting describe(String name, Option<T> option) {
        T value = config.get(option);
        String text = value instanceof Number ? value.toString() : option.print(value);
        return new Setting(
                name, option.section(), option.valueType(), option.isMutable(), option.doc(), option.expected(), text);
    }

    /** Of an option of a kind of sections, that of each section that is there. */
    private static List<Option<?>> present(Config config, Option<?> option) {
        if (!option.isOfKind()) {
            return List.of(option);
        }
        String prefix = option.kindPrefix();
        List<Option<?>> named = new ArrayList<>();
        config.names(prefix.substring(0, prefix.length() - 1)).forEach(name -> named.add(option.in(name)));
        return named;
    }
}
