package dev.sluice.shell;

import dev.sluice.client.ClientException;
import dev.sluice.wire.admin.AppInfo;
import dev.sluice.wire.admin.AppStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Completes names of commands, their options, and names of apps where a command takes one. */
final class ShellCompleter implements Completer {
    private static final Logger LOG = LoggerFactory.getLogger(ShellCompleter.class);
    private static final Set<String> TAKE_AN_APP = Set.of("app", "use", "drop", "rename");
    private static final Set<String> APP_OPTIONS = Set.of("-a", "--app_name");

    private final Shell shell;

    ShellCompleter(Shell shell) {
        this.shell = shell;
    }

    @Override
    public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
        // JLine drops the candidates that do not fit the word.
        completions(line.words().subList(0, line.wordIndex()), line.word())
                .forEach(word -> candidates.add(new Candidate(word)));
    }

    /** What may follow those words, where the next begins like that. */
    List<String> completions(List<String> before, String begun) {
        if (before.isEmpty()) {
            return startingWith(begun, shell.commands().getSubcommands().keySet().stream());
        }
        CommandLine command = shell.commands().getSubcommands().get(before.get(0));
        if (command == null) {
            return List.of();
        }
        String last = before.get(before.size() - 1);
        if (command.getCommandName().equals("help")) {
            return startingWith(begun, shell.commands().getSubcommands().keySet().stream());
        }
        if (begun.startsWith("-")) {
            return startingWith(begun, command.getCommandSpec().optionsMap().keySet().stream());
        }
        boolean asArgument = before.size() == 1 && TAKE_AN_APP.contains(command.getCommandName());
        return asArgument || isAppOption(command, last) ? startingWith(begun, apps().stream()) : List.of();
    }

    /** True if the word is an option whose value is an app; {@code -a} of some commands is a flag. */
    private static boolean isAppOption(CommandLine command, String word) {
        OptionSpec option = command.getCommandSpec().findOption(word);
        return APP_OPTIONS.contains(word) && option != null && option.arity().max() > 0;
    }

    private List<String> apps() {
        try {
            return shell.session().admin().listApps(AppStatus.AS_AVAILABLE).stream()
                    .map(AppInfo::getAppName)
                    .toList();
        } catch (ClientException e) {
            LOG.debug("No names of apps to complete with", e);
            return new ArrayList<>();
        }
    }

    private static List<String> startingWith(String begun, Stream<String> words) {
        return words.filter(word -> word.startsWith(begun)).sorted().toList();
    }
}
