package dev.sluice.shell;

import dev.sluice.client.ClientOptions;
import dev.sluice.client.SluiceClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice shell}: a prompt on a terminal; with {@code -c}, or lines on standard input, without one. */
@Command(
        name = "shell",
        description = "Administers a cluster and reads and writes rows, at a prompt or one command at a time.",
        mixinStandardHelpOptions = true)
public final class ShellCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-m", "--meta"},
            defaultValue = "127.0.0.1:34601",
            paramLabel = "<host:port,...>",
            description = "The meta servers (default: ${DEFAULT-VALUE}).")
    private String metaServers;

    @Option(
            names = {"-c", "--command"},
            paramLabel = "<commands>",
            description = "Run these commands, separated by ';', and end with the exit code of the first that fails.")
    private List<String> commands = List.of();

    @Option(
            names = {"-a", "--app"},
            defaultValue = "",
            paramLabel = "<app_name>",
            description = "Use this app, as the command 'use' does.")
    private String app;

    @Option(
            names = {"-j", "--json"},
            description = "Every command prints JSON.")
    private boolean json;

    @Option(
            names = {"-t", "--timeout_ms"},
            defaultValue = "5000",
            description =
                    "How long a request for rows may take; one to the meta servers twice that (default: ${DEFAULT-VALUE}).")
    private int timeoutMs;

    @Option(
            names = "--history",
            defaultValue = "${sys:user.home}/.sluice_history",
            description = "The file of the prompt's history (default: ${DEFAULT-VALUE}).")
    private Path history;

    @Override
    public Integer call() throws IOException {
        ClientOptions options = ClientOptions.DEFAULTS.withTimeoutMs(timeoutMs).withAdminTimeoutMs(2 * timeoutMs);
        try (SluiceClient client = SluiceClient.connect(SluiceClient.parseServers(metaServers), options)) {
            boolean terminal = ConsoleCheck.isTerminal();
            if (commands.isEmpty() && terminal) {
                return Prompt.run(client, app, json, history);
            }
            ShellSession session = new ShellSession(
                    client,
                    spec.commandLine().getOut(),
                    spec.commandLine().getErr(),
                    json,
                    terminal,
                    ZoneId.systemDefault());
            session.use(app);
            Shell shell = new Shell(session);
            return commands.isEmpty() ? runInput(shell) : runAll(shell, commands);
        } catch (IllegalArgumentException e) {
            spec.commandLine().getErr().println("ERROR: " + e.getMessage());
            return Shell.WRONG_USE;
        }
    }

    private static int runAll(Shell shell, List<String> lines) {
        for (String line : lines) {
            int code = shell.run(line);
            if (code != Shell.DONE || shell.session().isExited()) {
                return code;
            }
        }
        return Shell.DONE;
    }

    /** Lines of a script; the first that fails ends it. */
    private static int runInput(Shell shell) throws IOException {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            int code = shell.run(line);
            if (code != Shell.DONE || shell.session().isExited()) {
                return code;
            }
        }
        return Shell.DONE;
    }
}
