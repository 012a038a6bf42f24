package dev.sluice.shell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.client.ClientOptions;
import dev.sluice.client.SluiceClient;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ShellCompleterTest {
    private final FakeServer server = new FakeServer();
    private final SluiceClient client = SluiceClient.connect(List.of(server.address()), ClientOptions.DEFAULTS);
    private final PrintWriter nowhere = new PrintWriter(new StringWriter());
    private final ShellCompleter completer =
            new ShellCompleter(new Shell(new ShellSession(client, nowhere, nowhere, false, false, ZoneOffset.UTC)));

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    @Test
    void commandsAreCompletedByTheirBeginning() {
        assertThat(completer.completions(List.of(), "multi_")).containsExactly("multi_del", "multi_get", "multi_set");
        assertThat(completer.completions(List.of("help"), "cluster")).containsExactly("cluster_info");
    }

    @Test
    void optionsAreThoseOfTheCommand() {
        assertThat(completer.completions(List.of("cancel_bulk_load"), "-"))
                .contains("-a", "--app_name", "-f", "--forced", "-j");
        assertThat(completer.completions(List.of("nothing"), "-")).isEmpty();
    }

    @Test
    void appsAreCompletedWhereACommandTakesOne() {
        assertThat(completer.completions(List.of("use"), "")).containsExactly("orders");
        assertThat(completer.completions(List.of("use"), "x")).isEmpty();
        assertThat(completer.completions(List.of("start_bulk_load", "-a"), "o")).containsExactly("orders");
        assertThat(completer.completions(List.of("ls", "-a"), "")).isEmpty();
        assertThat(completer.completions(List.of("get"), "")).isEmpty();
    }
}
