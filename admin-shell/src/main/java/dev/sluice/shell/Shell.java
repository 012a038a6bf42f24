package dev.sluice.shell;

import dev.sluice.client.ClientException;
import dev.sluice.common.command.JsonText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.OptionSpec;

/** Runs lines: each command with its words, until one fails. */
final class Shell {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int WRONG_USE = 2;

    private final ShellSession session;
    private final CommandLine commands;

    @Command(
            name = "",
            description = "Commands of the shell. 'help <command>' tells more about one.",
            synopsisHeading = "",
            customSynopsis = "")
    static final class Root {}

    Shell(ShellSession session) {
        this.session = session;
        this.commands = new CommandLine(new Root());
        List<Object> all = new ArrayList<>();
        all.addAll(ClusterCommands.all(session));
        all.addAll(ReplicaServerCommands.all(session));
        all.addAll(OperationCommands.all(session));
        all.addAll(AppCommands.all(session));
        all.addAll(AppSettingCommands.all(session));
        all.addAll(EnvCommands.all(session));
        all.addAll(CompactionCommands.all(session));
        all.addAll(DataCommands.all(session));
        all.addAll(ScanCommands.all(session));
        all.addAll(LoadCommands.all(session));
        all.addAll(RemoteCommand.all(session));
        all.addAll(PromptCommands.all(session));
        all.forEach(commands::addSubcommand);
        commands.addSubcommand(new CommandLine.HelpCommand());
        commands.setOut(session.out());
        commands.setErr(session.err());
        commands.setCaseInsensitiveEnumValuesAllowed(true);
        // Keys and values may begin with anything, also with @ and quotes.
        commands.setExpandAtFiles(false);
        commands.setTrimQuotes(false);
        RemoteCommand.keepWordsOfTheCommand(commands);
        commands.setExecutionExceptionHandler((failure, command, parsed) -> report(failure, command));
        commands.setParameterExceptionHandler((failure, words) -> {
            if (asksForJson(failure.getCommandLine())) {
                printJson("ERR_INVALID_PARAMETERS", failure);
                return WRONG_USE;
            }
            session.err().println("ERROR: " + failure.getMessage());
            CommandLine.UnmatchedArgumentException.printSuggestions(failure, session.err());
            String name = failure.getCommandLine().getCommandName();
            session.err()
                    .println(name.isEmpty() ? "'help' lists the commands" : "'help " + name + "' tells how to use it");
            session.err().flush();
            return WRONG_USE;
        });
    }

    /** Runs the commands of a line, up to the first that fails, and returns its exit code. */
    int run(String line) {
        List<List<String>> split;
        try {
            split = Words.commands(line);
        } catch (IllegalArgumentException e) {
            session.err().println("ERROR: " + e.getMessage());
            session.err().flush();
            return WRONG_USE;
        }
        for (List<String> words : split) {
            int code = commands.execute(words.toArray(String[]::new));
            session.out().flush();
            if (code != DONE || session.isExited()) {
                return code;
            }
        }
        return DONE;
    }

    ShellSession session() {
        return session;
    }

    CommandLine commands() {
        return commands;
    }

    private int report(Exception failure, CommandLine command) throws Exception {
        if (!(failure instanceof ClientException)
                && !(failure instanceof ShellFailure)
                && !(failure instanceof IllegalArgumentException)) {
            throw failure;
        }
        if (asksForJson(command)) {
            printJson(
                    failure instanceof ClientException known ? known.error().name() : "ERR_INVALID_PARAMETERS",
                    failure);
        } else {
            session.err().println("ERROR: " + failure.getMessage());
            session.err().flush();
        }
        return FAILED;
    }

    /** True if the shell prints JSON everywhere, or that command was given its option. */
    private boolean asksForJson(CommandLine command) {
        OptionSpec option = command.getCommandSpec().findOption("--json");
        boolean given = option != null && Boolean.TRUE.equals(option.getValue());
        return given || session.json(new JsonOption());
    }

    private void printJson(String error, Exception failure) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("error", error);
        fields.put("message", failure.getMessage());
        session.err().println(JsonText.indented(fields));
        session.err().flush();
    }
}
