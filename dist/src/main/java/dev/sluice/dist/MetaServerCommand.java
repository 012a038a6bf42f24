package dev.sluice.dist;

import dev.sluice.common.config.Config;
import dev.sluice.common.config.ConfigSchema;
import dev.sluice.meta.MetaOptions;
import dev.sluice.meta.MetaServer;
import java.io.IOException;
import picocli.CommandLine.Command;

/** {@code sluice meta-server}. */
@Command(
        name = "meta-server",
        description = "Runs a meta server in the foreground; its log goes to standard error.",
        mixinStandardHelpOptions = true)
final class MetaServerCommand extends ServerCommand {
    @Override
    ConfigSchema schema() {
        return MetaOptions.schema();
    }

    @Override
    Running start(Config config) throws IOException {
        MetaServer server = new MetaServer(config);
        server.start();
        return new Running(server, server.ended());
    }
}
