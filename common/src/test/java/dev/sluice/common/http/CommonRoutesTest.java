package dev.sluice.common.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.common.command.RemoteCommands;
import dev.sluice.common.command.ServerInfo;
import dev.sluice.common.command.StandardCommands;
import dev.sluice.common.config.Config;
import dev.sluice.common.config.ConfigSchema;
import dev.sluice.common.config.Option;
import dev.sluice.common.config.Options;
import dev.sluice.common.config.Settings;
import dev.sluice.common.metrics.Metrics;
import dev.sluice.common.time.testing.VirtualTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What every server answers about itself, over HTTP and as remote commands: both act on the same options. */
class CommonRoutesTest {
    private static final Option<Integer> SLOTS = Options.integer("replication", "slots")
            .defaultValue(5)
            .range(0, 10)
            .doc("Slots.")
            .mutable();
    private static final Option<Long> BYTES =
            Options.bytes("replication", "cache").defaultValue(64L << 20).doc("Cache.");
    private static final Option<Boolean> QUIET = Options.bool("replication", "quiet")
            .defaultValue(false)
            .doc("Quiet.")
            .mutable();
    private static final Option<String> META_HOST =
            Options.string("apps.meta", "host").defaultValue("m").doc("Host.");
    private static final Option<String> REPLICA_HOST =
            Options.string("apps.replica", "host").defaultValue("r").doc("Host.");
    private static final Option<String> STORE =
            Options.string("block_service.<name>", "type").defaultValue("local").doc("Store.");

    private final Config config = Config.of(
            ConfigSchema.of(SLOTS, BYTES, QUIET, META_HOST, REPLICA_HOST, STORE),
            Map.of("block_service.here.type", "x"));
    private final Settings settings = new Settings(config);
    private final Metrics metrics = new Metrics();
    private final HttpRoutes routes = new HttpRoutes();
    private final RemoteCommands commands = new RemoteCommands(ServerInfo.startedAt(0));

    @BeforeEach
    void register() {
        CommonRoutes.register(
                routes, new ServerInfo("1.2", "abc", "release", "2026-01-02 03:04:05"), settings, metrics);
        StandardCommands.register(commands, settings, metrics, new VirtualTime());
    }

    @AfterEach
    void close() {
        metrics.close();
    }

    @Test
    void versionAndStartAreTold() {
        assertThat(get("/version").body()).isEqualTo("{\"Version\":\"1.2\",\"GitCommit\":\"abc\"}\n");
        assertThat(get("/recentStartTime").body()).isEqualTo("{\"RecentStartTime\":\"2026-01-02 03:04:05\"}\n");
    }

    @Test
    void anOptionIsDescribed() {
        assertThat(get("/config?name=slots").body())
                .isEqualTo(
                        "{\"name\":\"slots\",\"section\":\"replication\",\"type\":\"FV_INT32\","
                                + "\"tags\":\"flag_tag::FT_MUTABLE\",\"description\":\"Slots. (integer from 0 to 10)\",\"value\":\"5\"}\n");
        assertThat(get("/config?name=nothing").body()).isEqualTo("ERR_OBJECT_NOT_FOUND: 'nothing' is not found");
        assertThat(get("/config").status()).isEqualTo(400);
    }

