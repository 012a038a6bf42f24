package dev.sluice.shell;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.client.ClientOptions;
import dev.sluice.client.SluiceClient;
import dev.sluice.wire.bulkload.BulkLoadStatus;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.DumbTerminal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PromptTest {
    private final FakeServer server = new FakeServer();
    private final SluiceClient client = SluiceClient.connect(List.of(server.address()), ClientOptions.DEFAULTS);
    private final ByteArrayOutputStream screen = new ByteArrayOutputStream();

    @TempDir
    private Path directory;

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    @Test
    void linesRunUntilExitAlsoAfterOneThatFailed() throws IOException {
        type("get k s\nuse orders\nset k s 'a!b \\x00'\nget k s\nexit\nset k s never\n");

        assertThat(screen.toString(UTF_8))
                .contains("no app is in use")
                .contains("orders >>> ")
                .contains("\"a!b \\x00\"");
        assertThat(server.rows.values()).singleElement().isEqualTo("a!b \0".getBytes(UTF_8));
    }

    @Test
    void theEndOfTheInputLeaves() throws IOException {
        type("use orders\n");

        assertThat(screen.toString(UTF_8)).contains("OK");
    }

    @Test
    void linesAreKeptForTheNextTime() throws IOException {
        type("use orders\nls\n");

        assertThat(directory.resolve("history"))
                .content()
                .contains("use orders")
                .contains("ls");
    }

    @Test
    void anInterruptLeavesTheWatchingAndNotTheShell() throws IOException {
        server.loadAnswers.add(server.load(BulkLoadStatus.BLS_DOWNLOADING, true, 10));
        try (PipedOutputStream keys = new PipedOutputStream();
                Terminal terminal = new DumbTerminal(new PipedInputStream(keys), screen)) {
            CompletableFuture<Integer> prompt = CompletableFuture.supplyAsync(
                    () -> Prompt.run(terminal, client, "", false, directory.resolve("history")));
            keys.write("query_bulk_load_status -a orders --watch\n".getBytes(UTF_8));
            keys.flush();
            await().until(() -> screen.toString(UTF_8).contains("10%"));

            terminal.raise(Terminal.Signal.INT);
            await().until(() -> screen.toString(UTF_8).contains("the load goes on"));
            keys.write("exit\n".getBytes(UTF_8));
            keys.flush();

            assertThat(prompt).succeedsWithin(Duration.ofSeconds(10)).isEqualTo(Shell.DONE);
        }
    }

    private void type(String keys) throws IOException {
        try (Terminal terminal = new DumbTerminal(new ByteArrayInputStream(keys.getBytes(UTF_8)), screen)) {
            assertThat(Prompt.run(terminal, client, "", false, directory.resolve("history")))
                    .isEqualTo(Shell.DONE);
        }
    }
}
