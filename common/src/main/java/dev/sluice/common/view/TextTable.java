package dev.sluice.common.view;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A table as people see it: its name in brackets, then aligned columns under a header, or one fact per line.
 *
 * <p>As JSON its rows are keyed by their first column.
 */
public final class TextTable {
    private static final String GAP = "  ";

    private final String name;
    private final List<String> header;
    private final List<List<Object>> rows = new ArrayList<>();

    private TextTable(String name, List<String> header) {
        this.name = name;
        this.header = header;
    }

    /** A table with these columns. */
    public static TextTable columns(String name, String... header) {
        return new TextTable(name, List.of(header));
    }

    /** A table of facts, each with a name. */
    public static TextTable facts(String name) {
        return new TextTable(name, List.of());
    }

    /** Adds a row with a value for each column, or a fact with its name and value. */
    public TextTable add(Object... values) {
        int expected = header.isEmpty() ? 2 : header.size();
        if (values.length != expected) {
            throw new IllegalArgumentException(
                    "[" + name + "]: a row of " + values.length + " values, expected " + expected);
        }
        rows.add(Arrays.stream(values).map(TextTable::plain).toList());
        return this;
    }

    /** As it stands in brackets. */
    public String name() {
        return name;
    }

    /** The rows by their first column. */
    public Map<String, Object> toJson() {
        return byFirstColumn(value -> value);
    }

    /** The same with every value as text, as Pegasus' servers print it. */
    public Map<String, Object> toTexts() {
        return byFirstColumn(Object::toString);
    }

    private Map<String, Object> byFirstColumn(UnaryOperator<Object> printed) {
        Map<String, Object> json = new LinkedHashMap<>();
        for (List<Object> row : rows) {
            if (header.isEmpty()) {
                json.put(row.get(0).toString(), printed.apply(row.get(1)));
                continue;
            }
            Map<String, Object> fields = new LinkedHashMap<>();
            for (int i = 0; i < row.size(); i++) {
                fields.put(header.get(i), printed.apply(row.get(i)));
            }
            json.put(row.get(0).toString(), fields);
        }
        return json;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("[" + name + "]\n");
        if (header.isEmpty()) {
            int width = width(0, rows);
            for (List<Object> row : rows) {
                text.append(padded(row.get(0).toString(), width))
                        .append(" : ")
                        .append(row.get(1))
                        .append('\n');
            }
            return text.toString();
        }
        List<List<Object>> lines = new ArrayList<>();
        lines.add(List.copyOf(header));
        lines.addAll(rows);
        for (List<Object> line : lines) {
            StringBuilder printed = new StringBuilder();
            for (int i = 0; i < line.size(); i++) {
                printed.append(i == 0 ? "" : GAP).append(padded(line.get(i).toString(), width(i, lines)));
            }
            text.append(printed.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    /** Numbers and truth values stay what they are in JSON; all else is text. */
    private static Object plain(Object value) {
        return value instanceof Number || value instanceof Boolean ? value : value.toString();
    }

    private static int width(int column, List<List<Object>> lines) {
        return lines.stream()
                .mapToInt(line -> length(line.get(column).toString()))
                .max()
                .orElse(0);
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(Math.max(0, width - length(text)));
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }
}