    @Test
    void allOptionsAreListedByNamesThatAreUnique() throws Exception {
        JsonNode all = new ObjectMapper().readTree(get("/configs").body());
        List<String> names = new ArrayList<>();
        all.fieldNames().forEachRemaining(names::add);
        assertThat(names).containsExactly("apps.meta.host", "apps.replica.host", "cache", "quiet", "slots", "type");
        assertThat(all.get("cache").get("value").asText()).isEqualTo("67108864");
        assertThat(all.get("cache").get("type").asText()).isEqualTo("FV_INT64");
        assertThat(all.get("cache").get("tags").asText()).isEmpty();
        assertThat(all.get("type").get("section").asText()).isEqualTo("block_service.here");
        assertThat(all.get("type").get("value").asText()).isEqualTo("x");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "slots=7             | ERR_OK                                                  | 7",
                "replication.slots=7 | ERR_OK                                                  | 7",
                "slots=11            | ERR_INVALID_PARAMETERS: value validation failed: [replication] slots = '11': expected integer from 0 to 10 | 5",
                "slots=-1            | ERR_INVALID_PARAMETERS: value validation failed: [replication] slots = '-1': expected integer from 0 to 10 | 5",
                "slots=many          | ERR_INVALID_PARAMETERS: many is invalid: [replication] slots = 'many': expected integer from 0 to 10 | 5",
                "slots=              | ERR_INVALID_PARAMETERS:  is invalid: [replication] slots = '': expected integer from 0 to 10 | 5",
                "cache=1             | ERR_INVALID_PARAMETERS: cache is not mutable            | 5",
                "nothing=1           | ERR_OBJECT_NOT_FOUND: nothing is not found              | 5",
            })
    void anOptionIsChangedIfItTakesTheValue(String change, String status, int after) {
        HttpAnswer answer = get("/updateConfig?" + change);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"update_status\":\"" + status + "\"}\n");
        assertThat(config.get(SLOTS)).isEqualTo(after);
    }

    @Test
    void oneOptionAtATimeIsChanged() {
        assertThat(get("/updateConfig").status()).isEqualTo(400);
        assertThat(get("/updateConfig?slots=7&quiet=true").status()).isEqualTo(400);
        assertThat(config.get(SLOTS)).isEqualTo(5);
    }

    @Test
    void remoteCommandsAndHttpSeeTheSameOptions() {
        List<Integer> heard = new ArrayList<>();
        config.onChange(SLOTS, heard::add);
        assertThat(commands.execute("config.set", List.of("slots", "6"))).isEqualTo("{\n  \"error\": \"ok\"\n}");
        assertThat(get("/config?name=slots").body()).contains("\"value\":\"6\"");
        get("/updateConfig?slots=8");
        assertThat(commands.execute("config.get", List.of("slots"))).contains("\"value\": \"8\"");
        assertThat(commands.execute("config.list", List.of()))
                .isEqualTo("{\n  \"quiet\": \"false\",\n  \"slots\": \"8\"\n}");
        assertThat(commands.execute("config-dump", List.of()))
                .contains("[replication]\n", "slots = 8\n", "cache = 64M\n");
        assertThat(heard).containsExactly(6, 8);
        assertThat(commands.execute("config.set", List.of("slots", "11"))).contains("expected integer from 0 to 10");
        assertThat(commands.execute("config.set", List.of("cache", "1"))).contains("cannot be changed at run time");
        assertThat(commands.execute("config.set", List.of("slots"))).contains("invalid arguments");
        assertThat(config.get(SLOTS)).isEqualTo(8);
    }

    @Test
    void metersAreScrapedAndAskedFor() {
        metrics.counter("bulk_load_failed_count", "Loads that failed.").add(3);
        metrics.gauge("replica_count", "Replicas.", () -> 7, "role", "primary");
        assertThat(get("/metrics").contentType()).startsWith("text/plain; version=0.0.4");
        assertThat(get("/metrics").body())
                .contains(
                        "# TYPE bulk_load_failed_count_total counter",
                        "bulk_load_failed_count_total 3.0",
                        "replica_count{role=\"primary\"} 7.0",
                        "jvm_memory_used_bytes");
        assertThat(commands.execute("perf-counters", List.of("bulk_load_failed_count")))
                .contains("\"counters\":[{", "\"name\":\"bulk_load_failed_count\"", "\"value\":3.0");
        assertThat(commands.execute("perf-counters-by-prefix", List.of("replica_")))
                .contains("replica_count{role=primary}")
                .doesNotContain("bulk_load");
        assertThat(commands.execute("perf-counters-by-substr", List.of("load_failed")))
                .contains("bulk_load_failed_count");
        assertThat(commands.execute("perf-counters-by-postfix", List.of("nothing")))
                .contains("\"counters\":[]");
        assertThat(commands.execute("server-stat", List.of())).contains("\"bulk_load_failed_count\":3.0");
    }

    private HttpAnswer get(String target) {
        HttpAnswer[] answer = new HttpAnswer[1];
        routes.answer(HttpQuery.parse(false, target, "")).thenAccept(each -> answer[0] = each);
        return answer[0];
    }
}
