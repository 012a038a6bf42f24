package dev.sluice.integration.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.client.ClientOptions;
import dev.sluice.client.SluiceClient;
import dev.sluice.common.HostPort;
import dev.sluice.dist.onebox.Onebox;
import dev.sluice.dist.onebox.OneboxLayout;
import dev.sluice.wire.admin.NodeStatus;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What meta and replica servers answer over HTTP on the ports of their RPCs. */
@Timeout(120)
class HttpFacesTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String COMPACTION = "/meta/app/start_compaction";
    private static final String SLOTS = "max_concurrent_bulk_load_downloading_count";
    private static final String SLOTS_COMMAND = "replica.max-concurrent-bulk-load-downloading-count";

    @TempDir
    private static Path directory;

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static Onebox onebox;
    private static SluiceClient client;
    private static HostPort meta;
    private static HostPort replica;

    @BeforeAll
    static void start() throws IOException {
        onebox = Onebox.start(OneboxLayout.onFreePorts(directory.resolve("cluster"), 1, 1));
        meta = onebox.layout().metaServers().get(0);
        replica = onebox.layout().replicaServers().get(0);
        client = SluiceClient.connect(onebox.layout().metaServers(), ClientOptions.DEFAULTS);
        await().atMost(60, TimeUnit.SECONDS)
                .ignoreExceptions()
                .until(() -> client.admin().listNodes().containsValue(NodeStatus.NS_ALIVE));
        client.admin().createApp("orders", 2, 1, Map.of("default_ttl", "0"), true);
        client.admin().awaitHealthy("orders", 60_000);
    }

    @AfterAll
    static void stop() {
        client.close();
        onebox.close();
    }

    @Test
    void everyServerTellsItsVersionAndItsOptions() throws Exception {
        for (HostPort server : List.of(meta, replica)) {
            assertThat(json(get(server, "/version")).get("Version").asText()).contains("Sluice");
            assertThat(json(get(server, "/recentStartTime"))
                            .get("RecentStartTime")
                            .asText())
                    .matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d");
            assertThat(json(get(server, "/configs")).size()).isGreaterThan(10);
            assertThat(json(get(server, "/")).has("/metrics")).isTrue();
        }
    }

    @Test
    void anOptionIsTheSameOverHttpAndAsARemoteCommand() throws Exception {
        assertThat(get(replica, "/updateConfig?" + SLOTS + "=9").body()).isEqualTo("{\"update_status\":\"ERR_OK\"}\n");
        assertThat(client.admin().remoteCommand(replica, SLOTS_COMMAND, List.of()))
                .contains("\"9\"");
        assertThat(metric(replica, "bulk_load_downloading_count_max")).isEqualTo("9.0");
        client.admin().remoteCommand(replica, SLOTS_COMMAND, List.of("4"));
        assertThat(json(get(replica, "/config?name=" + SLOTS)).get("value").asText())
                .isEqualTo("4");
        assertThat(metric(replica, "bulk_load_downloading_count_max")).isEqualTo("4.0");
        assertThat(get(replica, "/updateConfig?" + SLOTS + "=-1").body())
                .contains("ERR_INVALID_PARAMETERS", "expected integer from 0 to 1000");
        assertThat(json(get(replica, "/config?name=" + SLOTS)).get("value").asText())
                .isEqualTo("4");
    }

    @Test
    void theMetaServerShowsAppsNodesAndTheCluster() throws Exception {
        JsonNode app = json(get(meta, "/meta/app?name=orders&detail"));
        assertThat(app.get("general").get("partition_count").asText()).isEqualTo("2");
        assertThat(app.get("replicas").get("1").get("primary").asText()).isEqualTo(replica.toString());
        assertThat(app.get("replicas").get("1").get("ballot").isTextual()).isTrue();
        assertThat(app.get("healthy").get("fully_healthy_partition_count").asText())
                .isEqualTo("2");
        assertThat(json(get(meta, "/meta/app?name=orders")).has("replicas")).isFalse();
        JsonNode apps = json(get(meta, "/meta/apps?detail"));
        assertThat(apps.get("general_info").get("1").get("app_name").asText()).isEqualTo("orders");
        assertThat(apps.get("healthy_info").get("1").get("fully_healthy").asText())
                .isEqualTo("2");
        assertThat(apps.get("summary").get("total_app_count").asText()).isEqualTo("1");
        JsonNode nodes = json(get(meta, "/meta/nodes?detail"));
        assertThat(nodes.get("details")
                        .get(replica.toString())
                        .get("primary_count")
                        .asText())
                .isEqualTo("2");
        assertThat(nodes.get("summary").get("alive_node_count").asText()).isEqualTo("1");
        assertThat(json(get(meta, "/meta/cluster"))
                        .get("cluster_info")
                        .get("cluster_name")
                        .asText())
                .isEqualTo("onebox");
        assertThat(json(get(meta, "/meta/app_envs?name=orders"))
                        .get("default_ttl")
                        .asText())
                .isEqualTo("0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/meta/app                                | 400 | app name shouldn't be empty",
                "/meta/app?name=nobody                    | 404 | table not found: \"nobody\"",
                "/meta/app_envs                           | 400 | name should not be empty",
                "/meta/app_envs?name=nobody               | 404 | table not found: \"nobody\"",
                "/meta/app/query_bulk_load                | 400 | name should not be empty",
                "/meta/app/start_bulk_load                | 400 | /meta/app/start_bulk_load is asked by POST only",
                "/meta/app/start_compaction               | 400 | /meta/app/start_compaction is asked by POST only",
                "/meta/backup_policy                      | 404 | service not found for \"/meta/backup_policy\"",
            })
    void aBadQuestionToTheMetaServerIsRefused(String target, int status, String body) throws Exception {
        HttpResponse<String> answer = get(meta, target);
        assertThat(answer.body()).isEqualTo(body);
        assertThat(answer.statusCode()).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{} | 400 | app_name should not be empty",
                "{\"app_name\":\"orders\"} | 400 | cluster_name should not be empty",
                "{\"app_name\":\"orders\",\"cluster_name\":\"c\"} | 400 | file_provider_type should not be empty",
                "{\"app_name\":\"orders\",\"cluster_name\":\"c\",\"file_provider_type\":\"p\"} | 400 | remote_root_path should not be empty",
                "{\"app_name\":1} | 400 | invalid request structure",
                "[] | 400 | invalid request structure",
                "{\"app_name\": | 400 | invalid request structure",
                "`` | 400 | invalid request structure",
            })
    void aLoadIsNotStartedByABadRequest(String body, int status, String reason) throws Exception {
        HttpResponse<String> answer = post(meta, "/meta/app/start_bulk_load", body);
        assertThat(answer.body()).isEqualTo(reason);
        assertThat(answer.statusCode()).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'type':'once' | 400 | app_name should not be empty",
                "'app_name':'orders' | 400 | type should not be empty",
                "'app_name':'orders','type':'often' | 400 | type should only be 'once' or 'periodic'",
                "'app_name':'orders','type':'once','target_level':'low' | 400 | target_level should be an integer of at most 2147483647, found 'low'",
                "'app_name':'orders','type':'once','target_level':'2147483648' | 400 | target_level should be an integer of at most 2147483647, found '2147483648'",
                "'app_name':'orders','type':'once','target_level':3 | 400 | invalid request structure",
                "'app_name':'orders','type':'once','bottommost_level_compaction':'yes' | 400 | bottommost_level_compaction should only be 'skip' or 'force'",
            })
    void aCompactionIsNotStartedByABadRequest(String fields, int status, String reason) throws Exception {
        HttpResponse<String> answer = post(meta, COMPACTION, quoted("{" + fields + "}"));
        assertThat(answer.body()).isEqualTo(reason);
        assertThat(answer.statusCode()).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'app_name':'nobody','type':'once' | ERR_APP_NOT_EXIST | app nobody is not existed",
                "'app_name':'orders','type':'once','target_level':'0' | ERR_INVALID_PARAMETERS | app_env 'manual_compact.once.target_level' has the invalid value '0', expected -1 or an integer from 1 up",
                "'app_name':'orders','type':'periodic','trigger_time':'3:60' | ERR_INVALID_PARAMETERS | app_env 'manual_compact.periodic.trigger_time' has the invalid value '3:60', expected up to 24 times of the day such as 3:00,21:30",
            })
    void aCompactionIsRefusedWithTheErrorsOfTheProtocol(String fields, String error, String hint) throws Exception {
        HttpResponse<String> answer = post(meta, COMPACTION, quoted("{" + fields + "}"));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(json(answer).get("error").asText()).isEqualTo(error);
        assertThat(json(answer).get("hint_message").asText()).isEqualTo(hint);
    }

    @Test
    void aLoadIsStartedAndQueriedWithTheErrorsOfTheProtocol() throws Exception {
        String unknown =
                "{\"app_name\":\"nobody\",\"cluster_name\":\"c\",\"file_provider_type\":\"local_service\",\"remote_root_path\":\"/x\"}";
        HttpResponse<String> answer = post(meta, "/meta/app/start_bulk_load", unknown);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(json(answer).get("error").asText()).isEqualTo("ERR_APP_NOT_EXIST");
        String noProvider = unknown.replace("nobody", "orders").replace("local_service", "nothing");
        assertThat(json(post(meta, "/meta/app/start_bulk_load", noProvider))
                        .get("error")
                        .asText())
                .isEqualTo("ERR_INVALID_PARAMETERS");
        JsonNode status = json(get(meta, "/meta/app/query_bulk_load?name=orders"));
        assertThat(status.get("error").asText()).isNotEmpty();
        assertThat(status.get("app_status").asText()).startsWith("replication::bulk_load_status::BLS_");
    }

    @Test
    void theUsageScenarioOfAnAppIsAnEnv() throws Exception {
        assertThat(json(post(meta, "/meta/app/usage_scenario", "{\"app_name\":\"orders\",\"scenario\":\"normal\"}"))
                        .get("error")
                        .asText())
                .isEqualTo("ERR_OK");
        assertThat(json(post(meta, "/meta/app/usage_scenario", "{\"app_name\":\"orders\",\"scenario\":\"fast\"}"))
                        .get("error")
                        .asText())
                .isEqualTo("ERR_INVALID_PARAMETERS");
        assertThat(client.admin().app("orders").getEnvs()).containsEntry("rocksdb.usage_scenario", "normal");
    }

    @Test
    void aDailyCompactionIsAskedForByEnvs() throws Exception {
        client.admin().setAppEnvs("orders", Map.of("manual_compact.disabled", "true")); // whatever time it is
        try {
            askForDailyCompactions();
        } finally {
            client.admin().clearAppEnvs("orders", "manual_compact");
        }
    }

    private static void askForDailyCompactions() throws Exception {
        String limit = "manual_compact.max_concurrent_running_count";
        String daily = "{'app_name':'orders','type':'periodic','trigger_time':'3:00,21:30','target_level':'2',"
                + "'bottommost_level_compaction':'force','max_running_count':'1'}";
        assertThat(json(post(meta, COMPACTION, quoted(daily))).get("error").asText())
                .isEqualTo("ERR_OK");
        assertThat(client.admin().app("orders").getEnvs())
                .containsEntry("manual_compact.periodic.trigger_time", "3:00,21:30")
                .containsEntry("manual_compact.periodic.target_level", "2")
                .containsEntry("manual_compact.periodic.bottommost_level_compaction", "force")
                .containsEntry(limit, "1");

        String plain = "{'app_name':'orders','type':'periodic','trigger_time':'4:00','max_running_count':'0'}";
        assertThat(json(post(meta, COMPACTION, quoted(plain))).get("error").asText())
                .isEqualTo("ERR_OK");
        assertThat(client.admin().app("orders").getEnvs())
                .containsEntry("manual_compact.periodic.trigger_time", "4:00")
                .containsEntry("manual_compact.periodic.target_level", "-1")
                .containsEntry("manual_compact.periodic.bottommost_level_compaction", "skip")
                .as("0 is as if none was given")
                .containsEntry(limit, "1");
    }

    @Test
    void theEnvsThatAnAppMayHaveAreListed() throws Exception {
        JsonNode envs = json(get(meta, "/envs/list"));
        assertThat(envs.get("default_ttl").get("type").asText()).isEqualTo("int");
        assertThat(envs.get("rocksdb.usage_scenario").get("limitation").asText())
                .isEqualTo("one of normal, prefer_write, bulk_load");
        assertThat(envs.get("replica.write_throttling").get("sample").asText())
                .isEqualTo("10K*delay*100,20K*reject*100");
        assertThat(json(get(meta, "/")).get("/envs/list").asText()).contains("sample");
    }

    @Test
    void theReplicaServerShowsItsReplicas() throws Exception {
        JsonNode info = json(get(replica, "/replica/info?app_id=1"));
        assertThat(info.get("1.0").get("role").asText()).isEqualTo("primary");
        assertThat(info.get("1.1").get("app_name").asText()).isEqualTo("orders");
        assertThat(json(get(replica, "/replica/info")).size()).isEqualTo(2);
        assertThat(get(replica, "/replica/data_version?app_id=1").body())
                .isEqualTo("{\"0\":{\"data_version\":\"1\"},\"1\":{\"data_version\":\"1\"}}\n");
        assertThat(get(replica, "/replica/manual_compaction?app_id=1").body())
                .isEqualTo("{\"status\":{\"idle\":\"2\",\"running\":\"0\",\"queuing\":\"0\",\"finished\":\"0\"}}\n");
        HttpResponse<String> unknown = get(replica, "/replica/data_version?app_id=7");
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(unknown.body()).isEqualTo("app_id=7 not found");
        assertThat(get(replica, "/replica/data_version").statusCode()).isEqualTo(400);
        assertThat(get(replica, "/replica/data_version?app_id=x").statusCode()).isEqualTo(400);
    }

    @Test
    void metersCountWhatServersDo() throws Exception {
        client.admin().clusterInfo();
        assertThat(get(meta, "/metrics").body())
                .contains(
                        "rpc_server_latency_seconds_count{code=\"RPC_CM_CLUSTER_INFO\"}",
                        "rpc_server_latency_seconds_bucket{code=\"RPC_CM_CREATE_APP\",le=\"0.001\"}",
                        "meta_is_leader 1.0",
                        "alive_nodes 1.0",
                        "healthy_partitions 2.0");
        assertThat(get(replica, "/metrics").body())
                .contains(
                        "total_replicas 2.0",
                        "replicas{role=\"primary\"} 2.0",
                        "bulk_load_download_file_bytes_total 0.0",
                        "bulk_load_failed_count_total 0.0");
        String before = metric(replica, "rpc_server_header_errors_total{code=\"RPC_RRDB_RRDB_GET\"}");
        assertThat(before).as("no such call yet").isEmpty();
        RawRpc.call(replica, "RPC_RRDB_RRDB_GET", new dev.sluice.common.Gpid(77, 0));
        assertThat(metric(replica, "rpc_server_header_errors_total{code=\"RPC_RRDB_RRDB_GET\"}"))
                .isEqualTo("1.0");
    }

    private static String metric(HostPort server, String name) throws Exception {
        return get(server, "/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .map(line -> line.substring(name.length() + 1))
                .findFirst()
                .orElse("");
    }

    private static JsonNode json(HttpResponse<String> answer) throws IOException {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    private static HttpResponse<String> get(HostPort server, String target) throws Exception {
        return send(HttpRequest.newBuilder(URI.create("http://" + server + target)));
    }

    private static String quoted(String jsonWithApostrophes) {
        return jsonWithApostrophes.replace('\'', '"');
    }

    private static HttpResponse<String> post(HostPort server, String target, String body) throws Exception {
        return send(HttpRequest.newBuilder(URI.create("http://" + server + target))
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
