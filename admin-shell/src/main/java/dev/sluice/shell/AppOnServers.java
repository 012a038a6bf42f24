package dev.sluice.shell;

import dev.sluice.common.HostPort;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code -n} and {@code -a}: replica servers that a command asks for what they have of one app, or of all. */
final class AppOnServers {
    @Mixin
    private ReplicaServers servers;

    @Option(
            names = {"-a", "--app_name"},
            defaultValue = "",
            paramLabel = "<app>",
            description = "Shows replicas of this app only, and leaves out servers that have none (default: all apps).")
    private String app;

    /** Empty for all apps. */
    String app() {
        return app;
    }

    /** As {@link ReplicaServers#ask} does; with all apps every server has an answer. */
    <T> ReplicaServers.Answers<T> ask(ShellSession session, Function<HostPort, Optional<T>> question) {
        return servers.ask(session, app.isEmpty() ? "" : "a replica of '" + app + "'", question);
    }
}
