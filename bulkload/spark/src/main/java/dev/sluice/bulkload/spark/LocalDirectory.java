package dev.sluice.bulkload.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Directories on the disk of this machine that are a task's own. */
final class LocalDirectory {
    private static final Logger LOG = LoggerFactory.getLogger(LocalDirectory.class);
    private static final String PREFIX = "sluice-spark-";

    private LocalDirectory() {}

    /** A new directory in that one, which is created if need be; in the JVM's directory if it is empty. */
    static Path create(String parent) throws IOException {
        return parent.isEmpty()
                ? Files.createTempDirectory(PREFIX)
                : Files.createTempDirectory(Files.createDirectories(Path.of(parent)), PREFIX);
    }

    /** Deletes a directory and what is in it. */
    static void delete(Path directory) {
        try (Stream<Path> below = Files.walk(directory)) {
            List<Path> paths = below.sorted(Comparator.reverseOrder()).collect(Collectors.toList());
            for (Path path : paths) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            LOG.warn("{}: could not be deleted: {}", directory, e.toString());
        }
    }
}
