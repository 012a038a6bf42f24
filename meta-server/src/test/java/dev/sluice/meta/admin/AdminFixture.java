package dev.sluice.meta.admin;

import dev.sluice.common.Ballot;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.command.RemoteCommands;
import dev.sluice.common.command.ServerInfo;
import dev.sluice.common.config.Config;
import dev.sluice.common.config.ConfigSchema;
import dev.sluice.common.rpc.AdminRpcs;
import dev.sluice.common.rpc.Caller;
import dev.sluice.common.rpc.RequestHeader;
import dev.sluice.common.rpc.Responder;
import dev.sluice.common.rpc.Rpc;
import dev.sluice.common.rpc.RpcHandlers;
import dev.sluice.common.time.testing.VirtualTime;
import dev.sluice.meta.admin.LiveNodes.LiveNode;
import dev.sluice.meta.journal.testing.InMemoryJournal;
import dev.sluice.meta.leader.Decision;
import dev.sluice.meta.leader.MetaLeader;
import dev.sluice.meta.state.ClusterRecord.ClusterCreated;
import dev.sluice.meta.state.Configuration;
import dev.sluice.meta.state.FunctionLevel;
import dev.sluice.meta.state.MetaRecord;
import dev.sluice.meta.state.PartitionRecord.PartitionsConfigured;
import dev.sluice.wire.admin.CreateAppOptions;
import dev.sluice.wire.admin.CreateAppRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.apache.thrift.TBase;

/** A meta server of one without network: requests go straight to the handlers. */
final class AdminFixture {
    static final HostPort SELF = new HostPort("127.0.0.1", 34601);
    static final HostPort OTHER_META = new HostPort("127.0.0.1", 34602);
    static final List<HostPort> NODES = List.of(
            new HostPort("127.0.0.1", 34801), new HostPort("127.0.0.1", 34802), new HostPort("127.0.0.1", 34803));
    static final HostPort DEAD_NODE = new HostPort("127.0.0.1", 34804);

    final VirtualTime time = new VirtualTime();
    final InMemoryJournal journal = InMemoryJournal.empty(time);
    final MetaLeader leader = new MetaLeader(time, journal, failure -> {
        throw new AssertionError(failure);
    });
    final FakeCare care = new FakeCare();
    final RpcHandlers handlers = handlers(leader, SELF, care);

    static RpcHandlers handlers(MetaLeader leader, HostPort self) {
        return handlers(leader, self, new FakeCare());
    }

    private static RpcHandlers handlers(MetaLeader leader, HostPort self, PartitionCare care) {
        List<LiveNode> nodes = new ArrayList<>();
        NODES.forEach(node -> nodes.add(new LiveNode(node, true)));
        nodes.add(new LiveNode(DEAD_NODE, false));
        RpcHandlers handlers = new RpcHandlers();
        new AdminHandlers(
                        leader,
                        () -> nodes,
                        Config.of(ConfigSchema.of(AdminOptions.class)),
                        new MetaIdentity(self, "onebox", List.of(self, OTHER_META)),
                        care,
                        null,
                        new RemoteCommands(ServerInfo.startedAt(0)),
                        Runnable::run)
                .register(handlers);
        return handlers;
    }

    /** Leads, and the cluster has its name. */
    static AdminFixture leading() {
        AdminFixture fixture = new AdminFixture();
        fixture.leader.start();
        fixture.journal.lead();
        fixture.time.runDue();
        fixture.record(new ClusterCreated("c-1", 0, FunctionLevel.STEADY));
        return fixture;
    }

    void record(MetaRecord record) {
        CompletableFuture<Boolean> recorded = leader.submit((state, wallMs) -> Decision.record(true, record));
        time.runDue();
        recorded.join();
    }

    /** A partition gets its first configuration: the first node is the primary, the others are secondaries. */
    void configure(int appId, int index) {
        Configuration configuration =
                new Configuration(new Gpid(appId, index), new Ballot(1), NODES.get(0), NODES.subList(1, NODES.size()));
        record(new PartitionsConfigured(0, List.of(configuration)));
    }

    int create(String name) {
        return call(AdminRpcs.CREATE_APP, createRequest(name)).getAppid();
    }

    static CreateAppRequest createRequest(String name) {
        return new CreateAppRequest(name, new CreateAppOptions(4, 3, false, "pegasus", true, Map.of()));
    }

    <Q extends TBase<?, ?>, R extends TBase<?, ?>> R call(Rpc<Q, R> rpc, Q request) {
        CompletableFuture<R> reply = send(rpc, request);
        time.runDue();
        return reply.getNow(null);
    }

    <Q extends TBase<?, ?>, R extends TBase<?, ?>> CompletableFuture<R> send(Rpc<Q, R> rpc, Q request) {
        // The table has the handler of an rpc under its task code.
        @SuppressWarnings("unchecked")
        RpcHandlers.Entry<Q, R> entry = (RpcHandlers.Entry<Q, R>)
                Objects.requireNonNull(handlers.entries().get(rpc.taskCode()));
        CompletableFuture<R> reply = new CompletableFuture<>();
        RpcHandlers.Handler<Q, R> handler = Objects.requireNonNull(entry.handler());
        handler.handle(
                new Caller(new HostPort("127.0.0.1", 5), null, 0),
                RequestHeader.toServer(1000),
                request,
                new Responder<>() {
                    @Override
                    public void reply(R answer) {
                        reply.complete(answer);
                    }

                    @Override
                    public void fail(ErrorCode error) {
                        reply.completeExceptionally(new AssertionError("header error " + error));
                    }
                });
        return reply;
    }
}
