package dev.sluice.integration.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.client.ClientException;
import dev.sluice.client.ClientOptions;
import dev.sluice.client.SluiceClient;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.Rpc;
import dev.sluice.common.rpc.testing.RandomMessages;
import dev.sluice.dist.onebox.Onebox;
import dev.sluice.dist.onebox.OneboxLayout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In a cluster of its own: what is asked there is obeyed where it happens to make sense. */
final class ProtocolFuzzTest {
    private static final int REPLICA_SERVERS = 3;

    @TempDir
    static Path directory;

    private Onebox onebox;
    private SluiceClient client;

    @BeforeEach
    void startCluster() throws IOException {
        // A lease longer than a machine halts: then a primary that changes was changed by what was sent.
        OneboxLayout layout = OneboxLayout.onFreePorts(directory.resolve("cluster"), 1, REPLICA_SERVERS)
                .with(Map.of(
                        "meta_server.max_allowed_partition_count", "4",
                        "meta_server.node_lease_ms", "20000",
                        "meta_server.node_grace_ms", "22000"));
        onebox = Onebox.start(layout);
        client = SluiceClient.connect(layout.metaServers(), ClientOptions.DEFAULTS);
        await().atMost(30, TimeUnit.SECONDS).until(() -> {
            try {
                return client.admin().listNodes().size() == REPLICA_SERVERS;
            } catch (ClientException e) {
                return false;
            }
        });
    }

    @AfterEach
    void stopCluster() {
        client.close();
        onebox.close();
    }

    @Test
    void brokenRequestsOfEveryCodeHarmNobodyElse() throws Exception {
        // In this order: a number that happens to be an app's id is mostly a small one.
        AppPlace fuzzed = create("fuzz");
        AppPlace steady = create("steady");
        List<HostPort> servers = new ArrayList<>(onebox.layout().replicaServers());
        servers.addAll(onebox.layout().metaServers());

        Map<String, Integer> sent = new ProtocolFuzz(fuzzed, steady, servers).run();

        assertThat(sent)
                .containsKeys(
                        RandomMessages.allRpcs().stream().map(Rpc::taskCode).toArray(String[]::new));
    }

    private AppPlace create(String app) {
        client.admin().createApp(app, 1, REPLICA_SERVERS, Map.of(), true);
        client.admin().awaitHealthy(app, 60_000);
        // A partition that takes a row has a primary that serves, which the leader's record alone does not mean.
        ClientException.await(client.table(app).put(new byte[] {'h'}, new byte[] {'s'}, new byte[] {'v'}));
        return AppPlace.of(client, app);
    }
}
