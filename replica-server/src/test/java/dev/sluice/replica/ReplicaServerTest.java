package dev.sluice.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.config.Config;
import dev.sluice.common.data.StoredKey;
import dev.sluice.common.rpc.AdminRpcs;
import dev.sluice.common.rpc.DataRpcs;
import dev.sluice.common.rpc.NettyRpcClient;
import dev.sluice.common.rpc.RequestHeader;
import dev.sluice.common.rpc.RpcException;
import dev.sluice.common.rpc.RpcIo;
import dev.sluice.common.rpc.RpcLimits;
import dev.sluice.wire.Blob;
import dev.sluice.wire.admin.Command;
import dev.sluice.wire.data.IncrRequest;
import dev.sluice.wire.data.IncrResponse;
import dev.sluice.wire.data.KeyValue;
import dev.sluice.wire.data.MultiGetRequest;
import dev.sluice.wire.data.MultiGetResponse;
import dev.sluice.wire.data.MultiPutRequest;
import dev.sluice.wire.data.MultiRemoveRequest;
import dev.sluice.wire.data.ReadResponse;
import dev.sluice.wire.data.UpdateRequest;
import dev.sluice.wire.data.UpdateResponse;
import dev.sluice.wire.internal.LearnerState;
import dev.sluice.wire.internal.ReplicaReport;
import dev.sluice.wire.internal.ReplicaRole;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Replica servers on the network, with a meta leader that says what the test wants. */
class ReplicaServerTest {
    private static final Gpid GPID = new Gpid(1, 0);
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path directory;

    private final FakeMeta meta = new FakeMeta();
    private final RpcIo io = RpcIo.start("test-client", 1);
    private final NettyRpcClient client = new NettyRpcClient(io, null, RpcLimits.DEFAULT);
    private final List<ReplicaServer> servers = new ArrayList<>();

    @BeforeEach
    void startServers() throws IOException {
        for (int i = 0; i < 3; i++) {
            servers.add(start(i, 0));
        }
        eventually().until(() -> servers.stream().allMatch(server -> meta.isRegistered(server.address())));
        meta.configure(GPID, 1, node(0), List.of(node(1), node(2)), List.of());
        eventually().untilAsserted(() -> put("first", "row"));
    }

    @AfterEach
    void stop() {
        servers.forEach(ReplicaServer::close);
        client.close();
        io.close();
        meta.close();
    }

    @Test
    void whatIsWrittenIsReadAndReachesEveryReplica() throws IOException {
        assertThat(put("k", "v").getError()).isZero();

        ReadResponse read = get(node(0), "k");
        assertThat(read.getError()).isZero();
        assertThat(text(read.getValue())).isEqualTo("v");
        assertThat(read.getServer()).isEqualTo(node(0).toString());
        assertThat(get(node(0), "absent").getError()).isEqualTo(1);
        assertSameRowsEverywhere(2, 0, 1, 2);
    }

    @Test
    void multiPutMultiGetAndMultiRemoveAnswerAsTheProtocolSays() {
        MultiPutRequest put =
                new MultiPutRequest().setHashKey(blob("h")).setKvs(List.of(pair("a"), pair("b"), pair("c")));
        assertThat(call(node(0), DataRpcs.MULTI_PUT, put).getError()).isZero();
        assertThat(call(node(0), DataRpcs.MULTI_PUT, new MultiPutRequest().setHashKey(blob("h")))
                        .getError())
                .isEqualTo(4);

        MultiGetRequest all = new MultiGetRequest().setHashKey(blob("h")).setStartInclusive(true);
        MultiGetResponse got = call(node(0), DataRpcs.MULTI_GET, all);
        assertThat(got.getError()).isZero();
        assertThat(got.getKvs()).extracting(kv -> text(kv.getKey())).containsExactly("a", "b", "c");
        MultiGetResponse two = call(node(0), DataRpcs.MULTI_GET, all.deepCopy().setMaxKvCount(2));
        assertThat(two.getError()).isEqualTo(7);
        MultiGetResponse last = call(
                node(0), DataRpcs.MULTI_GET, all.deepCopy().setMaxKvCount(2).setReverse(true));
        assertThat(last.getKvs()).extracting(kv -> text(kv.getKey())).containsExactly("b", "c");
        MultiGetResponse exactly =
                call(node(0), DataRpcs.MULTI_GET, all.deepCopy().setMaxKvCount(3));
        assertThat(exactly.getError()).isZero();

        MultiRemoveRequest remove =
                new MultiRemoveRequest().setHashKey(blob("h")).setSortKeys(List.of(blob("a"), blob("zz")));
        assertThat(call(node(0), DataRpcs.MULTI_REMOVE, remove).getCount()).isEqualTo(2);
        assertThat(call(node(0), DataRpcs.MULTI_GET, all).getKvs()).hasSize(2);
    }

