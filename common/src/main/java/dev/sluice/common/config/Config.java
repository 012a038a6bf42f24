package dev.sluice.common.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The values of all options of one program. Safe for use by several threads. */
public final class Config {
    private static final Logger LOG = LoggerFactory.getLogger(Config.class);

    private final ConfigSchema schema;
    /** By {@code [section] name}; what is not here has its default. */
    private final Map<String, Object> values = new ConcurrentHashMap<>();

    private final Map<String, List<Consumer<Object>>> listeners = new ConcurrentHashMap<>();

    private Config(ConfigSchema schema) {
        this.schema = schema;
    }

    /** All options at their defaults. */
    public static Config of(ConfigSchema schema) {
        return of(schema, Map.of());
    }

    /**
     * Defaults, and over them the given texts by {@code section.name}. Throws {@link ConfigException} with the names of
     * all bad ones.
     */
    public static Config of(ConfigSchema schema, Map<String, String> overrides) {
        return build(schema, null, List.of(), overrides);
    }

    /** Reads a file. Throws {@link ConfigException} with the names of all that is unknown or bad in it. */
    public static Config load(Path file, ConfigSchema schema) {
        return load(file, schema, Map.of());
    }

    /** Reads a file, and puts the given texts by {@code section.name} over it. */
    public static Config load(Path file, ConfigSchema schema, Map<String, String> overrides) {
        return build(schema, file, IniFile.read(file), overrides);
    }

    /** The value now. Throws {@link IllegalArgumentException} for an option that the schema does not have. */
    public <T> T get(Option<T> option) {
        Object value = values.get(option.toString());
        if (value == null) {
            require(option);
            return option.defaultValue();
        }
        // Values are only put in by set and build, as what the option of that name parsed.
        @SuppressWarnings("unchecked")
        T typed = (T) value;
        return typed;
    }

    /** Changes a mutable option at run time, and tells its listeners before it returns. */
    public <T> void set(Option<T> option, T value) {
        require(option);
        if (!option.isMutable()) {
            throw new ConfigException(option + " cannot be changed at run time: set it in the file and restart");
        }
        option.check(value);
        Object old = get(option);
        values.put(option.toString(), value);
        LOG.info("{}: {} -> {}", option, old, option.print(value));
        for (Consumer<Object> listener : listeners.getOrDefault(option.toString(), List.of())) {
            listener.accept(value);
        }
    }

    /** Hears each change of the option, on the thread that makes it; must not block. */
    public <T> void onChange(Option<T> option, Consumer<T> listener) {
        require(option);
        // The listeners of a name hear only values of the option of that name.
        @SuppressWarnings("unchecked")
        Consumer<Object> untyped = (Consumer<Object>) listener;
        listeners
                .computeIfAbsent(option.toString(), name -> new CopyOnWriteArrayList<>())
                .add(untyped);
    }

    /** The names of the sections {@code [kind.<name>]} that are there, sorted. */
    public List<String> names(String kind) {
        String prefix = kind + ".";
        return values.keySet().stream()
                .filter(key -> key.startsWith("[" + prefix))
                .map(key -> key.substring(1, key.lastIndexOf("] ")))
                .filter(section -> schema.options().stream()
                        .anyMatch(option -> option.isOfKind()
                                && option.kindPrefix().equals(prefix)
                                && option.coversSection(section)))
                .map(section -> section.substring(prefix.length()))
                .distinct()
                .sorted()
                .toList();
    }

    /** The value as it would stand in a file. */
    public <T> String print(Option<T> option) {
        return option.print(get(option));
    }

    public ConfigSchema schema() {
        return schema;
    }

    private static Config build(
            ConfigSchema schema, @Nullable Path file, List<IniFile.Entry> lines, Map<String, String> overrides) {
        Config config = new Config(schema);
        List<String> problems = new ArrayList<>();
        for (IniFile.Entry line : lines) {
            Optional<Option<?>> declared = schema.find(line.section(), line.name());
            if (declared.isEmpty()) {
                problems.add(Unknown.option(schema, line.section(), line.name()));
            } else if (config.values.containsKey(
                    actual(declared.get(), line.section()).toString())) {
                problems.add("[" + line.section() + "] " + line.name() + " stands there twice");
            } else {
                config.put(actual(declared.get(), line.section()), line.value(), problems);
            }
        }
        overrides.forEach((key, text) -> {
            Optional<Option<?>> option = byKey(schema, key);
            if (option.isEmpty()) {
                problems.add("'" + key + "' is not section.name of an option");
            } else {
                config.put(option.get(), text, problems);
            }
        });
        if (!problems.isEmpty()) {
            throw new ConfigException((file == null ? "" : file + ": ") + String.join("\n", problems));
        }
        return config;
    }

    private <T> void put(Option<T> option, String text, List<String> problems) {
        try {
            values.put(option.toString(), option.parse(text));
        } catch (ConfigException e) {
            problems.add(String.valueOf(e.getMessage()));
        }
    }

    private void require(Option<?> option) {
        if (schema.find(option.section(), option.name()).isEmpty()) {
            throw new IllegalArgumentException(option + " is not in the schema of this configuration");
        }
    }

    private static Option<?> actual(Option<?> declared, String section) {
        return declared.isOfKind()
                ? declared.in(section.substring(declared.kindPrefix().length()))
                : declared;
    }

    private static Optional<Option<?>> byKey(ConfigSchema schema, String key) {
        for (Option<?> option : schema.options()) {
            String tail = "." + option.name();
            if (key.endsWith(tail)) {
                String section = key.substring(0, key.length() - tail.length());
                if (option.coversSection(section)) {
                    return Optional.of(actual(option, section));
                }
            }
        }
        return Optional.empty();
    }
}
