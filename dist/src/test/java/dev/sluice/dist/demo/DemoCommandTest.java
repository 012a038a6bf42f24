package dev.sluice.dist.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class DemoCommandTest {
    @TempDir
    private Path directory;

    @Test
    void loadsAFileOfRowsAndFindsEveryRowOnEveryReplica() throws Exception {
        Path input = directory.resolve("cities.csv");
        Files.writeString(input, "id,city\n1,Paris\n2,\"Rome, of old\"\n1,Lyon\n3,Oslo\n");
        StringWriter output = new StringWriter();

        int code = new CommandLine(new DemoCommand())
                .setOut(new PrintWriter(output, true))
                .execute(
                        "--input",
                        input.toString(),
                        "--hash-key",
                        "id",
                        "--sort-key",
                        "",
                        "--value",
                        "city",
                        "--partitions",
                        "2");

        assertThat(code).as(output.toString()).isZero();
        assertThat(output.toString())
                .contains("3 rows in", "1 rows with a key that came again", "Every row is right on every replica.");
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        StringWriter errors = new StringWriter();

        int code = new CommandLine(new DemoCommand())
                .setErr(new PrintWriter(errors, true))
                .execute("--input", directory.resolve("nothing.csv").toString());

        assertThat(code).isEqualTo(2);
        assertThat(errors.toString()).contains("nothing.csv", "no such file");
    }
}
