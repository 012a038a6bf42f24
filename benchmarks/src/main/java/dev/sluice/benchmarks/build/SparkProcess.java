package dev.sluice.benchmarks.build;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * How a process with Spark is started: with the class path and the options of Java that the module of the sink leaves in its
 * {@code target}, since Spark is not on the class path of this one.
 */
final class SparkProcess {
    /** As much as {@code spark-submit} gives to a driver if nothing is said. */
    static final String HEAP = "-Xmx1g";

    private static final String MODULE = "bulkload/spark";
    private static final String MAIN = "dev.sluice.bulkload.spark.BuildJob";
    private static final String CLASS_PATH = "test-classpath.txt";
    private static final String OPTIONS = "test-jvm-options.txt";

    private final Path target;

    /** @param home the checkout */
    SparkProcess(Path home) {
        this.target = home.resolve(MODULE).resolve("target").toAbsolutePath().normalize();
    }

    /** What is missing, and how it is made; empty if all is there. */
    List<String> missing() {
        List<String> missing = Stream.of(
                        CLASS_PATH, OPTIONS, "classes", "test-classes/" + MAIN.replace('.', '/') + ".class")
                .map(target::resolve)
                .filter(path -> !Files.exists(path))
                .map(Path::toString)
                .toList();
        return missing.isEmpty()
                ? List.of()
                : List.of("the side spark needs " + String.join(", ", missing) + "; made by: mvn -pl " + MODULE
                        + " -am -DskipTests process-test-classes");
    }

    /** Arguments of Java, up to the main class. */
    List<String> arguments() throws IOException {
        List<String> arguments = new ArrayList<>();
        arguments.add(HEAP);
        arguments.addAll(List.of(read(OPTIONS).split(" ", -1)));
        arguments.add("-cp");
        arguments.add(String.join(
                File.pathSeparator,
                target.resolve("test-classes").toString(),
                target.resolve("classes").toString(),
                read(CLASS_PATH)));
        arguments.add(MAIN);
        return arguments;
    }

    private String read(String name) throws IOException {
        return Files.readString(target.resolve(name)).strip();
    }
}
