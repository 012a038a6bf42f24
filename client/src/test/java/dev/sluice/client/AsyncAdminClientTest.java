package dev.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.AdminRpcs;
import dev.sluice.common.rpc.Responder;
import dev.sluice.common.rpc.RpcHandlers.Access;
import dev.sluice.common.rpc.Wire;
import dev.sluice.common.time.testing.VirtualTime;
import dev.sluice.wire.admin.AppStatus;
import dev.sluice.wire.admin.BalancerRequestType;
import dev.sluice.wire.admin.ConfigType;
import dev.sluice.wire.admin.DropAppResponse;
import dev.sluice.wire.admin.MetaFunctionLevel;
import dev.sluice.wire.admin.PatternMatchType;
import dev.sluice.wire.admin.QueryManualCompactResponse;
import dev.sluice.wire.admin.RenameAppResponse;
import dev.sluice.wire.admin.StartManualCompactRequest;
import dev.sluice.wire.admin.StartManualCompactResponse;
import dev.sluice.wire.bulkload.BulkLoadControlType;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is promised of every method of the asynchronous administration: it waits for nothing, and fails in one way. */
@Timeout(60)
class AsyncAdminClientTest {
    private static final HostPort LEADER = FakeCluster.METAS.get(0);
    private static final HostPort REPLICA = FakeCluster.REPLICAS.get(0);
    private static final Gpid PARTITION = new Gpid(FakeCluster.APP_ID, 0);
    private static final LoadSource SOURCE = LoadSource.merge("orders", "cluster", "local", "sets");

    private final VirtualTime time = new VirtualTime();
    private final FakeCluster cluster = new FakeCluster(time);
    private final SluiceClient client =
            new SluiceClient(FakeCluster.METAS, cluster.rpc, ClientOptions.DEFAULTS, time, () -> {});
    private final AsyncAdminClient admin = client.adminAsync();

    /** A method, and a call of it. */
    private record Call(String method, Function<AsyncAdminClient, CompletableFuture<?>> start) {
        @Override
        public String toString() {
            return method;
        }
    }

    static List<Call> calls() {
        return List.of(
                new Call("createApp", admin -> admin.createApp("orders", 4, 1, Map.of(), true)),
                new Call("awaitHealthy", admin -> admin.awaitHealthy("orders", 1_000)),
                new Call("dropApp", admin -> admin.dropApp("orders", 0)),
                new Call("recallApp", admin -> admin.recallApp(FakeCluster.APP_ID, "")),
                new Call("renameApp", admin -> admin.renameApp("orders", "sales")),
                new Call("listApps", admin -> admin.listApps(AppStatus.AS_INVALID)),
                new Call(
                        "listApps",
                        admin -> admin.listApps(AppStatus.AS_INVALID, "o", PatternMatchType.PMT_MATCH_PREFIX)),
                new Call("app", admin -> admin.app("orders")),
                new Call("queryConfig", admin -> admin.queryConfig("orders")),
                new Call("setAppEnvs", admin -> admin.setAppEnvs("orders", Map.of("default_ttl", "5"))),
                new Call("deleteAppEnvs", admin -> admin.deleteAppEnvs("orders", List.of("default_ttl"))),
                new Call("clearAppEnvs", admin -> admin.clearAppEnvs("orders", "")),
                new Call("maxReplicaCount", admin -> admin.maxReplicaCount("orders")),
                new Call("setMaxReplicaCount", admin -> admin.setMaxReplicaCount("orders", 3)),
                new Call("atomicIdempotent", admin -> admin.atomicIdempotent("orders")),
                new Call("setAtomicIdempotent", admin -> admin.setAtomicIdempotent("orders", true)),
                new Call(
                        "startManualCompaction",
                        admin -> admin.startManualCompaction("orders", CompactionOptions.DEFAULTS)),
                new Call("queryManualCompaction", admin -> admin.queryManualCompaction("orders")),
                new Call("listNodes", AsyncAdminClient::listNodes),
                new Call("clusterInfo", AsyncAdminClient::clusterInfo),
                new Call("functionLevel", AsyncAdminClient::functionLevel),
                new Call("setFunctionLevel", admin -> admin.setFunctionLevel(MetaFunctionLevel.FL_STEADY)),
                new Call("remoteCommand", admin -> admin.remoteCommand(REPLICA, "help", List.of())),
                new Call("diskInfo", admin -> admin.diskInfo(REPLICA, "")),
                new Call("replicaInfo", admin -> admin.replicaInfo(REPLICA)),
                new Call("appInfo", admin -> admin.appInfo(REPLICA)),
                new Call("replicaDecree", admin -> admin.replicaDecree(REPLICA, PARTITION)),
                new Call("startBulkLoad", admin -> admin.startBulkLoad(SOURCE)),
                new Call("forecastBulkLoad", admin -> admin.forecastBulkLoad(SOURCE)),
                new Call("rollbackBulkLoad", admin -> admin.rollbackBulkLoad("orders", 0)),
                new Call("controlBulkLoad", admin -> admin.controlBulkLoad("orders", BulkLoadControlType.BLC_PAUSE)),
                new Call("queryBulkLoad", admin -> admin.queryBulkLoad("orders")),
                new Call("clearBulkLoad", admin -> admin.clearBulkLoad("orders")),
                new Call(
                        "move",
                        admin ->
                                admin.operations().move(PARTITION, BalancerRequestType.MOVE_PRIMARY, REPLICA, REPLICA)),
                new Call(
                        "propose",
                        admin -> admin.operations()
                                .propose(PARTITION, ConfigType.CT_ASSIGN_PRIMARY, REPLICA, REPLICA, false)),
                new Call("diagnose", admin -> admin.operations().diagnose(PARTITION)),
                new Call("recover", admin -> admin.operations().recover(List.of(REPLICA), false, false)));
    }

