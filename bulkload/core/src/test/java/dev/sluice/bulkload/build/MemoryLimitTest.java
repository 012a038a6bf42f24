package dev.sluice.bulkload.build;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bulkload.fileset.BulkLoadInfo;
import dev.sluice.bulkload.fileset.FileSetLocation;
import dev.sluice.bulkload.store.LocalBlockStore;
import dev.sluice.bulkload.work.StopSignal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The memory option is kept: a process with little more heap than that builds a set many times larger. */
class MemoryLimitTest {
    private static final int ROWS = 400_000;
    private static final int VALUE_BYTES = 200;

    @TempDir
    Path directory;

    @Test
    void eightyMegabytesAreSortedInEight() throws Exception {
        Path output = directory.resolve("output");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx28m",
                        "-XX:MaxDirectMemorySize=4m",
                        "-Djava.io.tmpdir=" + directory,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName(),
                        directory.toString())
                .redirectOutput(output.toFile())
                .redirectErrorStream(true)
                .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertThat(Files.readString(output)).contains(ROWS + " rows and duplicates");
        assertThat(process.exitValue()).isZero();
    }

    /** Builds a set of random rows with 8 MiB. */
    public static final class Child {
        private Child() {}

        /** The argument is the test's directory. */
        public static void main(String[] args) throws Exception {
            Path directory = Path.of(args[0]);
            BuildOptions options = BuildOptions.of(
                            new BulkLoadInfo(0, "temp", 4), directory.resolve("temporary"), 1_800_000_000_000L)
                    .withMemoryBytesMax(8L * 1024 * 1024);
            BuildResult result = new FileSetBuilder(
                            LocalBlockStore.below(directory), new FileSetLocation("", "onebox", "temp"), options)
                    .build(new RandomRows(), new StopSignal(), progress -> {});
            System.out.println(result.rows() + result.duplicates() + " rows and duplicates");
        }
    }

    private static final class RandomRows implements RowSource {
        private final Random random = new Random(1);
        private long line;

        @Override
        public @Nullable Row next() {
            if (line == ROWS) {
                return null;
            }
            line++;
            byte[] value = new byte[VALUE_BYTES];
            random.nextBytes(value);
            return new Row(("user" + random.nextInt(10_000_000)).getBytes(UTF_8), new byte[0], value, 0);
        }

        @Override
        public long line() {
            return line;
        }
    }
}
