package dev.sluice.common.config;

import java.util.List;

/**
 * Begins the declaration of an option:
 *
 * <pre>{@code
 * static final Option<Integer> SLOTS = Options.integer("replication", "max_concurrent_bulk_load_downloading_count")
 *         .defaultValue(5).range(0, 1000).doc("Downloads that a node runs at once.").mutable();
 * }</pre>
 */
public final class Options {
    private Options() {}

    public static Option<Integer> integer(String section, String name) {
        return new Option<>(section, name, OptionType.INTEGER);
    }

    public static Option<Long> longInteger(String section, String name) {
        return new Option<>(section, name, OptionType.LONG);
    }

    public static Option<Double> decimal(String section, String name) {
        return new Option<>(section, name, OptionType.DECIMAL);
    }

    /** A number of bytes; {@code 64M} is 64 × 1024 × 1024. */
    public static Option<Long> bytes(String section, String name) {
        return new Option<>(section, name, OptionType.BYTES);
    }

    /** A length of time in milliseconds; {@code 10s} is 10000. */
    public static Option<Long> milliseconds(String section, String name) {
        return new Option<>(section, name, OptionType.MILLISECONDS);
    }

    public static Option<Boolean> bool(String section, String name) {
        return new Option<>(section, name, OptionType.BOOL);
    }

    public static Option<String> string(String section, String name) {
        return new Option<>(section, name, OptionType.STRING);
    }

    /** One of these words. */
    public static Option<String> choice(String section, String name, String... words) {
        return new Option<>(section, name, OptionType.choice(List.of(words)));
    }

    /** Words separated by commas; empty ones do not count. */
    public static Option<List<String>> list(String section, String name) {
        return new Option<>(section, name, OptionType.LIST);
    }
}
