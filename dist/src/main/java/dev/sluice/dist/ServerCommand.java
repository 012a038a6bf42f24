package dev.sluice.dist;

import dev.sluice.common.config.Config;
import dev.sluice.common.config.ConfigSchema;
import dev.sluice.dist.logging.Logging;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/** What running a server in a process of its own has in common: its configuration, its log, its end. */
abstract class ServerCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(ServerCommand.class);

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The configuration, an INI file; without it all options have their defaults.")
    private @Nullable Path file;

    @Option(names = "-D", paramLabel = "section.name=value", description = "Sets an option over the file.")
    private Map<String, String> overrides = new LinkedHashMap<>();

    @Option(
            names = "--end-with-parent",
            hidden = true,
            description = "Ends when standard input does, as it does when the parent process is gone.")
    private boolean endWithParent;

    abstract ConfigSchema schema();

    /** Starts the server; what comes back ends it. */
    abstract Running start(Config config) throws IOException;

    /**
     * A server that runs.
     *
     * @param server what ends it
     * @param failed completes exceptionally when the server could not go on and ended by itself
     */
    record Running(AutoCloseable server, CompletableFuture<?> failed) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        Logging.SERVER.use();
        Config config = file == null ? Config.of(schema(), overrides) : Config.load(file, schema(), overrides);
        CountDownLatch ended = new CountDownLatch(1);
        Running running = start(config);
        Shutdown.onSignal(() -> close(running.server()), ended);
        AtomicBoolean broken = new AtomicBoolean();
        var unused = running.failed().whenComplete((nothing, failure) -> {
            broken.set(failure != null);
            ended.countDown();
        });
        if (endWithParent) {
            watchParent();
        }
        ended.await();
        return broken.get() ? 1 : 0;
    }

    private static void close(AutoCloseable server) {
        try {
            server.close();
        } catch (Exception e) {
            LOG.error("The server did not end cleanly", e);
        }
    }

    private static void watchParent() {
        Thread watcher = new Thread(
                () -> {
                    try {
                        while (System.in.read() >= 0) {
                            // Nothing is ever said; only the end matters.
                        }
                    } catch (IOException e) {
                        LOG.warn("Standard input is broken", e);
                    }
                    LOG.info("The parent process is gone");
                    System.exit(0);
                },
                "parent-watch");
        watcher.setDaemon(true);
        watcher.start();
    }
}
