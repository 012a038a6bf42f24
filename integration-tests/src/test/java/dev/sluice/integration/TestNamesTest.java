package dev.sluice.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The test command finds tests by the names of their classes: one with another name would never run, and nobody would see. */
final class TestNamesTest {
    private static final Path PROJECT = Path.of("..");
    private static final Pattern SOURCE = Pattern.compile("/src/(test|contract)/java/.*\\.java$");
    private static final Pattern TEST = Pattern.compile(
            "^\\s*@(Test|ParameterizedTest|RepeatedTest|TestFactory|Property|Example|ArchTest)\\b", Pattern.MULTILINE);
    private static final Pattern CONTRACT =
            Pattern.compile("^(?:public )?abstract class (\\w+Contract)\\b", Pattern.MULTILINE);

    @Test
    void everyClassThatHasTestsIsFoundByTheTestCommand() throws IOException {
        Map<Path, String> sources = testSources();
        Map<Boolean, Map<Path, String>> withTests = sources.entrySet().stream()
                .filter(file -> TEST.matcher(file.getValue()).find())
                .collect(Collectors.partitioningBy(
                        file -> isFound(file.getKey()), Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));

        assertThat(withTests.get(true)).hasSizeGreaterThan(100);
        assertThat(withTests.get(false)).allSatisfy((file, text) -> {
            Matcher contract = CONTRACT.matcher(text);
            assertThat(contract.find()).as("%s is a contract", file).isTrue();
            assertThat(sources).as("a test extends %s", contract.group(1)).anySatisfy((test, its) -> {
                assertThat(test).matches(TestNamesTest::isFound);
                assertThat(its).contains(" extends " + contract.group(1) + " ");
            });
        });
    }

    private static boolean isFound(Path file) {
        return file.getFileName().toString().endsWith("Test.java");
    }

    /** Of all modules; what builds leave behind is not looked at. */
    private static Map<Path, String> testSources() throws IOException {
        Map<Path, String> sources = new TreeMap<>();
        Files.walkFileTree(PROJECT, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                String name = directory.getFileName().toString();
                boolean isSkipped = name.equals("target") || (name.startsWith(".") && !directory.equals(PROJECT));
                return isSkipped ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (SOURCE.matcher(file.toString()).find()) {
                    sources.put(file, Files.readString(file));
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return sources;
    }
}
