package dev.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.AdminRpcs;
import dev.sluice.common.rpc.RpcHandlers.Access;
import dev.sluice.common.rpc.Wire;
import dev.sluice.common.time.testing.VirtualTime;
import dev.sluice.wire.admin.ClusterInfoRequest;
import dev.sluice.wire.admin.ClusterInfoResponse;
import dev.sluice.wire.admin.DropAppRequest;
import dev.sluice.wire.admin.DropAppResponse;
import dev.sluice.wire.admin.QueryConfigRequest;
import dev.sluice.wire.admin.QueryConfigResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class MetaGroupTest {
    private final VirtualTime time = new VirtualTime();
    private final FakeCluster cluster = new FakeCluster(time);

    private MetaGroup group(HostPort... servers) {
        return new MetaGroup(List.of(servers), cluster.rpc, time, new Pauses(time), ClientOptions.DEFAULTS);
    }

    @Test
    void theLeaderThatAFollowerNamesIsFollowedAndRemembered() {
        cluster.leader = FakeCluster.METAS.get(2);
        MetaGroup group = group(FakeCluster.METAS.get(0));

        query(group);
        query(group);

        assertThat(cluster.rpc.sent)
                .containsExactly(
                        "127.0.0.1:34601 " + AdminRpcs.QUERY_CONFIG,
                        "127.0.0.1:34603 " + AdminRpcs.QUERY_CONFIG,
                        "127.0.0.1:34603 " + AdminRpcs.QUERY_CONFIG);
        assertThat(group.servers()).containsExactly(FakeCluster.METAS.get(0), FakeCluster.METAS.get(2));
    }

    @Test
    void oneFollowerIsEnoughToFindTheLeaderForAnyRequest() {
        cluster.leader = FakeCluster.METAS.get(2);
        MetaGroup group = group(FakeCluster.METAS.get(0));

        CompletableFuture<ClusterInfoResponse> info = group.call(
                "cluster info", AdminRpcs.CLUSTER_INFO, new ClusterInfoRequest(), ClusterInfoResponse::getErr);
        time.runDue();

        assertThat(info).isCompleted();
        assertThat(cluster.rpc.sent)
                .containsExactly(
                        "127.0.0.1:34601 " + AdminRpcs.CLUSTER_INFO,
                        "127.0.0.1:34601 " + AdminRpcs.QUERY_CONFIG,
                        "127.0.0.1:34603 " + AdminRpcs.CLUSTER_INFO);
    }

    @Test
    void aFollowerThatNamesNobodyIsFollowedByTheNextInTheList() {
        cluster.leader = FakeCluster.METAS.get(2);
        cluster.namesLeader = false;

        query(group(FakeCluster.METAS.toArray(HostPort[]::new)));

        assertThat(cluster.rpc.sent).hasSize(3);
    }

    @Test
    void aServerThatIsDownIsFollowedByTheNextInTheList() {
        cluster.leader = FakeCluster.METAS.get(1);
        cluster.rpc.stop(FakeCluster.METAS.get(0));

        query(group(FakeCluster.METAS.toArray(HostPort[]::new)));

        assertThat(cluster.rpc.sent).hasSize(2);
    }

    @Test
    void aNewLeaderIsWaitedFor() {
        HostPort nobody = new HostPort("127.0.0.1", 1);
        cluster.leader = nobody;
        cluster.namesLeader = false;
        MetaGroup group = group(FakeCluster.METAS.toArray(HostPort[]::new));
        CompletableFuture<QueryConfigResponse> query = start(group);
        time.advance(3_000);
        assertThat(query).isNotDone();

        cluster.leader = FakeCluster.METAS.get(1);
        time.advance(600);

        assertThat(query).isCompleted();
    }

    @Test
    void aGroupWithoutALeaderIsGivenUpAtTheDeadline() {
        FakeCluster.METAS.forEach(cluster.rpc::stop);
        CompletableFuture<QueryConfigResponse> query = start(group(FakeCluster.METAS.toArray(HostPort[]::new)));

        time.advance(ClientOptions.DEFAULTS.adminTimeoutMs());

        assertThatThrownBy(() -> ClientException.await(query))
                .isInstanceOf(ClientException.class)
                .hasMessageContainingAll(
                        "query at meta servers [127.0.0.1:34601, 127.0.0.1:34602, 127.0.0.1:34603]",
                        "did not answer",
                        "connection refused",
                        "gave up after 10000 ms");
    }

    @Test
    void aServerThatIsNotReadyIsAskedAgain() {
        HostPort starting = new HostPort("127.0.0.1", 34699);
        int[] asked = {0};
        cluster.rpc
                .server(starting)
                .on(
                        AdminRpcs.QUERY_CONFIG,
                        Access.CLIENTS,
                        (caller, header, request, responder) -> responder.reply(new QueryConfigResponse()
                                .setErr(Wire.error(
                                        asked[0]++ < 2 ? ErrorCode.ERR_SERVICE_NOT_ACTIVE : ErrorCode.ERR_OK))));
        CompletableFuture<QueryConfigResponse> query = start(group(starting));

        time.advance(1_000);

        assertThat(query).isCompleted();
        assertThat(asked[0]).isEqualTo(3);
    }

    @Test
    void whatMustNotBeDoneTwiceIsSentOnceToTheLeader() {
        cluster.leader = FakeCluster.METAS.get(1);
        int[] dropped = {0};
        for (HostPort meta : FakeCluster.METAS) {
            // The leader carries it out, and its answer is lost.
            cluster.rpc
                    .server(meta)
                    .on(AdminRpcs.DROP_APP, Access.CLIENTS, (caller, header, request, responder) -> dropped[0]++);
        }
        MetaGroup group = group(FakeCluster.METAS.toArray(HostPort[]::new));

        CompletableFuture<DropAppResponse> drop =
                group.callOnce("drop", AdminRpcs.DROP_APP, new DropAppRequest(), DropAppResponse::getErr);
        time.advance(ClientOptions.DEFAULTS.adminTimeoutMs());

        assertThatThrownBy(() -> ClientException.await(drop))
                .hasMessageContaining("127.0.0.1:34602 did not answer")
                .hasMessageContaining("it may have been carried out all the same");
        assertThat(dropped[0]).isEqualTo(1);
    }

    private void query(MetaGroup group) {
        CompletableFuture<QueryConfigResponse> query = start(group);
        time.runDue();
        assertThat(query).isCompleted();
    }

    private static CompletableFuture<QueryConfigResponse> start(MetaGroup group) {
        return group.call(
                "query",
                AdminRpcs.QUERY_CONFIG,
                new QueryConfigRequest().setAppName("orders"),
                QueryConfigResponse::getErr);
    }
}
