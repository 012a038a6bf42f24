package dev.sluice.dist;

import dev.sluice.client.ClientOptions;
import dev.sluice.client.SluiceClient;
import dev.sluice.dist.logging.Logging;
import dev.sluice.dist.onebox.Onebox;
import dev.sluice.dist.onebox.OneboxLayout;
import dev.sluice.dist.onebox.OneboxProcesses;
import dev.sluice.dist.onebox.Readiness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sluice onebox}: a whole cluster on this machine, until it is told to end. */
@Command(
        name = "onebox",
        description = "Runs a whole cluster on this machine, until Ctrl-C or SIGTERM.",
        mixinStandardHelpOptions = true)
final class OneboxCommand implements Callable<Integer> {
    private static final int READY_TIMEOUT_MS = 60_000;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--dir",
            defaultValue = "onebox",
            paramLabel = "DIR",
            description = "Where all data lies; found again at the next start (default: ${DEFAULT-VALUE}).")
    private Path directory;

    @Option(
            names = "--meta",
            defaultValue = "1",
            paramLabel = "N",
            description = "Meta servers: 1, 3 or 5 (default: ${DEFAULT-VALUE}).")
    private int metaCount;

    @Option(
            names = "--replica-servers",
            defaultValue = "3",
            paramLabel = "N",
            description = "Replica servers (default: ${DEFAULT-VALUE}).")
    private int replicaCount;

    @Option(
            names = "--meta-port",
            defaultValue = "" + OneboxLayout.META_PORT,
            paramLabel = "PORT",
            description = "Port of the first meta server; the others follow (default: ${DEFAULT-VALUE}).")
    private int metaPort;

    @Option(
            names = "--replica-port",
            defaultValue = "" + OneboxLayout.REPLICA_PORT,
            paramLabel = "PORT",
            description = "Port of the first replica server; the others follow (default: ${DEFAULT-VALUE}).")
    private int replicaPort;

    @Option(names = "--processes", description = "Each server is a process of its own; its log is in the directory.")
    private boolean processes;

    @Option(
            names = "-D",
            paramLabel = "section.name=value",
            description = "Sets an option of every server that has it.")
    private Map<String, String> overrides = new LinkedHashMap<>();

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (metaCount != 1 && metaCount != 3 && metaCount != 5) {
            throw new ParameterException(spec.commandLine(), "--meta " + metaCount + ": expected 1, 3 or 5");
        }
        if (replicaCount < 1 || replicaCount > 100) {
            throw new ParameterException(
                    spec.commandLine(), "--replica-servers " + replicaCount + ": expected 1 to 100");
        }
        OneboxLayout layout = OneboxLayout.of(directory, metaCount, metaPort, replicaCount, replicaPort)
                .with(overrides);
        Files.createDirectories(layout.directory());
        Logging.toFile(layout.directory().resolve("onebox.log"));
        CountDownLatch ended = new CountDownLatch(1);
        try (AutoCloseable cluster = processes ? OneboxProcesses.start(layout) : Onebox.start(layout)) {
            Shutdown.onSignal(() -> closed(cluster), ended);
            awaitReady(layout);
            spec.commandLine()
                    .getOut()
                    .println("ready meta=" + layout.metaServers() + " replica-servers=" + layout.replicaServers()
                            + " dir=" + layout.directory());
            spec.commandLine().getOut().flush();
            ended.await();
        } catch (IOException | RuntimeException | InterruptedException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("the cluster did not end cleanly: " + e.getMessage(), e);
        }
        return 0;
    }

    private static void awaitReady(OneboxLayout layout) {
        try (SluiceClient client =
                SluiceClient.connect(layout.metaServers(), ClientOptions.DEFAULTS.withAdminTimeoutMs(2_000))) {
            Readiness.await(client, layout.replicaServers().size(), READY_TIMEOUT_MS);
        }
    }

    private static void closed(AutoCloseable cluster) {
        try {
            cluster.close();
        } catch (Exception e) {
            throw new IllegalStateException("the cluster did not end cleanly: " + e.getMessage(), e);
        }
    }
}
