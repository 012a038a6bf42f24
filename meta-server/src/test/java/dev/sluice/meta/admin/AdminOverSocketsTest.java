package dev.sluice.meta.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.AdminRpcs;
import dev.sluice.common.rpc.NettyRpcClient;
import dev.sluice.common.rpc.NettyRpcServer;
import dev.sluice.common.rpc.RequestHeader;
import dev.sluice.common.rpc.Rpc;
import dev.sluice.common.rpc.RpcIo;
import dev.sluice.common.rpc.RpcLimits;
import dev.sluice.common.time.ThreadEventLoop;
import dev.sluice.meta.journal.testing.InMemoryJournal;
import dev.sluice.meta.leader.Decision;
import dev.sluice.meta.leader.MetaLeader;
import dev.sluice.meta.leader.StateListener;
import dev.sluice.meta.state.ClusterRecord.ClusterCreated;
import dev.sluice.meta.state.FunctionLevel;
import dev.sluice.meta.state.MetaState;
import dev.sluice.wire.admin.AppStatus;
import dev.sluice.wire.admin.ListAppsRequest;
import dev.sluice.wire.admin.NegotiationRequest;
import dev.sluice.wire.admin.NegotiationStatus;
import dev.sluice.wire.admin.QueryConfigRequest;
import dev.sluice.wire.admin.RecallAppRequest;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.thrift.TBase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The handlers behind a real server: what they reply can be written, and read by a client. */
@Timeout(30)
class AdminOverSocketsTest {
    private final ThreadEventLoop loop = new ThreadEventLoop("meta");
    private final InMemoryJournal journal = InMemoryJournal.empty(loop);
    private final MetaLeader leader = new MetaLeader(loop, journal, failure -> {});
    private final RpcIo io = RpcIo.start("admin-test", 1);
    private final NettyRpcClient client = new NettyRpcClient(io, null, RpcLimits.DEFAULT);
    private final NettyRpcServer server = NettyRpcServer.start(
            io, "127.0.0.1", 0, AdminFixture.handlers(leader, AdminFixture.SELF), null, RpcLimits.DEFAULT);

    @BeforeEach
    void lead() throws Exception {
        CompletableFuture<Void> leading = new CompletableFuture<>();
        leader.addListener(new StateListener() {
            @Override
            public void onLeading(long term, MetaState state) {
                leading.complete(null);
            }
        });
        loop.execute(leader::start);
        loop.execute(journal::lead);
        leading.get(10, TimeUnit.SECONDS);
        leader.submit((state, wallMs) -> Decision.record(true, new ClusterCreated("c-1", wallMs, FunctionLevel.STEADY)))
                .get(10, TimeUnit.SECONDS);
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
        io.close();
        loop.close();
    }

    @Test
    void anAppIsCreatedFoundAndListed() throws Exception {
        assertThat(call(AdminRpcs.CREATE_APP, AdminFixture.createRequest("orders"))
                        .getAppid())
                .isEqualTo(1);
        assertThat(call(AdminRpcs.QUERY_CONFIG, new QueryConfigRequest("orders", List.of()))
                        .getPartitions())
                .hasSize(4);
        assertThat(call(AdminRpcs.LIST_APPS, new ListAppsRequest(AppStatus.AS_AVAILABLE))
                        .getInfos())
                .singleElement()
                .satisfies(info -> assertThat(info.getAppName()).isEqualTo("orders"));
    }

    @Test
    void refusalsCanBeReadToo() throws Exception {
        assertThat(call(AdminRpcs.RECALL_APP, new RecallAppRequest(9, ""))
                        .getErr()
                        .name())
                .isEqualTo("ERR_APP_NOT_EXIST");
        assertThat(call(AdminRpcs.NEGOTIATION, new NegotiationRequest()).getStatus())
                .isEqualTo(NegotiationStatus.SASL_AUTH_DISABLE);
    }

    private <Q extends TBase<?, ?>, R extends TBase<?, ?>> R call(Rpc<Q, R> rpc, Q request) throws Exception {
        HostPort target = server.address();
        return client.call(target, rpc, RequestHeader.toServer(10_000), request).get(10, TimeUnit.SECONDS);
    }
}
