package dev.sluice.integration.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.HostPort;
import dev.sluice.dist.onebox.FreePorts;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code sluice onebox} as a person runs it: the line that says ready, SIGTERM, and the same data at the next start. */
@Timeout(120)
final class OneboxCommandTest {
    @TempDir
    private Path directory;

    @Test
    void saysReadyEndsCleanlyOnSigtermAndFindsItsDataAgain() throws Exception {
        HostPort meta = FreePorts.find(1, 1000).get(0);
        HostPort replica = FreePorts.find(1).get(0);

        try (RunningCommand first = onebox(meta, replica)) {
            assertThat(first.firstLine()).startsWith("ready meta=[" + meta + "]");
            assertThat(shell(meta, "create kept -p 2 -r 1; use kept; set a b c"))
                    .isZero();
            assertThat(first.terminate()).isEqualTo(SIGTERM);
        }
        assertThat(log()).contains("Replica server " + replica + " is shut down", "Meta server " + meta + " is closed");

        try (RunningCommand second = onebox(meta, replica)) {
            assertThat(second.firstLine()).startsWith("ready ");
            Path output = directory.resolve("output");
            assertThat(shell(meta, "use kept; get a b", output)).isZero();
            assertThat(output).content().contains("\"c\"");
            assertThat(second.terminate()).isEqualTo(SIGTERM);
        }
    }

    /** What the shell sees of a process that SIGTERM ended: 128 + 15. */
    private static final int SIGTERM = 143;

    private RunningCommand onebox(HostPort meta, HostPort replica) throws IOException {
        return new RunningCommand(command(
                        "onebox",
                        "--dir",
                        directory.resolve("data").toString(),
                        "--replica-servers",
                        "1",
                        "--meta-port",
                        Integer.toString(meta.port()),
                        "--replica-port",
                        Integer.toString(replica.port()))
                .redirectError(directory.resolve("errors").toFile())
                .start());
    }

    private int shell(HostPort meta, String commands) throws Exception {
        return shell(meta, commands, directory.resolve("ignored"));
    }

    private int shell(HostPort meta, String commands, Path output) throws Exception {
        Process shell = command("shell", "-m", meta.toString(), "-c", commands)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        return shell.waitFor();
    }

    private ProcessBuilder command(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx512m", "-Djava.io.tmpdir=" + directory));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.sluice.dist.Sluice"));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command);
    }

    private String log() throws IOException {
        return Files.readString(directory.resolve("data").resolve("onebox.log"));
    }

    private record RunningCommand(Process process) implements AutoCloseable {
        String firstLine() throws IOException {
            BufferedReader reader = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
            String line = reader.readLine();
            return line == null ? "nothing" : line;
        }

        int terminate() throws InterruptedException {
            process.destroy();
            return process.waitFor(30, TimeUnit.SECONDS) ? process.exitValue() : -1;
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }
}
