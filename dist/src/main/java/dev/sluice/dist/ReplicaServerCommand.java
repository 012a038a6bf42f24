package dev.sluice.dist;

import dev.sluice.common.config.Config;
import dev.sluice.common.config.ConfigSchema;
import dev.sluice.replica.ReplicaOptions;
import dev.sluice.replica.ReplicaServer;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;

/** {@code sluice replica-server}. */
@Command(
        name = "replica-server",
        description = "Runs a replica server in the foreground; its log goes to standard error.",
        mixinStandardHelpOptions = true)
final class ReplicaServerCommand extends ServerCommand {
    @Override
    ConfigSchema schema() {
        return ReplicaOptions.schema();
    }

    @Override
    Running start(Config config) throws IOException {
        ReplicaServer server = new ReplicaServer(config);
        server.start();
        return new Running(server, new CompletableFuture<>());
    }
}
