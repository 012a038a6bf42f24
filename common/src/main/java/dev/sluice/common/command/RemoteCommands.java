package dev.sluice.common.command;

import dev.sluice.common.config.Config;
import dev.sluice.common.config.ConfigException;
import dev.sluice.common.config.Option;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The commands of one server, by name. {@code help} and {@code server-info} are always there. Safe for use by several
 * threads.
 */
public final class RemoteCommands {
    private static final Logger LOG = LoggerFactory.getLogger(RemoteCommands.class);
    private static final List<String> HELP_ALIASES = List.of("h", "H", "Help");
    private static final String OK = "ok";

    private final Map<String, Command> commands = new ConcurrentSkipListMap<>();

    /** Answers a command. Runs on the thread that executes it; may block only as long as a caller waits (5 s). */
    @FunctionalInterface
    public interface Handler {
        String answer(List<String> arguments);
    }

    private record Command(String help, Handler handler) {}

    public RemoteCommands(ServerInfo serverInfo) {
        String help = "[command] - list the commands, or say what one does";
        register("help", help, this::help);
        HELP_ALIASES.forEach(alias -> register(alias, help, this::help));
        register("server-info", "- version, build and start time of this server", arguments -> serverInfo.toJson());
    }

    /** Adds a command. The help begins with its arguments, if it has any. Throws if the name is taken. */
    public RemoteCommands register(String name, String help, Handler handler) {
        if (commands.putIfAbsent(name, new Command(help, handler)) != null) {
            throw new IllegalArgumentException("there is a remote command '" + name + "' already");
        }
        return this;
    }

    /** Adds a command that reads and sets a mutable numeric option. */
    public <T extends Number> RemoteCommands registerNumber(String name, Config config, Option<T> option) {
        String help = "[" + option.expected() + " | DEFAULT] - " + option.doc();
        return register(name, help, arguments -> number(name, config, option, arguments));
    }

    /** Adds a command that reads and sets a mutable boolean option. */
    public RemoteCommands registerBoolean(String name, Config config, Option<Boolean> option) {
        String help = "[true | false] - " + option.doc();
        return register(name, help, arguments -> bool(name, config, option, arguments));
    }

    /** Runs a command. A name that is not there, and a handler that fails, give a text too. */
    public String execute(String name, List<String> arguments) {
        Command command = commands.get(name);
        if (command == null) {
            return "unknown command '" + name + "'";
        }
        try {
            return command.handler().answer(arguments);
        } catch (RuntimeException e) {
            LOG.warn("Remote command {} {} failed", name, arguments, e);
            return error("ERR: " + name + " failed: " + e.getMessage());
        }
    }

    private String help(List<String> arguments) {
        if (arguments.size() == 1) {
            Command command = commands.get(arguments.get(0));
            return command == null
                    ? "unknown command '" + arguments.get(0) + "'"
                    : arguments.get(0) + " " + command.help();
        }
        StringBuilder lines = new StringBuilder();
        commands.forEach((name, command) -> {
            if (!HELP_ALIASES.contains(name)) {
                lines.append(name).append(' ').append(command.help()).append('\n');
            }
        });
        return lines.toString();
    }

    private static <T extends Number> String number(
            String name, Config config, Option<T> option, List<String> arguments) {
        if (arguments.isEmpty()) {
            return answer(Map.of(name, config.get(option).toString()));
        }
        if (arguments.size() > 1) {
            return error(
                    "ERR: invalid arguments '" + String.join(" ", arguments) + "', only one argument is acceptable");
        }
        String argument = arguments.get(0);
        if (argument.toUpperCase(Locale.ROOT).equals("DEFAULT")) {
            config.set(option, option.defaultValue());
            return answer(Map.of(name, option.defaultValue()));
        }
        try {
            config.set(option, option.parse(argument));
        } catch (ConfigException e) {
            LOG.info("{} {} refused: {}", name, argument, e.getMessage());
            return error("ERR: invalid argument '" + argument + "', the value is not acceptable");
        }
        return answer(Map.of());
    }

    private static String bool(String name, Config config, Option<Boolean> option, List<String> arguments) {
        if (arguments.isEmpty()) {
            return answer(Map.of(name, config.get(option).toString()));
        }
        if (arguments.size() > 1) {
            return error("ERR: invalid arguments, only one boolean argument is acceptable");
        }
        String argument = arguments.get(0);
        try {
            config.set(option, option.parse(argument));
        } catch (ConfigException e) {
            LOG.info("{} {} refused: {}", name, argument, e.getMessage());
            return error("ERR: invalid arguments, '" + argument + "' is not a boolean");
        }
        return answer(Map.of());
    }

    /** An answer of these fields, which says that all went well. */
    public static String answer(Map<String, Object> fields) {
        TreeMap<String, Object> sorted = new TreeMap<>(fields);
        sorted.put("error", OK);
        return JsonText.indented(sorted);
    }

    /** Does it and says so; an argument that it refuses becomes the error of the answer. */
    public static String answering(Runnable action) {
        try {
            action.run();
            return answer(Map.of());
        } catch (IllegalArgumentException e) {
            return error("ERR: " + e.getMessage());
        }
    }

    /** An answer that says what is wrong. */
    public static String error(String text) {
        return JsonText.indented(Map.of("error", text));
    }
}
