package dev.sluice.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.common.config.ConfigException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class SluiceTest {
    private final StringWriter errors = new StringWriter();
    private final CommandLine command = new CommandLine(new OneboxCommand())
            .setErr(new PrintWriter(errors, true))
            .setExecutionExceptionHandler((failure, of, parsed) -> Sluice.report(failure, of));

    @TempDir
    private Path directory;

    @Test
    void anOptionThatNoServerHasStopsTheOneboxInOneLine() {
        int code = command.execute("--dir", directory.toString(), "-D", "replication.nosuch=1");

        assertThat(code).isEqualTo(1);
        assertThat(errors.toString().lines()).singleElement().asString().contains("replication.nosuch");
    }

    @Test
    void aFaultOfOurOwnKeepsItsTrace() throws Exception {
        assertThat(Sluice.report(new ConfigException("what is wrong"), command)).isEqualTo(1);
        assertThatThrownBy(() -> Sluice.report(new IllegalStateException("a bug"), command))
                .isInstanceOf(IllegalStateException.class);
    }
}
