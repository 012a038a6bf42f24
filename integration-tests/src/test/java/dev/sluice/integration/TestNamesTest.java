package dev.sluice.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The test command finds tests by the names of their classes: one with another name would never run, and nobody would see. */
final class TestNamesTest {
    private static final Path PROJECT = Path.of("..");
    private static final Pattern TEST = Pattern.compile(
            "^\\s*@(Test|ParameterizedTest|RepeatedTest|TestFactory|Property|Example|ArchTest)\\b", Pattern.MULTILINE);
    private static final Pattern CONTRACT =
            Pattern.compile("^(public )?abstract class \\w+Contract\\b", Pattern.MULTILINE);

    @Test
    void everyClassThatHasTestsIsFoundByTheTestCommand() throws IOException {
        List<Path> withTests =
                testSources().filter(file -> TEST.matcher(text(file)).find()).toList();

        assertThat(withTests).hasSizeGreaterThan(100);
        assertThat(withTests)
                .allMatch(file -> file.getFileName().toString().endsWith("Test.java")
                        || CONTRACT.matcher(text(file)).find());
    }

    private static Stream<Path> testSources() throws IOException {
        try (Stream<Path> files = Files.walk(PROJECT)) {
            return files
                    .filter(file -> file.toString().contains("/src/test/java/")
                            && file.toString().endsWith(".java"))
                    .toList()
                    .stream();
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
