package dev.sluice.shell;

import dev.sluice.common.view.TextTable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Environment variables of the app in use. */
final class EnvCommands {
    private EnvCommands() {}

    static List<Object> all(ShellSession session) {
        return List.of(new Get(session), new Set(session), new Delete(session), new Clear(session));
    }

    @Command(name = "get_app_envs", description = "Shows the environment variables of the app in use.")
    private static final class Get implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        Get(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            TextTable envs = TextTable.facts("app_envs");
            new TreeMap<>(session.admin().app(session.requireTableName()).getEnvs()).forEach(envs::add);
            session.print(json, envs);
            return Shell.DONE;
        }
    }

    @Command(
            name = "set_app_envs",
            description = "Sets environment variables of the app in use.",
            footer = {"Example: set_app_envs default_ttl 86400 replica.write_throttling 1000*delay*100"})
    private static final class Set implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Parameters(paramLabel = "<key> <value>", arity = "2..*", description = "Keys and values in turn.")
        private List<String> words;

        Set(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            if (words.size() % 2 != 0) {
                throw new ShellFailure("the key '" + words.get(words.size() - 1) + "' has no value");
            }
            Map<String, String> envs = new LinkedHashMap<>();
            for (int i = 0; i < words.size(); i += 2) {
                envs.put(words.get(i), words.get(i + 1));
            }
            session.admin().setAppEnvs(session.requireTableName(), envs);
            session.say(json, "set app envs succeed");
            return Shell.DONE;
        }
    }

    @Command(
            name = "del_app_envs",
            description = "Removes environment variables of the app in use.",
            footer = {"Example: del_app_envs default_ttl"})
    private static final class Delete implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @Parameters(paramLabel = "<key>", arity = "1..*")
        private List<String> keys;

        Delete(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            session.say(json, session.admin().deleteAppEnvs(session.requireTableName(), keys));
            return Shell.DONE;
        }
    }

    @Command(
            name = "clear_app_envs",
            description = "Removes all environment variables of the app in use, or some.",
            footer = {"Examples:", "  clear_app_envs -a", "  clear_app_envs -p replica"})
    private static final class Clear implements Callable<Integer> {
        private final ShellSession session;

        @Mixin
        private JsonOption json;

        @ArgGroup(multiplicity = "1")
        private Which which = new Which();

        /** All, or some. */
        private static final class Which {
            @Option(
                    names = {"-a", "--all"},
                    description = "All of them.")
            private boolean all;

            @Option(
                    names = {"-p", "--prefix"},
                    description = "Those that begin with this and a dot.")
            private String prefix = "";
        }

        Clear(ShellSession session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            if (!which.all && which.prefix.isEmpty()) {
                throw new ShellFailure("the prefix is empty: to remove all variables say -a");
            }
            session.say(json, session.admin().clearAppEnvs(session.requireTableName(), which.all ? "" : which.prefix));
            return Shell.DONE;
        }
    }
}
