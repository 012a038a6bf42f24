package dev.sluice.common.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How the values of an option are written.
 *
 * @param name what a person reads: {@code integer}, {@code bytes}
 * @param parse text to value; throws {@link IllegalArgumentException} for text that is no value
 * @param print value to text that {@code parse} takes
 * @param order for ranges; null if values have no order
 * @param kind without unit
 */
record OptionType<T>(
        String name,
        Function<String, T> parse,
        Function<T, String> print,
        @Nullable Comparator<T> order,
        ValueType kind) {
    private static final Pattern QUANTITY = Pattern.compile("(-?\\d+)\\s*([a-zA-Z]*)");

    static final OptionType<Integer> INTEGER =
            new OptionType<>("integer", Integer::valueOf, Object::toString, Integer::compare, ValueType.INTEGER);
    static final OptionType<Long> LONG =
            new OptionType<>("integer", Long::valueOf, Object::toString, Long::compare, ValueType.LONG);
    static final OptionType<Double> DECIMAL =
            new OptionType<>("decimal", OptionType::parseDecimal, Object::toString, Double::compare, ValueType.DECIMAL);
    static final OptionType<Long> BYTES = new OptionType<>(
            "bytes (a number, or one with K, M, G, T)",
            OptionType::parseBytes,
            OptionType::printBytes,
            Long::compare,
            ValueType.LONG);
    static final OptionType<Long> MILLISECONDS = new OptionType<>(
            "milliseconds (a number, or one with ms, s, m, h)",
            OptionType::parseMilliseconds,
            Object::toString,
            Long::compare,
            ValueType.LONG);
    static final OptionType<Boolean> BOOL =
            new OptionType<>("true or false", OptionType::parseBool, Object::toString, null, ValueType.BOOLEAN);
    static final OptionType<String> STRING =
            new OptionType<>("text", Function.identity(), Function.identity(), null, ValueType.TEXT);
    static final OptionType<List<String>> LIST = new OptionType<>(
            "list, separated by commas", OptionType::parseList, list -> String.join(",", list), null, ValueType.TEXT);

    static OptionType<String> choice(List<String> words) {
        return new OptionType<>(
                "one of " + String.join(", ", words),
                text -> {
                    if (!words.contains(text)) {
                        throw new IllegalArgumentException("not one of the words");
                    }
                    return text;
                },
                Function.identity(),
                null,
                ValueType.TEXT);
    }

    private static Double parseDecimal(String text) {
        double value = Double.parseDouble(text);
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("not a finite number");
        }
        return value;
    }

    private static Boolean parseBool(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("neither true nor false");
        };
    }

    private static List<String> parseList(String text) {
        List<String> elements = new ArrayList<>();
        for (String element : text.split(",", -1)) {
            if (!element.isBlank()) {
                elements.add(element.trim());
            }
        }
        return List.copyOf(elements);
    }

    private static Long parseBytes(String text) {
        return parseQuantity(text, unit -> switch (unit) {
            case "", "b" -> 1L;
            case "k", "kb", "kib" -> 1L << 10;
            case "m", "mb", "mib" -> 1L << 20;
            case "g", "gb", "gib" -> 1L << 30;
            case "t", "tb", "tib" -> 1L << 40;
            default -> throw new IllegalArgumentException("unknown unit");
        });
    }

    private static Long parseMilliseconds(String text) {
        return parseQuantity(text, unit -> switch (unit) {
            case "", "ms" -> 1L;
            case "s" -> 1_000L;
            case "m", "min" -> 60_000L;
            case "h" -> 3_600_000L;
            default -> throw new IllegalArgumentException("unknown unit");
        });
    }

    private static long parseQuantity(String text, Function<String, Long> factorOfUnit) {
        Matcher matcher = QUANTITY.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not a number with a unit");
        }
        long factor = factorOfUnit.apply(matcher.group(2).toLowerCase(Locale.ROOT));
        try {
            return Math.multiplyExact(Long.parseLong(matcher.group(1)), factor);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("too large", e);
        }
    }

    private static String printBytes(long bytes) {
        String[] units = {"", "K", "M", "G", "T"};
        int unit = 0;
        long number = bytes;
        while (number != 0 && number % 1024 == 0 && unit < units.length - 1) {
            number /= 1024;
            unit++;
        }
        return number + units[unit];
    }
}