    @ParameterizedTest
    @MethodSource("calls")
    void aCallReturnsBeforeAnyAnswerAndFailsAtItsDeadline(Call call) {
        FakeCluster.METAS.forEach(cluster.rpc::silence);
        FakeCluster.REPLICAS.forEach(cluster.rpc::silence);

        CompletableFuture<?> answer = call.start().apply(admin);
        assertThat(cluster.rpc.sent).hasSize(1);
        assertThat(answer).isNotDone();
        time.advance(ClientOptions.DEFAULTS.adminTimeoutMs());

        assertFails(answer, ErrorCode.ERR_TIMEOUT);
    }

    @Test
    void everyMethodThatAsksAServerIsAmongTheCalls() {
        List<String> methods = Stream.of(AsyncAdminClient.class, AsyncOperations.class)
                .flatMap(AsyncAdminClientTest::publicMethods)
                .filter(method -> method.getReturnType() == CompletableFuture.class)
                .map(Method::getName)
                .toList();

        assertThat(calls().stream().map(Call::method)).containsExactlyInAnyOrderElementsOf(methods);
    }

    @Test
    void theAdministrationThatWaitsHasTheSameMethods() {
        assertThat(signatures(AdminClient.class))
                .containsExactlyInAnyOrderElementsOf(signatures(AsyncAdminClient.class));
        assertThat(signatures(Operations.class)).containsExactlyInAnyOrderElementsOf(signatures(AsyncOperations.class));
    }

    @Test
    void theSecondStepFollowsTheFirstWithoutACallerThatWaits() {
        List<Responder<DropAppResponse>> held = new ArrayList<>();
        cluster.rpc
                .server(LEADER)
                .on(AdminRpcs.DROP_APP, Access.CLIENTS, (caller, header, request, responder) -> held.add(responder));

        CompletableFuture<Void> drop = admin.dropApp("orders", 0);
        assertThat(cluster.rpc.sent).containsExactly(LEADER + " RPC_CM_CLUSTER_INFO", LEADER + " RPC_CM_DROP_APP");
        assertThat(drop).isNotDone();
        held.get(0).reply(new DropAppResponse().setErr(Wire.error(ErrorCode.ERR_OK)));

        assertThat(drop).isCompleted();
    }

    @Test
    void healthIsAskedForAgainUntilItIsThere() {
        cluster.primaries.put(0, null);
        CompletableFuture<Void> healthy = admin.awaitHealthy("orders", 10_000);
        time.advance(1_000);
        assertThat(healthy).isNotDone();

        cluster.move(0, REPLICA);
        time.advance(100);

        assertThat(healthy).isCompleted();
    }

    @Test
    void whoGivesUpWaitingForHealthIsNotAskedFor() {
        cluster.primaries.put(0, null);
        CompletableFuture<Void> healthy = admin.awaitHealthy("orders", 10_000);
        time.advance(1_000);
        int sent = cluster.rpc.sent.size();

        healthy.cancel(false);
        time.advance(1_000);

        assertThat(cluster.rpc.sent).hasSize(sent);
    }

    @Test
    void whatTheLeaderRefusesFailsWithItsErrorAndHint() {
        cluster.rpc
                .server(LEADER)
                .on(
                        AdminRpcs.RENAME_APP,
                        Access.CLIENTS,
                        (caller, header, request, responder) -> responder.reply(new RenameAppResponse()
                                .setErr(Wire.error(ErrorCode.ERR_INVALID_PARAMETERS))
                                .setHintMessage("the name is taken")));

        CompletableFuture<Void> rename = admin.renameApp("orders", "sales");

        assertThat(rename).isCompletedExceptionally();
        ClientException failure =
                rename.handle((done, cause) -> ClientException.of(cause)).join();
        assertThat(failure.error()).isEqualTo(ErrorCode.ERR_INVALID_PARAMETERS);
        assertThat(failure.hint()).isEqualTo("the name is taken");
    }

