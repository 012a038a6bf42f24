package dev.sluice.common.config;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * One option: where it stands in the file, what it takes, and what it means. Immutable; the methods that set something
 * give a changed copy. Made by {@link Options}.
 *
 * <p>A section {@code [kind.<name>]} stands for any number of sections of that kind; {@link #in} names one of them.
 */
public final class Option<T> {
    static final String ANY_NAME = "<name>";

    private final String section;
    private final String name;
    private final OptionType<T> type;
    private final @Nullable T defaultValue;
    private final @Nullable T min;
    private final @Nullable T max;
    private final String doc;
    private final boolean mutable;

    Option(String section, String name, OptionType<T> type) {
        this(section, name, type, null, null, null, "", false);
    }

    private Option(
            String section,
            String name,
            OptionType<T> type,
            @Nullable T defaultValue,
            @Nullable T min,
            @Nullable T max,
            String doc,
            boolean mutable) {
        this.section = section;
        this.name = name;
        this.type = type;
        this.defaultValue = defaultValue;
        this.min = min;
        this.max = max;
        this.doc = doc;
        this.mutable = mutable;
    }

    /** What holds when the file does not say. Every option needs one. */
    public Option<T> defaultValue(T value) {
        return new Option<>(section, name, type, value, min, max, doc, mutable);
    }

    /** The smallest and the largest value allowed. */
    public Option<T> range(T smallest, T largest) {
        Comparator<T> order = type.order();
        if (order == null || order.compare(smallest, largest) > 0) {
            throw new IllegalArgumentException(this + " cannot have the range " + smallest + " to " + largest);
        }
        return new Option<>(section, name, type, defaultValue, smallest, largest, doc, mutable);
    }

    /** One line that says what it does. Every option needs one. */
    public Option<T> doc(String line) {
        return new Option<>(section, name, type, defaultValue, min, max, line, mutable);
    }

    /** It can be changed while the server runs. */
    public Option<T> mutable() {
        return new Option<>(section, name, type, defaultValue, min, max, doc, true);
    }

    /** This option of the section {@code [kind.<sectionName>]}, for an option that is declared for the whole kind. */
    public Option<T> in(String sectionName) {
        if (!isOfKind()) {
            throw new IllegalStateException(this + " is not declared for sections of the form [kind.<name>]");
        }
        return new Option<>(kindPrefix() + sectionName, name, type, defaultValue, min, max, doc, mutable);
    }

    public String section() {
        return section;
    }

    public String name() {
        return name;
    }

    public String doc() {
        return doc;
    }

    public boolean isMutable() {
        return mutable;
    }

    /** The default. Throws {@link IllegalStateException} if none was declared. */
    public T defaultValue() {
        if (defaultValue == null) {
            throw new IllegalStateException(this + " is declared without a default");
        }
        return defaultValue;
    }

    /**
     * Reads a value as it stands in a file or a command. Throws {@link ConfigException}, which names the option and what
     * is expected.
     */
    public T parse(String text) {
        T value = read(text);
        check(value);
        return value;
    }

    /** The same without the check of the range. */
    T read(String text) {
        try {
            return type.parse().apply(text.trim());
        } catch (IllegalArgumentException e) {
            throw new ConfigException(this + " = '" + text + "': expected " + expected(), e);
        }
    }

    ValueType valueType() {
        return type.kind();
    }

    /** The value as {@link #parse} takes it. */
    public String print(T value) {
        return type.print().apply(value);
    }

    /** What it takes, for a person: {@code integer from 0 to 1000}. */
    public String expected() {
        return min == null || max == null
                ? type.name()
                : type.name() + " from " + type.print().apply(min) + " to "
                        + type.print().apply(max);
    }

    /** {@code [section] name}. */
    @Override
    public String toString() {
        return "[" + section + "] " + name;
    }

    String printedDefault() {
        return print(defaultValue());
    }

    boolean isOfKind() {
        return section.endsWith("." + ANY_NAME);
    }

    /** {@code kind.} of {@code kind.<name>}. */
    String kindPrefix() {
        return section.substring(0, section.length() - ANY_NAME.length());
    }

    /** True if this is the declaration for an option of that section. */
    boolean declares(String actualSection, String actualName) {
        if (!name.equals(actualName)) {
            return false;
        }
        return isOfKind() ? coversSection(actualSection) : section.equals(actualSection);
    }

    boolean coversSection(String actualSection) {
        return isOfKind()
                ? actualSection.length() > kindPrefix().length() && actualSection.startsWith(kindPrefix())
                : section.equals(actualSection);
    }

    void check(T value) {
        Comparator<T> order = type.order();
        if (order == null || min == null || max == null) {
            return;
        }
        if (order.compare(value, min) < 0 || order.compare(value, max) > 0) {
            throw new ConfigException(this + " = '" + print(value) + "': expected " + expected());
        }
    }
}
