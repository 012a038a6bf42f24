package dev.sluice.shell;

import dev.sluice.client.SluiceClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneId;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Terminal;
import org.jline.terminal.Terminal.Signal;
import org.jline.terminal.TerminalBuilder;

/** The prompt: lines with history and completion, until {@code exit} or Ctrl-D. Ctrl-C ends what is watched. */
final class Prompt {
    private static final int HISTORY_LINES_MAX = 2000;

    private Prompt() {}

    /** Runs on the terminal of this process. */
    static int run(SluiceClient client, String app, boolean json, Path history) throws IOException {
        try (Terminal terminal =
                TerminalBuilder.builder().system(true).dumb(true).build()) {
            return run(terminal, client, app, json, history);
        }
    }

    static int run(Terminal terminal, SluiceClient client, String app, boolean json, Path history) {
        boolean live = !terminal.getType().startsWith(Terminal.TYPE_DUMB);
        ShellSession session =
                new ShellSession(client, terminal.writer(), terminal.writer(), json, live, ZoneId.systemDefault());
        session.use(app);
        Shell shell = new Shell(session);
        terminal.handle(Signal.INT, signal -> session.interruption().ask());
        LineReader reader = reader(terminal, shell, history);
        terminal.writer()
                .println("Sluice shell, meta servers " + client.admin().metaServers()
                        + ". 'help' lists the commands, Ctrl-D leaves.");
        while (!session.isExited()) {
            try {
                shell.run(reader.readLine(prompt(session)));
            } catch (UserInterruptException e) {
                session.interruption().reset(); // Ctrl-C at the prompt only drops the line
            } catch (EndOfFileException e) {
                break;
            }
        }
        return Shell.DONE;
    }

    private static String prompt(ShellSession session) {
        return session.tableInUse().isEmpty() ? ">>> " : session.tableInUse() + " >>> ";
    }

    private static LineReader reader(Terminal terminal, Shell shell, Path history) {
        DefaultParser parser = new DefaultParser();
        parser.setEscapeChars(new char[0]);
        return LineReaderBuilder.builder()
                .terminal(terminal)
                .appName("sluice")
                .parser(parser)
                .completer(new ShellCompleter(shell))
                .variable(LineReader.HISTORY_FILE, history)
                .variable(LineReader.HISTORY_SIZE, HISTORY_LINES_MAX)
                // Otherwise a '!' in a value would be replaced by an old line.
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .build();
    }
}
