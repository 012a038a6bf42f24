package dev.sluice.integration.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.sluice.client.AsyncAdminClient;
import dev.sluice.client.ClientException;
import dev.sluice.client.ClientOptions;
import dev.sluice.client.SluiceClient;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.Wire;
import dev.sluice.dist.onebox.Onebox;
import dev.sluice.dist.onebox.OneboxLayout;
import dev.sluice.wire.admin.AppInfo;
import dev.sluice.wire.admin.BalancerRequestType;
import dev.sluice.wire.admin.NodeStatus;
import dev.sluice.wire.admin.PartitionStatus;
import dev.sluice.wire.admin.QueryConfigResponse;
import dev.sluice.wire.admin.ReplicaInfo;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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

    @Test
    void oneServerIsAskedForItsReplicasTheirAppsAndHowFarOneIs() {
        int appId = ClientException.await(admin.createApp("asked", 2, 1, Map.of("default_ttl", "5"), true)
                .thenCompose(id -> admin.awaitHealthy("asked", 60_000).thenApply(healthy -> id)));
        // A partition that takes a row has a primary that says so, which the leader's record alone does not mean.
        for (int hashKey = 0; hashKey < 16; hashKey++) {
            ClientException.await(client.table("asked").put(bytes("hash" + hashKey), bytes("sort"), bytes("value")));
        }

        List<ReplicaInfo> replicas = ClientException.await(admin.replicaInfo(replica)).stream()
                .filter(info -> info.getPid().appId() == appId)
                .toList();
        assertThat(replicas)
                .extracting(info -> info.getPid().partitionIndex(), ReplicaInfo::getStatus)
                .containsExactly(tuple(0, PartitionStatus.PS_PRIMARY), tuple(1, PartitionStatus.PS_PRIMARY));
        assertThat(replicas)
                .allSatisfy(info -> assertThat(info.getDiskTag()).isNotEmpty())
                .anySatisfy(info -> assertThat(info.getLastCommittedDecree()).isPositive());
        assertThat(replicas)
                .allSatisfy(info -> assertThat(
                                ClientException.await(admin.replicaDecree(replica, Wire.gpid(info.getPid()))))
                        .isGreaterThanOrEqualTo(info.getLastCommittedDecree()));

        assertThat(ClientException.await(admin.appInfo(replica)))
                .filteredOn(app -> app.getAppId() == appId)
                .extracting(AppInfo::getAppName, AppInfo::getPartitionCount, AppInfo::getEnvs)
                .containsExactly(tuple("asked", 2, Map.of("default_ttl", "5")));
        assertThat(failureOf(admin.replicaDecree(replica, new Gpid(999, 0))).error())
                .isEqualTo(ErrorCode.ERR_OBJECT_NOT_FOUND);
        HostPort meta = onebox.layout().metaServers().get(0);
        assertThat(failureOf(admin.replicaInfo(meta)).error()).isEqualTo(ErrorCode.ERR_HANDLER_NOT_FOUND);
        assertThat(failureOf(admin.appInfo(meta)).error()).isEqualTo(ErrorCode.ERR_HANDLER_NOT_FOUND);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static ClientException failureOf(CompletableFuture<?> answer) {
        return answer.handle((done, cause) -> ClientException.of(cause)).join();
    }
}
