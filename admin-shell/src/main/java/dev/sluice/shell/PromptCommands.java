package dev.sluice.shell;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Commands about the shell itself; help comes from picocli. */
final class PromptCommands {
    private PromptCommands() {}

    static List<Object> all(ShellSession session) {
        return List.of(new Exit(session));
    }

    @Command(
            name = "exit",
            aliases = {"quit"},
            description = "Leaves the shell.")
    private static final class Exit implements Callable<Integer> {
        private final ShellSession session;

        Exit(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            session.exit();
            return Shell.DONE;
        }
    }
}
