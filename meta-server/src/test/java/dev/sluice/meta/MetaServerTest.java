package dev.sluice.meta;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.config.Config;
import dev.sluice.common.rpc.AdminRpcs;
import dev.sluice.common.rpc.InternalRpcs;
import dev.sluice.common.rpc.NettyRpcClient;
import dev.sluice.common.rpc.RequestHeader;
import dev.sluice.common.rpc.Rpc;
import dev.sluice.common.rpc.RpcClient;
import dev.sluice.common.rpc.RpcIo;
import dev.sluice.common.rpc.RpcLimits;
import dev.sluice.common.rpc.RpcStream;
import dev.sluice.common.rpc.ServerIdentity;
import dev.sluice.common.rpc.Wire;
import dev.sluice.wire.admin.CreateAppOptions;
import dev.sluice.wire.admin.CreateAppRequest;
import dev.sluice.wire.admin.QueryConfigRequest;
import dev.sluice.wire.admin.QueryConfigResponse;
import dev.sluice.wire.admin.QueryManualCompactRequest;
import dev.sluice.wire.admin.QueryManualCompactResponse;
import dev.sluice.wire.internal.Beat;
import dev.sluice.wire.internal.NodeHello;
import dev.sluice.wire.internal.NodeReport;
import dev.sluice.wire.internal.NodeStreamDown;
import dev.sluice.wire.internal.NodeStreamUp;
import dev.sluice.wire.internal.PartitionDirective;
import dev.sluice.wire.internal.ReplicaReport;
import dev.sluice.wire.internal.ReplicaRole;
import dev.sluice.wire.internal.internalConstants;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.thrift.TBase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole meta server over sockets, with replica servers that only register and listen. */
class MetaServerTest {
    @TempDir
    private Path directory;

    private final RpcIo io = RpcIo.start("test-net", 1);
    private final List<AutoCloseable> open = new ArrayList<>();
    private MetaServer server;
    private RpcClient client;

    @BeforeEach
    void start() {
        client = new NettyRpcClient(io, null, RpcLimits.DEFAULT);
        server = started();
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        client.close();
        server.close();
        io.close();
    }

    @Test
    void nodesRegisterAnAppIsCreatedAndItsMembersAreTold() {
        List<FakeNode> nodes = List.of(node(34801, 1), node(34802, 1), node(34803, 1));
        assertThat(create("orders", 4, 3)).isEqualTo(ErrorCode.ERR_OK);
        await().atMost(20, SECONDS)
                .untilAsserted(
                        () -> nodes.forEach(node -> assertThat(node.directives).hasSize(4)));
        Map<Gpid, PartitionDirective> told = nodes.get(0).directives;
        assertThat(told.values()).allMatch(directive -> directive.getBallot() == 1 && directive.isSetPrimary());
        assertThat(told.values()).allMatch(directive -> directive.getSecondariesSize() == 2);
        assertThat(told.values().stream().map(PartitionDirective::getPrimary).distinct())
                .hasSize(3);
        QueryConfigResponse routing = call(AdminRpcs.QUERY_CONFIG, new QueryConfigRequest().setAppName("orders"));
        assertThat(routing.getPartitions()).hasSize(4).allMatch(partition -> partition.getBallot() == 1);
    }

    @Test
    void aRestartReplaysToTheSameDigest() {
        List<FakeNode> nodes = List.of(node(34801, 1), node(34802, 1));
        assertThat(create("orders", 2, 2)).isEqualTo(ErrorCode.ERR_OK);
        await().atMost(20, SECONDS).until(() -> nodes.get(0).directives.size() == 2);
        long digest = server.state().digest();
        String cluster = server.state().clusterId();
        server.close();

        server = started();
        assertThat(server.state().digest()).isEqualTo(digest);
        assertThat(server.state().clusterId()).isEqualTo(cluster);
    }

    @Test
    void aCompactionReachesTheMembersAndWhatTheyReportIsItsProgress() throws Exception {
        List<FakeNode> nodes = List.of(node(34801, 1), node(34802, 1));
        assertThat(create("orders", 1, 2)).isEqualTo(ErrorCode.ERR_OK);
        await().atMost(20, SECONDS).until(() -> nodes.stream().allMatch(node -> node.directives.size() == 1));

        assertThat(
                        compact(
                                "{\"app_name\":\"orders\",\"type\":\"once\",\"target_level\":\"3\","
                                        + "\"bottommost_level_compaction\":\"force\",\"max_running_count\":\"2\",\"trigger_time\":\"77\"}"))
                .isEqualTo("200 {\"error\":\"ERR_OK\",\"hint_message\":\"succeed\"}");
        await().atMost(20, SECONDS)
                .untilAsserted(() -> assertThat(nodes)
                        .allSatisfy(node -> assertThat(node.envs())
                                .containsExactlyInAnyOrderEntriesOf(Map.of(
                                        "manual_compact.once.trigger_time", "77",
                                        "manual_compact.once.target_level", "3",
                                        "manual_compact.once.bottommost_level_compaction", "force",
                                        "manual_compact.max_concurrent_running_count", "2"))));
        assertThat(compactedPercent()).isZero();

        nodes.get(0).reportCompacted(77);
        await().atMost(20, SECONDS).until(() -> compactedPercent() == 50);
        nodes.get(1).reportCompacted(77);
        await().atMost(20, SECONDS).until(() -> compactedPercent() == 100);

        assertThat(compact("{\"app_name\":\"orders\",\"type\":\"once\",\"target_level\":\"\"}"))
                .contains("ERR_OK");
        assertThat(compactedPercent()).as("of the next compaction").isZero();
    }

