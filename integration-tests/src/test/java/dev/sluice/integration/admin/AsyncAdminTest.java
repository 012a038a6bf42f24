package dev.sluice.integration.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.client.AsyncAdminClient;
import dev.sluice.client.ClientException;
import dev.sluice.client.ClientOptions;
import dev.sluice.client.SluiceClient;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.dist.onebox.Onebox;
import dev.sluice.dist.onebox.OneboxLayout;
import dev.sluice.wire.admin.BalancerRequestType;
import dev.sluice.wire.admin.NodeStatus;
import dev.sluice.wire.admin.QueryConfigResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Administration whose steps follow each other on the threads of the client, against a whole cluster. */
@Timeout(180)
class AsyncAdminTest {
    @TempDir
    private static Path directory;

    private static Onebox onebox;
    private static SluiceClient client;
    private static AsyncAdminClient admin;
    private static HostPort replica;

    @BeforeAll
    static void start() throws IOException {
        onebox = Onebox.start(OneboxLayout.onFreePorts(directory.resolve("cluster"), 1, 1));
        replica = onebox.layout().replicaServers().get(0);
        client = SluiceClient.connect(onebox.layout().metaServers(), ClientOptions.DEFAULTS);
        admin = client.adminAsync();
        await().atMost(60, TimeUnit.SECONDS)
                .ignoreExceptions()
                .until(() -> ClientException.await(admin.listNodes()).containsValue(NodeStatus.NS_ALIVE));
    }

    @AfterAll
    static void stop() {
        client.close();
        onebox.close();
    }

    @Test
    void appsAreMadeSideBySideAndEachStepFollowsTheAnswerBefore() {
        List<CompletableFuture<Integer>> partitionCounts = Stream.of("orders", "sales", "stock")
                .map(app -> admin.createApp(app, 2, 1, Map.of(), true)
                        .thenCompose(id -> admin.awaitHealthy(app, 60_000))
                        .thenCompose(healthy -> admin.queryConfig(app))
                        .thenApply(QueryConfigResponse::getPartitionCount))
                .toList();

        assertThat(partitionCounts)
                .allSatisfy(count -> assertThat(ClientException.await(count)).isEqualTo(2));
    }

    @Test
    void whatTheLeaderRefusesFailsWithItsErrorAndHint() {
        ClientException failure = failureOf(admin.renameApp("nothing", "something"));

        assertThat(failure.error()).isEqualTo(ErrorCode.ERR_APP_NOT_EXIST);
        assertThat(failure.hint()).contains("nothing");
        assertThat(failureOf(admin.operations()
                                .move(new Gpid(999, 0), BalancerRequestType.MOVE_PRIMARY, replica, replica))
                        .error())
                .isEqualTo(ErrorCode.ERR_INVALID_PARAMETERS);
    }

    @Test
    void oneServerIsAskedForItsDisksAndCommands() {
        assertThat(ClientException.await(admin.remoteCommand(replica, "help", List.of())))
                .isNotEmpty();
        assertThat(ClientException.await(admin.diskInfo(replica, "")).getDiskInfos())
                .isNotEmpty();
        assertThat(failureOf(admin.diskInfo(replica, "nothing")).error()).isEqualTo(ErrorCode.ERR_OBJECT_NOT_FOUND);
    }

    private static ClientException failureOf(CompletableFuture<?> answer) {
        return answer.handle((done, cause) -> ClientException.of(cause)).join();
    }
}