    @Test
    void onlyThePrimaryServesAndABackupReadMayAskASecondary() {
        put("k", "v");

        assertThat(errorOf(() -> get(node(1), "k"))).isEqualTo(ErrorCode.ERR_INVALID_STATE);
        eventually().untilAsserted(() -> {
            RequestHeader backup = new RequestHeader(GPID, 3_000, 0, true);
            ReadResponse read =
                    client.call(node(1), DataRpcs.GET, backup, storedKey("k")).join();
            assertThat(text(read.getValue())).isEqualTo("v");
        });
        assertThat(errorOf(() -> client.call(
                                node(0),
                                DataRpcs.GET,
                                RequestHeader.toPartition(new Gpid(9, 0), 1_000, 0),
                                storedKey("k"))
                        .join()))
                .isEqualTo(ErrorCode.ERR_OBJECT_NOT_FOUND);
    }

    @Test
    void aPrimaryWhoseLeaseEndedServesNothingUntilBeatsAreAnsweredAgain() {
        put("k", "v");
        meta.answersBeats = false;
        eventually().until(() -> errorOf(() -> get(node(0), "k")) == ErrorCode.ERR_INVALID_STATE);

        meta.answersBeats = true;
        eventually()
                .untilAsserted(() ->
                        assertThat(text(get(node(0), "k").getValue())).isEqualTo("v"));
    }

    @Test
    void belowTheMinimumWritesAreRefusedAndReadsGoOn() {
        put("k", "v");
        meta.configure(GPID, 2, node(0), List.of(), List.of());

        eventually().until(() -> errorOf(() -> put("more", "v")) == ErrorCode.ERR_NOT_ENOUGH_MEMBER);
        assertThat(text(get(node(0), "k").getValue())).isEqualTo("v");
    }

    @Test
    void aNewPrimaryServesAllThatWasAcknowledged() throws IOException {
        for (int i = 0; i < 50; i++) {
            put("k" + i, "v");
        }
        servers.get(0).close();
        meta.configure(GPID, 2, node(1), List.of(node(2)), List.of());

        eventually()
                .untilAsserted(() ->
                        assertThat(putAt(node(1), "after", "v").getError()).isZero());
        for (int i = 0; i < 50; i++) {
            assertThat(text(get(node(1), "k" + i).getValue())).isEqualTo("v");
        }
        assertSameRowsEverywhere(52, 1, 2);
    }

    @Test
    void aRestartedServerComesBackAsLearnerByTheLogAndBecomesAMember() throws IOException {
        put("before", "v");
        restart(2, false);
        meta.configure(GPID, 2, node(0), List.of(node(1)), List.of());
        eventually().untilAsserted(() -> put("meanwhile", "v"));

        learn(2, 3);
        put("after", "v");
        assertSameRowsEverywhere(4, 0, 1, 2);
    }

    @Test
    void anEmptiedServerLearnsFromACheckpoint() throws IOException {
        for (int i = 0; i < 20; i++) {
            put("k" + i, "v");
        }
        restart(2, true);
        meta.configure(GPID, 2, node(0), List.of(node(1)), List.of());
        eventually().untilAsserted(() -> put("meanwhile", "v"));

        learn(2, 3);
        put("after", "v");
        assertSameRowsEverywhere(23, 0, 1, 2);
    }

