package dev.sluice.integration.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.wire.bulkload.BulkLoadStatus;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a job of Spark, some of whose tasks fail, to the rows that clients read. */
class SparkLoadTest {
    private static final String APP = "sparked";
    private static final int PARTITIONS = 4;
    private static final int ROWS = 5_000;

    /** Where the module of the sink leaves what a job needs. Spark is not on the class path of this one. */
    private static final Path SINK =
            Path.of("..", "bulkload", "spark", "target").toAbsolutePath();

    @TempDir
    Path directory;

    @Test
    void everyRowOfAJobIsReadByClients() throws Exception {
        try (LoadCluster cluster = new LoadCluster(directory)) {
            cluster.create(APP, PARTITIONS);
            Path set = cluster.fileSet(APP);
            run(set.toUri().toString(), Integer.toString(PARTITIONS), Integer.toString(ROWS));
            cluster.start(APP);
            cluster.awaitEnd(APP, BulkLoadStatus.BLS_SUCCEED);
            List<CompletableFuture<Optional<byte[]>>> reads = new ArrayList<>();
            for (int i = 0; i < ROWS; i++) {
                byte[] key = ("user" + i).getBytes(StandardCharsets.UTF_8);
                reads.add(cluster.client().table(APP).get(key, new byte[0]));
            }
            for (int i = 0; i < ROWS; i++) {
                byte[] value = reads.get(i).get(20, TimeUnit.SECONDS).orElseThrow();
                assertThat(new String(value, StandardCharsets.UTF_8)).isEqualTo("spark-" + i);
            }
            assertThat(cluster.rowsThatAllReplicasAgreeOn(APP, PARTITIONS)).isEqualTo(ROWS);
        }
    }

    private void run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx512m");
        command.add("-Djava.io.tmpdir=" + Files.createDirectory(directory.resolve("spark")));
        command.addAll(List.of(left("test-jvm-options.txt").split(" ", -1)));
        command.add("-cp");
        command.add(String.join(
                File.pathSeparator,
                SINK.resolve("test-classes").toString(),
                SINK.resolve("classes").toString(),
                left("test-classpath.txt")));
        command.add("dev.sluice.bulkload.spark.FlakyJob");
        command.addAll(List.of(arguments));
        Path log = directory.resolve("spark.log");
        Process job = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(Redirect.to(log.toFile()))
                .start();
        try {
            assertThat(job.waitFor(120, TimeUnit.SECONDS)).isTrue();
            assertThat(job.exitValue()).as(() -> tail(log)).isZero();
            assertThat(Files.readString(log)).contains("the first attempt of task 2 fails");
        } finally {
            job.destroyForcibly();
        }
    }

    private static String left(String name) throws IOException {
        return Files.readString(SINK.resolve(name)).strip();
    }

    private static String tail(Path log) {
        try {
            String text = Files.readString(log);
            return text.substring(Math.max(0, text.length() - 4_000));
        } catch (IOException e) {
            return e.toString();
        }
    }
}
