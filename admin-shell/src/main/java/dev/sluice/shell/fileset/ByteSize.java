package dev.sluice.shell.fileset;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A number of bytes as people write it: {@code 512k}, {@code 64M}, {@code 2GiB}. */
public record ByteSize(long bytes) {
    private static final Pattern PATTERN = Pattern.compile("(\\d{1,12})\\s*([kmg]?)(i?b)?");

    /** Throws {@link TypeConversionException} for anything else. */
    public static ByteSize parse(String text) {
        Matcher matcher = PATTERN.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new TypeConversionException("'" + text + "': expected a number of bytes, such as 512k, 64M or 2G");
        }
        long unit = switch (matcher.group(2)) {
            case "k" -> 1L << 10;
            case "m" -> 1L << 20;
            case "g" -> 1L << 30;
            default -> 1;
        };
        return new ByteSize(Long.parseLong(matcher.group(1)) * unit);
    }

    /** For picocli. */
    public static final class Converter implements ITypeConverter<ByteSize> {
        @Override
        public ByteSize convert(String text) {
            return parse(text);
        }
    }
}