    @Test
    void aNodeOfAnotherClusterIsRefusedByName() {
        FakeNode stranger = new FakeNode(34809, 1, "another-cluster");
        await().atMost(20, SECONDS).until(() -> !stranger.closed.isEmpty());
        assertThat(stranger.directives).isEmpty();
        assertThat(stranger.welcomes).doesNotContain(ErrorCode.ERR_OK);
    }

    private MetaServer started() {
        MetaServer fresh = new MetaServer(Config.of(
                MetaOptions.schema(),
                Map.of(
                        "apps.meta.ports", "0",
                        "meta_server.data_dir", directory.toString(),
                        "meta_server.node_lease_ms", "1s",
                        "meta_server.node_grace_ms", "2s",
                        "meta_server.node_beat_interval_ms", "100")));
        fresh.start();
        await().atMost(30, SECONDS).until(fresh::isLeading);
        return fresh;
    }

    private FakeNode node(int port, long incarnation) {
        FakeNode node = new FakeNode(port, incarnation, "");
        await().atMost(20, SECONDS).until(() -> node.listings.contains("complete"));
        return node;
    }

    private ErrorCode create(String name, int partitions, int replicas) {
        CreateAppOptions options = new CreateAppOptions()
                .setPartitionCount(partitions)
                .setReplicaCount(replicas)
                .setAppType("pegasus")
                .setIsStateful(true)
                .setEnvs(Map.of());
        return Wire.error(
                call(AdminRpcs.CREATE_APP, new CreateAppRequest(name, options)).getErr());
    }

    /** Status and body. */
    private String compact(String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://" + server.address() + "/meta/app/start_compaction"))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        return (answer.statusCode() + " " + answer.body()).strip();
    }

    private int compactedPercent() {
        QueryManualCompactResponse reply =
                call(AdminRpcs.QUERY_MANUAL_COMPACT_STATUS, new QueryManualCompactRequest("orders"));
        assertThat(reply.getErr().name()).isEqualTo("ERR_OK");
        return reply.getProgress();
    }

    private <Q extends TBase<?, ?>, R extends TBase<?, ?>> R call(Rpc<Q, R> rpc, Q request) {
        return client.call(server.address(), rpc, RequestHeader.toServer(10_000), request)
                .join();
    }

    /** Registers, beats and remembers what it was told. */
    private final class FakeNode implements RpcStream.Listener<NodeStreamDown> {
        final Map<Gpid, PartitionDirective> directives = new ConcurrentSkipListMap<>();
        final List<String> listings = new CopyOnWriteArrayList<>();
        final List<ErrorCode> welcomes = new CopyOnWriteArrayList<>();
        final List<String> closed = new CopyOnWriteArrayList<>();
        private final RpcStream<NodeStreamUp> stream;
        private final long incarnation;
        private volatile long term;

        FakeNode(int port, long incarnation, String cluster) {
            this.incarnation = incarnation;
            HostPort self = new HostPort("127.0.0.1", port);
            RpcClient rpc =
                    new NettyRpcClient(io, () -> new ServerIdentity(cluster, self, incarnation), RpcLimits.DEFAULT);
            open.add(rpc);
            stream = rpc.openStream(server.address(), InternalRpcs.NODE_STREAM, this);
            stream.send(new NodeStreamUp()
                    .setHello(new NodeHello(
                            internalConstants.FORMAT_VERSION, cluster, Wire.address(self), incarnation, List.of())));
        }

        Map<String, String> envs() {
            return directives.values().iterator().next().getApp().getEnvs();
        }

        void reportCompacted(long trigger) {
            ReplicaReport replica = new ReplicaReport()
                    .setGpid(Wire.gpid(directives.keySet().iterator().next()))
                    .setBallot(1)
                    .setRole(ReplicaRole.SECONDARY)
                    .setCompactedFor(trigger);
            stream.send(new NodeStreamUp()
                    .setReport(new NodeReport(incarnation, term, List.of(replica), 100, 50, List.of())));
        }

        @Override
        public void onFrame(NodeStreamDown frame) {
            if (frame.isSetWelcome()) {
                term = frame.getWelcome().getTerm();
                welcomes.add(Wire.error(frame.getWelcome().getErr()));
                stream.send(new NodeStreamUp().setBeat(new Beat(1)));
            } else if (frame.isSetBeat()) {
                stream.send(new NodeStreamUp().setBeat(new Beat(frame.getBeat().getSequence() + 1)));
            } else if (frame.isSetDirectives()) {
                frame.getDirectives()
                        .getPartitions()
                        .forEach(directive -> directives.put(Wire.gpid(directive.getGpid()), directive));
                if (frame.getDirectives().isComplete()) {
                    listings.add("complete");
                }
            }
        }

        @Override
        public void onWritable() {}

        @Override
        public void onClosed(String reason) {
            closed.add(reason);
        }
    }
}
