package dev.sluice.benchmarks.build;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A way to make files out of rows. */
enum Side {
    PLAIN("plain cost"),
    FILESET("fileset build"),
    SPARK("Spark sink");

    private final String title;

    Side(String title) {
        this.title = title;
    }

    /** As people read it. */
    String title() {
        return title;
    }

    /** As it stands on the command line and in JSON. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reads the word of a side. */
    static final class Converter implements ITypeConverter<Side> {
        @Override
        public Side convert(String word) {
            return Arrays.stream(values())
                    .filter(side -> side.word().equals(word))
                    .findFirst()
                    .orElseThrow(() -> {
                        List<String> words =
                                Arrays.stream(values()).map(Side::word).toList();
                        return new TypeConversionException(
                                "unknown side " + word + ", expected some of " + String.join(", ", words));
                    });
        }
    }
}
