package dev.sluice.common.config;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The options that a program knows. What is not in here may not stand in its file. Immutable. */
public final class ConfigSchema {
    private final List<Option<?>> options;

    private ConfigSchema(List<Option<?>> options) {
        Set<String> seen = new LinkedHashSet<>();
        for (Option<?> option : options) {
            if (!seen.add(option.toString())) {
                throw new IllegalArgumentException(option + " is declared twice");
            }
            if (option.doc().isBlank()) {
                throw new IllegalArgumentException(option + " is declared without documentation");
            }
            checkDefault(option);
        }
        this.options = List.copyOf(options);
    }

    /** A schema of these options. */
    public static ConfigSchema of(Option<?>... options) {
        return new ConfigSchema(Arrays.asList(options));
    }

    /** A schema of all options that are static constants of these classes, in the order of the source. */
    public static ConfigSchema of(Class<?>... holders) {
        List<Option<?>> options = new ArrayList<>();
        for (Class<?> holder : holders) {
            for (Field field : holder.getDeclaredFields()) {
                if (Modifier.isStatic(field.getModifiers()) && field.getType() == Option.class) {
                    options.add(constant(field));
                }
            }
        }
        return new ConfigSchema(options);
    }

    /** The options of both; one that is the same object in both counts once. */
    public ConfigSchema and(ConfigSchema other) {
        Set<Option<?>> both = new LinkedHashSet<>(options);
        both.addAll(other.options);
        return new ConfigSchema(new ArrayList<>(both));
    }

    public List<Option<?>> options() {
        return options;
    }

    /** An INI file with every option at its default, and what it means above it. */
    public String toIni() {
        return toIni(Map.of());
    }

    /**
     * The same with some values set, by {@code section.name}; of a section {@code [kind.<name>]} those that have a value
     * there are written, else one as a comment.
     */
    public String toIni(Map<String, String> values) {
        Config config = Config.of(this, values);
        Map<String, List<Option<?>>> bySection = new LinkedHashMap<>();
        for (Option<?> option : options) {
            bySection
                    .computeIfAbsent(option.section(), section -> new ArrayList<>())
                    .add(option);
        }
        StringBuilder ini = new StringBuilder();
        bySection.forEach((section, ofSection) -> {
            if (!ofSection.get(0).isOfKind()) {
                appendSection(ini, section, "", ofSection, config);
                return;
            }
            String kindPrefix = ofSection.get(0).kindPrefix();
            List<String> names = config.names(kindPrefix.substring(0, kindPrefix.length() - 1));
            for (String name : names) {
                List<Option<?>> ofName = new ArrayList<>();
                for (Option<?> option : ofSection) {
                    ofName.add(option.in(name));
                }
                appendSection(ini, kindPrefix + name, "", ofName, config);
            }
            if (names.isEmpty()) {
                appendSection(ini, section, "; ", ofSection, null);
            }
        });
        return ini.toString();
    }

    Optional<Option<?>> find(String section, String name) {
        return options.stream().filter(option -> option.declares(section, name)).findFirst();
    }

    boolean hasSection(String section) {
        return options.stream().anyMatch(option -> option.coversSection(section));
    }

    private static Option<?> constant(Field field) {
        try {
            field.setAccessible(true);
            return (Option<?>) field.get(null);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("cannot read the option " + field, e);
        }
    }

    private static <T> void checkDefault(Option<T> option) {
        T parsed = option.parse(option.printedDefault());
        if (!parsed.equals(option.defaultValue())) {
            throw new IllegalArgumentException(option + ": its default " + option.defaultValue()
                    + " cannot be written in a file; it is read as " + parsed);
        }
    }

    private static void appendSection(
            StringBuilder ini, String section, String mark, List<Option<?>> ofSection, @Nullable Config config) {
        if (!ini.isEmpty()) {
            ini.append('\n');
        }
        ini.append(mark).append('[').append(section).append("]\n");
        for (Option<?> option : ofSection) {
            ini.append("; ").append(option.doc()).append('\n');
            ini.append("; ").append(option.expected()).append("; default ").append(quoted(option.printedDefault()));
            ini.append(option.isMutable() ? "; can be changed at run time\n" : "\n");
            String value = config == null ? option.printedDefault() : config.print(option);
            ini.append((mark + option.name() + " = " + value).stripTrailing()).append('\n');
        }
    }

    private static String quoted(String text) {
        return text.isEmpty() ? "empty" : text;
    }
}
