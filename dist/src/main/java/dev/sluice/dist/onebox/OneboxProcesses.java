package dev.sluice.dist.onebox;

import dev.sluice.common.config.ConfigSchema;
import dev.sluice.common.file.LocalFileSystem;
import dev.sluice.meta.MetaOptions;
import dev.sluice.replica.ReplicaOptions;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A whole cluster of which each server is a process: {@code … meta-server --config …}, {@code … replica-server --config …}.
 * Its configuration and log lie in the directory under the server's name. The processes end when this one does, however it
 * ends. For one thread.
 */
public final class OneboxProcesses implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OneboxProcesses.class);
    private static final long STOP_TIMEOUT_S = 20;
    private static final List<String> JVM_OPTIONS = List.of("-Xmx512m", "-Xshare:auto", "-XX:+UseSerialGC");
    /** Whether Netty watches buffers for leaks; the servers do as this process does. */
    private static final String LEAK_DETECTION = "io.netty.leakDetection.level";

    private final OneboxLayout layout;
    private final List<String> jvmOptions;
    private final Map<String, Process> running = new TreeMap<>();

    private OneboxProcesses(OneboxLayout layout, List<String> jvmOptions) {
        this.layout = layout;
        this.jvmOptions = jvmOptions;
    }

    /** Starts all processes. Returns at once; see {@link Readiness}. */
    public static OneboxProcesses start(OneboxLayout layout) throws IOException {
        return start(layout, List.of());
    }

    /** Starts all processes, with these options of the JVM after those that they always have. Returns at once. */
    public static OneboxProcesses start(OneboxLayout layout, List<String> jvmOptions) throws IOException {
        Files.createDirectories(layout.directory());
        OneboxProcesses onebox = new OneboxProcesses(layout, jvmOptions);
        try {
            for (int i = 0; i < layout.metaServers().size(); i++) {
                onebox.startMetaServer(i);
            }
            for (int i = 0; i < layout.replicaServers().size(); i++) {
                onebox.startReplicaServer(i);
            }
            return onebox;
        } catch (IOException | RuntimeException e) {
            onebox.close();
            throw e;
        }
    }

    /** Starts the meta server at that position, from 0 up. */
    public void startMetaServer(int index) throws IOException {
        start("meta-" + (index + 1), "meta-server", MetaOptions.schema(), layout.metaOptions(index));
    }

    /** Starts the replica server at that position, from 0 up. */
    public void startReplicaServer(int index) throws IOException {
        start("replica-" + (index + 1), "replica-server", ReplicaOptions.schema(), layout.replicaOptions(index));
    }

    /** Kills the meta server at that position as {@code kill -9} does, and waits until it is gone. */
    public void killMetaServer(int index) throws InterruptedException {
        kill("meta-" + (index + 1));
    }

    /** Kills the replica server at that position as {@code kill -9} does, and waits until it is gone. */
    public void killReplicaServer(int index) throws InterruptedException {
        kill("replica-" + (index + 1));
    }

    /**
     * Waits until the replica server at that position has ended by itself, and tells its exit code.
     *
     * @throws TimeoutException if it still runs after that time
     */
    public int awaitReplicaServerEnd(int index, Duration timeout) throws InterruptedException, TimeoutException {
        return awaitEnd("replica-" + (index + 1), timeout);
    }

    /** As {@link #awaitReplicaServerEnd}, of a meta server. */
    public int awaitMetaServerEnd(int index, Duration timeout) throws InterruptedException, TimeoutException {
        return awaitEnd("meta-" + (index + 1), timeout);
    }

    private int awaitEnd(String name, Duration timeout) throws InterruptedException, TimeoutException {
        Process process = process(name);
        if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new TimeoutException(name + ", pid " + process.pid() + ", still runs after " + timeout);
        }
        running.remove(name);
        LOG.info("{}, pid {}, ended with exit code {}", name, process.pid(), process.exitValue());
        return process.exitValue();
    }

    /** Process id of the replica server at that position, which runs. */
    public long replicaServerPid(int index) {
        return process("replica-" + (index + 1)).pid();
    }

    /** The data of the replica server at that position. */
    public Path replicaDirectory(int index) {
        return layout.directory().resolve("replica-" + (index + 1));
    }

    /** Asks all processes to end, waits, and kills those that do not. */
    @Override
    public void close() {
        // Not Process.destroy: that also closes the child's standard input, which tells it that its parent is gone.
        running.values().forEach(process -> process.toHandle().destroy());
        running.forEach((name, process) -> {
            try {
                if (!process.waitFor(STOP_TIMEOUT_S, TimeUnit.SECONDS)) {
                    LOG.warn("{} (pid {}) did not end within {} s and is killed", name, process.pid(), STOP_TIMEOUT_S);
                    process.destroyForcibly().waitFor();
                }
                LOG.info("{}, pid {}, ended with exit code {}", name, process.pid(), process.exitValue());
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        });
        running.clear();
    }

    private void start(String name, String role, ConfigSchema schema, Map<String, String> options) throws IOException {
        Path config = layout.directory().resolve(name + ".ini");
        Files.writeString(config, schema.toIni(OneboxOptions.known(schema, options, layout.overrides())));
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM_OPTIONS);
        command.addAll(ThreadPriorities.JVM_OPTIONS);
        String leakDetection = System.getProperty(LEAK_DETECTION);
        if (leakDetection != null) {
            command.add("-D" + LEAK_DETECTION + "=" + leakDetection);
        }
        command.addAll(jvmOptions);
        // A killed process leaves the native library that it unpacked; here the next start finds and deletes it.
        Path temporary = layout.directory().resolve(name + ".tmp");
        new LocalFileSystem().deleteTree(temporary);
        Files.createDirectories(temporary);
        command.add("-Djava.io.tmpdir=" + temporary);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.sluice.dist.Sluice"));
        command.addAll(List.of(role, "--config", config.toString(), "--end-with-parent"));
        File log = layout.directory().resolve(name + ".log").toFile();
        Process process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                .redirectErrorStream(true)
                .start();
        LOG.info("Started {}, pid {}, log in {}", name, process.pid(), log);
        running.put(name, process);
    }

    private Process process(String name) {
        Process process = running.get(name);
        if (process == null) {
            throw new IllegalStateException(name + " does not run");
        }
        return process;
    }

    private void kill(String name) throws InterruptedException {
        Process process = process(name);
        running.remove(name);
        process.destroyForcibly().waitFor();
        LOG.info("Killed {}, pid {}, exit code {}", name, process.pid(), process.exitValue());
    }
}
