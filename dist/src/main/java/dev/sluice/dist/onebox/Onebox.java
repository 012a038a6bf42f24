package dev.sluice.dist.onebox;

import dev.sluice.common.config.Config;
import dev.sluice.common.config.ConfigSchema;
import dev.sluice.meta.MetaOptions;
import dev.sluice.meta.MetaServer;
import dev.sluice.replica.ReplicaOptions;
import dev.sluice.replica.ReplicaServer;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.TreeMap;

/**
 * A whole cluster in this process. Servers can be stopped and started one by one; their data stays in the directory and is
 * found again. For one thread.
 */
public final class Onebox implements AutoCloseable {
    private final OneboxLayout layout;
    private final Map<Integer, MetaServer> metaServers = new TreeMap<>();
    private final Map<Integer, ReplicaServer> replicaServers = new TreeMap<>();

    private Onebox(OneboxLayout layout) {
        this.layout = layout;
    }

    /** Starts all servers. Returns when they listen, which is before they serve; see {@link Readiness}. */
    public static Onebox start(OneboxLayout layout) throws IOException {
        Files.createDirectories(layout.directory());
        Onebox onebox = new Onebox(layout);
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

    public OneboxLayout layout() {
        return layout;
    }

    /** Starts the meta server at that position, from 0 up. */
    public void startMetaServer(int index) throws IOException {
        MetaServer server = new MetaServer(configOf(MetaOptions.schema(), layout.metaOptions(index)));
        server.start();
        metaServers.put(index, server);
    }

    /** Starts the replica server at that position, from 0 up. */
    public void startReplicaServer(int index) throws IOException {
        ReplicaServer server = new ReplicaServer(configOf(ReplicaOptions.schema(), layout.replicaOptions(index)));
        server.start();
        replicaServers.put(index, server);
    }

    /** Ends the meta server at that position; nothing happens if it does not run. */
    public void stopMetaServer(int index) {
        MetaServer server = metaServers.remove(index);
        if (server != null) {
            server.close();
        }
    }

    /** Ends the replica server at that position; nothing happens if it does not run. */
    public void stopReplicaServer(int index) {
        ReplicaServer server = replicaServers.remove(index);
        if (server != null) {
            server.close();
        }
    }

    @Override
    public void close() {
        for (int i = 0; i < layout.replicaServers().size(); i++) {
            stopReplicaServer(i);
        }
        for (int i = 0; i < layout.metaServers().size(); i++) {
            stopMetaServer(i);
        }
    }

    private Config configOf(ConfigSchema schema, Map<String, String> options) {
        return Config.of(schema, OneboxOptions.known(schema, options, layout.overrides()));
    }
}
