package dev.sluice.integration.meta;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.client.ClientException;
import dev.sluice.client.ClientOptions;
import dev.sluice.client.SluiceClient;
import dev.sluice.client.Table;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import dev.sluice.common.file.LocalFileSystem;
import dev.sluice.dist.onebox.Onebox;
import dev.sluice.dist.onebox.OneboxLayout;
import dev.sluice.dist.onebox.Readiness;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All meta servers lost their disks: the cluster comes back from what the replica servers hold. */
final class RecoverTest {
    private static final int REPLICAS = 3;
    private static final int PATIENCE_MS = 90_000;

    @TempDir
    private Path directory;

    @Test
    void aLostMetaGroupIsRebuiltAndEveryRowIsThere() throws Exception {
        OneboxLayout layout = OneboxLayout.onFreePorts(directory.resolve("cluster"), 1, REPLICAS);
        try (Onebox onebox = Onebox.start(layout);
                SluiceClient client = connect(layout)) {
            Readiness.await(client, REPLICAS, PATIENCE_MS);
            client.admin().createApp("orders", 4, REPLICAS, Map.of("default_ttl", "100000"), true);
            client.admin().awaitHealthy("orders", PATIENCE_MS);
            client.admin().createApp("users", 1, 1, Map.of(), true);
            client.admin().awaitHealthy("users", PATIENCE_MS);
            for (int i = 0; i < 200; i++) {
                client.table("orders")
                        .put(bytes("k" + i), bytes(""), bytes("v" + i))
                        .join();
            }
            client.table("users").put(bytes("u"), bytes(""), bytes("v")).join();
        }
        new LocalFileSystem().deleteTree(layout.directory().resolve("meta-1"));

        OneboxLayout recovering = layout.with(Map.of("meta_server.recover_from_replica_server", "true"));
        try (Onebox onebox = Onebox.start(recovering);
                SluiceClient client = connect(recovering)) {
            HostPort absent = new HostPort("127.0.0.1", 1);
            Awaitility.await()
                    .atMost(60, TimeUnit.SECONDS)
                    .untilAsserted(() -> assertThatThrownBy(
                                    () -> client.admin().operations().recover(with(layout, absent), false, false))
                            .isInstanceOfSatisfying(ClientException.class, refused -> {
                                assertThat(refused.error()).isEqualTo(ErrorCode.ERR_TRY_AGAIN);
                                assertThat(refused).hasMessageContaining("not heard of: [127.0.0.1:1]");
                            }));
            String hint = client.admin().operations().recover(with(layout, absent), true, false);
            assertThat(hint).contains("left out");

            client.admin().awaitHealthy("orders", PATIENCE_MS);
            client.admin().awaitHealthy("users", PATIENCE_MS);
            assertThat(client.admin().app("orders").getEnvs()).containsEntry("default_ttl", "100000");
            Table orders = client.table("orders");
            for (int i = 0; i < 200; i++) {
                assertThat(orders.get(bytes("k" + i), bytes("")).join()).contains(bytes("v" + i));
            }
            assertThat(client.table("users").get(bytes("u"), bytes("")).join()).contains(bytes("v"));
            int next = client.admin().createApp("next", 1, 1, Map.of(), true);
            assertThat(next).isGreaterThan(client.admin().app("users").getAppId());
            assertThatThrownBy(() -> client.admin().operations().recover(layout.replicaServers(), true, true))
                    .isInstanceOfSatisfying(
                            ClientException.class,
                            refused -> assertThat(refused.error()).isEqualTo(ErrorCode.ERR_SERVICE_ALREADY_RUNNING));
        }
    }

    private static List<HostPort> with(OneboxLayout layout, HostPort more) {
        return Stream.concat(layout.replicaServers().stream(), Stream.of(more)).toList();
    }

    private static SluiceClient connect(OneboxLayout layout) {
        return SluiceClient.connect(
                layout.metaServers(),
                ClientOptions.DEFAULTS.withTimeoutMs(20_000).withAdminTimeoutMs(20_000));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