    @Test
    void aReplicaThatIsGivenUpIsGoneAndSaysSo() {
        meta.configure(GPID, 2, node(0), List.of(node(1)), List.of());
        meta.giveUp(GPID, node(2), 2);

        eventually().until(() -> meta.removed.contains(GPID));
        assertThat(Files.exists(data(2).resolve("1.0"))).isFalse();
        try (Stream<Path> left = Files.list(data(2))) {
            assertThat(left.map(path -> path.getFileName().toString()))
                    .anyMatch(name -> name.startsWith("1.0.") && name.endsWith(".gar"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void allThatWasAcknowledgedIsThereAfterEveryServerRestarted() throws IOException {
        for (int i = 0; i < 30; i++) {
            put("k" + i, "v");
        }
        for (int i = 0; i < 3; i++) {
            restart(i, false);
        }
        meta.configure(GPID, 2, node(2), List.of(node(0), node(1)), List.of());
        eventually()
                .untilAsserted(() ->
                        assertThat(putAt(node(2), "after", "v").getError()).isZero());
        assertSameRowsEverywhere(32, 0, 1, 2);
    }

    /** What is replicated are results: whoever becomes primary, and whoever replays its log, adds nothing again. */
    @Test
    void eachIncrementCountsOnceThroughMovesOfThePrimaryAndRestarts() throws Exception {
        List<CompletableFuture<IncrResponse>> asked = new ArrayList<>();
        long ballot = 1;
        for (int primary : new int[] {0, 1, 2, 0}) {
            for (int i = 0; i < 40; i++) {
                CompletableFuture<IncrResponse> each = increment(primary);
                asked.add(each);
                if (i < 10) {
                    each.handle((reply, error) -> reply).join();
                }
                if (i == 20) {
                    int next = (primary + 1) % 3;
                    meta.configure(
                            GPID, ++ballot, node(next), List.of(node(primary), node((primary + 2) % 3)), List.of());
                }
            }
            int next = (primary + 1) % 3;
            eventually()
                    .untilAsserted(
                            () -> assertThat(putAt(node(next), "moved", "v").getError())
                                    .isZero());
        }

        List<Long> sums = new ArrayList<>();
        int unknown = 0;
        for (CompletableFuture<IncrResponse> each : asked) {
            try {
                sums.add(each.join().getNewValue());
            } catch (CompletionException e) {
                // Refused before it was evaluated, or silence: the client does not know, and is not told to try again.
                boolean refused =
                        e.getCause() instanceof RpcException why && why.error() == ErrorCode.ERR_INVALID_STATE;
                unknown += refused ? 0 : 1;
            }
        }
        assertThat(sums).isNotEmpty().doesNotHaveDuplicates();
        long counted = Long.parseLong(text(get(node(1), "counter").getValue()));
        assertThat(counted).isBetween((long) sums.size(), (long) sums.size() + unknown);
        assertSameRowsEverywhere(3, 0, 1, 2);

        for (int i = 0; i < 3; i++) {
            restart(i, false);
        }
        meta.configure(GPID, ++ballot, node(2), List.of(node(0), node(1)), List.of());
        eventually()
                .untilAsserted(() ->
                        assertThat(text(get(node(2), "counter").getValue())).isEqualTo(Long.toString(counted)));
        assertSameRowsEverywhere(3, 0, 1, 2);
    }

    @Test
    void replicasSayWhichEnvsTheyKnow() {
        String envs = "business.info=shop,default_ttl=0";
        assertThat(command(0, "replica.query-app-envs"))
                .isEqualTo("1 processed, 0 not found\n    1.0@" + node(0) + "@P : " + envs);
        assertThat(command(1, "replica.query-app-envs", "1"))
                .isEqualTo("1 processed, 0 not found\n    1.0@" + node(1) + "@S : " + envs);
        assertThat(command(0, "replica.query-app-envs", "1.0,,9.1", "9.0"))
                .isEqualTo("1 processed, 2 not found\n    1.0@" + node(0) + "@P : " + envs + "\n    9.0@" + node(0)
                        + " : not found\n    9.1@" + node(0) + " : not found");
        assertThat(command(0, "replica.query-app-envs", "9")).isEqualTo("0 processed, 0 not found");
        for (String bad : List.of("x", ",", "1.x", "-1", "1.0.0", "")) {
            assertThat(command(0, "replica.query-app-envs", bad)).as(bad).isEqualTo("invalid arguments");
        }
    }

    @Test
    void aReplicaThatIsNoMemberIsNotFound() {
        meta.configure(GPID, 2, node(0), List.of(node(1)), List.of());

        eventually()
                .until(() -> command(2, "replica.query-progress", "1.0")
                        .equals("0 processed, 1 not found\n    1.0@" + node(2) + " : not found"));
    }

    @Test
    void aTriggeredCheckpointMakesDurableWhatWasWritten() throws IOException {
        put("k", "v");
        JsonNode before = progress(0);
        assertThat(before.get("last_durable_decree").asLong())
                .isLessThan(before.get("last_committed_decree").asLong());
        assertThat(before.get("max_prepared_decree").asLong())
                .isGreaterThanOrEqualTo(before.get("last_committed_decree").asLong());

        assertThat(command(0, "replica.trigger-checkpoint", "1.0"))
                .isEqualTo("1 processed, 0 not found\n    1.0@" + node(0) + "@P : triggered");
        eventually()
                .untilAsserted(() -> assertThat(progress(0).get("last_durable_decree"))
                        .isEqualTo(before.get("last_committed_decree"))
                        .isEqualTo(progress(0).get("last_applied_decree")));
        assertThat(progress(1).get("last_durable_decree").asLong())
                .as("on the others")
                .isLessThan(before.get("last_committed_decree").asLong());
    }

    @Test
    void clientsThatAreDeniedGetNoAnswer() {
        assertThat(command(0, "replica.deny-client", "true")).isEqualTo("{\n  \"error\": \"ok\"\n}");
        RequestHeader hurried = RequestHeader.toPartition(GPID, 500, 0);
        UpdateRequest write = new UpdateRequest().setKey(storedKey("k")).setValue(blob("v"));
        assertThat(errorOf(
                        () -> client.call(node(0), DataRpcs.PUT, hurried, write).join()))
                .isEqualTo(ErrorCode.ERR_TIMEOUT);
        assertThat(errorOf(() -> client.call(node(0), DataRpcs.GET, hurried, storedKey("first"))
                        .join()))
                .isEqualTo(ErrorCode.ERR_TIMEOUT);
        assertThat(command(0, "replica.deny-client")).contains("\"replica.deny-client\": \"true\"");

        command(0, "replica.deny-client", "false");
        assertThat(text(get(node(0), "first").getValue())).isEqualTo("row");
        assertThat(get(node(0), "k").getError()).as("what was denied").isEqualTo(1);
    }

    @Test
    void commandsOfReplicasAreListed() {
        assertThat(command(0, "help").lines().map(line -> line.split(" ", 2)[0]))
                .contains(
                        "replica.deny-client",
                        "replica.query-app-envs",
                        "replica.query-progress",
                        "replica.trigger-checkpoint");
    }

    private String command(int index, String name, String... arguments) {
        Command command = new Command(name, List.of(arguments));
        return client.call(node(index), AdminRpcs.REMOTE_COMMAND, RequestHeader.toServer(5_000), command)
                .join()
                .text();
    }

    /** Of the one replica on that server. */
    private JsonNode progress(int index) throws IOException {
        String answer = command(index, "replica.query-progress", "1.0");
        return JSON.readTree(answer.substring(answer.indexOf('{')));
    }

    private CompletableFuture<IncrResponse> increment(int node) {
        IncrRequest request = new IncrRequest().setKey(storedKey("counter")).setIncrement(1);
        return client.call(node(node), DataRpcs.INCR, RequestHeader.toPartition(GPID, 2_000, 0), request);
    }

    private void learn(int learner, long ballot) {
        List<HostPort> members =
                Stream.of(0, 1, 2).filter(i -> i != learner).map(this::node).toList();
        meta.configure(GPID, ballot, members.get(0), members.subList(1, members.size()), List.of(node(learner)));
        eventually().until(() -> {
            ReplicaReport report = meta.report(members.get(0), GPID);
            return report != null
                    && report.getBallot() == ballot
                    && report.getLearners().stream().anyMatch(LearnerState::isCaughtUp);
        });
        List<HostPort> secondaries = new ArrayList<>(members.subList(1, members.size()));
        secondaries.add(node(learner));
        meta.configure(GPID, ballot + 1, members.get(0), secondaries, List.of());
        eventually().until(() -> {
            ReplicaReport report = meta.report(node(learner), GPID);
            return report != null && report.getRole() == ReplicaRole.SECONDARY;
        });
    }

    private void restart(int index, boolean emptied) throws IOException {
        HostPort address = node(index);
        servers.get(index).close();
        eventually().until(() -> !meta.isRegistered(address));
        if (emptied) {
            try (Stream<Path> all = Files.walk(data(index))) {
                for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
        servers.set(index, start(index, address.port()));
        eventually().until(() -> meta.isRegistered(address));
    }

    private ReplicaServer start(int index, int port) throws IOException {
        ReplicaServer server = new ReplicaServer(Config.of(
                ReplicaOptions.schema(),
                Map.of(
                        "apps.replica.ports",
                        Integer.toString(port),
                        "replication.data_dirs",
                        data(index).toString(),
                        "meta_server.server_list",
                        meta.address().toString())));
        server.start();
        return server;
    }

    private Path data(int index) {
        return directory.resolve("replica" + index);
    }

    private HostPort node(int index) {
        return servers.get(index).address();
    }

    private UpdateResponse put(String key, String value) {
        return putAt(node(0), key, value);
    }

    private UpdateResponse putAt(HostPort node, String key, String value) {
        UpdateRequest request = new UpdateRequest().setKey(storedKey(key)).setValue(blob(value));
        return call(node, DataRpcs.PUT, request);
    }

    private ReadResponse get(HostPort node, String key) {
        return call(node, DataRpcs.GET, storedKey(key));
    }

    private <Q extends org.apache.thrift.TBase<?, ?>, R extends org.apache.thrift.TBase<?, ?>> R call(
            HostPort node, dev.sluice.common.rpc.Rpc<Q, R> rpc, Q request) {
        return client.call(node, rpc, RequestHeader.toPartition(GPID, 5_000, 0), request)
                .join();
    }

    /** B.2: by a scan of each engine, not through the primary. */
    private void assertSameRowsEverywhere(int rows, Integer... indexes) {
        eventually().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            List<String> digests = new ArrayList<>();
            for (int index : indexes) {
                String answer = client.call(
                                node(index),
                                AdminRpcs.REMOTE_COMMAND,
                                RequestHeader.toServer(5_000),
                                new Command("replica.digest", List.of("1.0")))
                        .join()
                        .text();
                var replica = JSON.readTree(answer).get(0);
                assertThat(replica.get("rows").asInt()).isEqualTo(rows);
                digests.add(replica.get("digest").asText());
            }
            assertThat(digests).allMatch(digests.get(0)::equals);
        });
    }

    private static ConditionFactory eventually() {
        return await().ignoreExceptions().pollInterval(Duration.ofMillis(20));
    }

    private static ErrorCode errorOf(Runnable request) {
        try {
            request.run();
            return ErrorCode.ERR_OK;
        } catch (CompletionException e) {
            return e.getCause() instanceof RpcException refused ? refused.error() : ErrorCode.ERR_UNKNOWN;
        }
    }

    private static KeyValue pair(String sortKey) {
        return new KeyValue().setKey(blob(sortKey)).setValue(blob("value of " + sortKey));
    }

    private static Blob storedKey(String key) {
        return Blob.of(StoredKey.of(key.getBytes(StandardCharsets.UTF_8), new byte[0]));
    }

    private static Blob blob(String text) {
        return Blob.of(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(Blob blob) {
        return new String(blob.bytes(), StandardCharsets.UTF_8);
    }
}