    @Test
    void aCompactionIsStartedWithWhatWasAskedAndNoTriggerUnlessOneWas() {
        List<StartManualCompactRequest> asked = new ArrayList<>();
        cluster.rpc
                .server(LEADER)
                .on(AdminRpcs.START_MANUAL_COMPACT, Access.CLIENTS, (caller, header, request, responder) -> {
                    asked.add(request);
                    responder.reply(new StartManualCompactResponse().setErr(Wire.error(ErrorCode.ERR_OK)));
                });

        ClientException.await(admin.startManualCompaction("orders", CompactionOptions.DEFAULTS));
        ClientException.await(admin.startManualCompaction(
                "orders",
                CompactionOptions.DEFAULTS
                        .withTargetLevel(3)
                        .withBottommost()
                        .withMaxRunning(2)
                        .withTriggerTimeSeconds(77)));

        StartManualCompactRequest plain = new StartManualCompactRequest("orders")
                .setTargetLevel(-1)
                .setBottommost(false)
                .setMaxRunningCount(0);
        StartManualCompactRequest full = new StartManualCompactRequest("orders")
                .setTargetLevel(3)
                .setBottommost(true)
                .setMaxRunningCount(2)
                .setTriggerTime(77);
        assertThat(asked).containsExactly(plain, full);
    }

    @Test
    void aCompactionThatNobodyStartedHasNoProgress() {
        Queue<QueryManualCompactResponse> answers = new ArrayDeque<>(List.of(
                new QueryManualCompactResponse().setErr(Wire.error(ErrorCode.ERR_INVALID_STATE)),
                new QueryManualCompactResponse()
                        .setErr(Wire.error(ErrorCode.ERR_OK))
                        .setProgress(0),
                new QueryManualCompactResponse().setErr(Wire.error(ErrorCode.ERR_APP_NOT_EXIST))));
        cluster.rpc
                .server(LEADER)
                .on(
                        AdminRpcs.QUERY_MANUAL_COMPACT_STATUS,
                        Access.CLIENTS,
                        (caller, header, request, responder) -> responder.reply(answers.remove()));

        assertThat(ClientException.await(admin.queryManualCompaction("orders"))).isEmpty();
        assertThat(ClientException.await(admin.queryManualCompaction("orders"))).hasValue(0);
        assertFails(admin.queryManualCompaction("orders"), ErrorCode.ERR_APP_NOT_EXIST);
    }

    @Test
    void aNamedServerThatIsNotThereFailsTheCall() {
        cluster.rpc.stop(REPLICA);

        assertFails(admin.remoteCommand(REPLICA, "help", List.of()), ErrorCode.ERR_NETWORK_FAILURE);
    }

    @Test
    void anArgumentThatCanNeverBeRightIsRefusedAtOnce() {
        assertThatThrownBy(() -> admin.setFunctionLevel(MetaFunctionLevel.FL_INVALID))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CompactionOptions.DEFAULTS.withTargetLevel(0))
                .hasMessage("target level 0: expected -1 or from 1 up");
        assertThatThrownBy(() -> CompactionOptions.DEFAULTS.withTargetLevel(-2))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CompactionOptions.DEFAULTS.withMaxRunning(-1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CompactionOptions.DEFAULTS.withTriggerTimeSeconds(-1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(cluster.rpc.sent).isEmpty();
    }

    @Test
    void closingTheClientEndsWhatIsToBeTriedAgain() {
        FakeCluster.METAS.forEach(cluster.rpc::stop);
        CompletableFuture<?> nodes = admin.listNodes();
        time.runDue();
        assertThat(nodes).isNotDone();

        client.close();

        assertFails(nodes, ErrorCode.ERR_NETWORK_FAILURE);
    }

    @Test
    void closingTheClientFailsWhatAServerHasNotAnswered() throws IOException {
        try (ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            HostPort server = new HostPort("127.0.0.1", mute.getLocalPort());
            SluiceClient connected = SluiceClient.connect(
                    List.of(server),
                    ClientOptions.DEFAULTS.withTimeoutMs(60_000).withAttemptTimeoutMs(60_000));
            CompletableFuture<?> nodes = connected.adminAsync().listNodes();
            CompletableFuture<?> command = connected.adminAsync().remoteCommand(server, "help", List.of());
            assertThat(nodes).isNotDone();
            assertThat(command).isNotDone();

            connected.close();

            assertFails(nodes, ErrorCode.ERR_NETWORK_FAILURE);
            assertFails(command, ErrorCode.ERR_NETWORK_FAILURE);
        }
    }

    private static void assertFails(CompletableFuture<?> answer, ErrorCode error) {
        assertThatThrownBy(() -> ClientException.await(answer))
                .isInstanceOfSatisfying(
                        ClientException.class,
                        failure -> assertThat(failure.error()).isEqualTo(error));
    }

    private static Stream<Method> publicMethods(Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic());
    }

    private static List<String> signatures(Class<?> type) {
        return publicMethods(type)
                .map(method -> method.getName() + Arrays.toString(method.getParameterTypes()))
                .toList();
    }
}
