package dev.sluice.integration.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.common.HostPort;
import dev.sluice.dist.onebox.Onebox;
import dev.sluice.dist.onebox.OneboxLayout;
import dev.sluice.shell.ShellCommand;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The administration commands of the shell against a whole cluster, as text and as JSON. */
@Timeout(180)
class ShellAdminTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private static Path directory;

    private static Onebox onebox;
    private static HostPort meta;
    private static HostPort replica;

    private record Result(int code, String out, String err) {}

    @BeforeAll
    static void start() throws Exception {
        onebox = Onebox.start(OneboxLayout.onFreePorts(directory.resolve("cluster"), 1, 1));
        meta = onebox.layout().metaServers().get(0);
        replica = onebox.layout().replicaServers().get(0);
        await().atMost(60, TimeUnit.SECONDS)
                .until(() -> shell("nodes -s alive").out().contains("alive_node_count   : 1"));
        assertThat(shell("create shown -p 2 -r 1").code()).isZero();
        await().atMost(60, TimeUnit.SECONDS)
                .until(() -> shell("query_replica_info -a shown").out().split("PRIMARY", -1).length - 1 == 2);
    }

    @AfterAll
    static void stop() {
        onebox.close();
    }

    @Test
    void anAppIsMadeNamedDroppedAndBroughtBack() throws Exception {
        assertThat(shell("create orders -p 2 -r 1 -e default_ttl=5").out())
                .isEqualTo("create app \"orders\" succeed\n");
        assertThat(shell("create orders -p 2 -r 1 -e default_ttl=5").code()).isZero();
        assertThat(shell("create orders -p 2 -r 1 -f").err()).contains("ERR_APP_EXIST");
        assertThat(shell("ls -p ord -m prefix").out()).contains(" orders ").doesNotContain("shown");
        assertThat(shell("ls -p ord -m exact").out()).doesNotContain("orders");
        assertThat(shell("rename orders sales").out()).isEqualTo("rename app \"orders\" to \"sales\" succeed\n");
        int id = json("ls -p sales -m exact")
                .get("general_info")
                .iterator()
                .next()
                .get("app_id")
                .asInt();
        assertThat(shell("drop sales -r 100").out()).isEqualTo("drop app \"sales\" succeed\n");
        assertThat(shell("ls").out()).doesNotContain("sales");
        assertThat(shell("ls -a").out()).contains("DROPPED");
        JsonNode dropped = json("ls -s dropped").get("general_info").get(Integer.toString(id));
        assertThat(dropped.get("drop_expire").asText()).matches("\\d{4}-\\d\\d-\\d\\d_\\d\\d:\\d\\d:\\d\\d");
        assertThat(shell("recall " + id + " orders").out()).isEqualTo("recall app " + id + " as \"orders\" succeed\n");
        assertThat(shell("drop nobody").code()).isEqualTo(1);
    }

    @Test
    void whereAnAppIsAndHowHealthyIsShown() {
        assertThat(shell("app shown -d").out())
                .contains("[replicas]", "1/1", replica.toString())
                .containsPattern("fully_healthy_partition_count +: 2");
        assertThat(shell("ls -d").out()).contains("[healthy_info]", "unhealthy_partition_count");
        assertThat(shell("nodes -d").out()).contains("primary_count", replica + "  ALIVE");
        assertThat(shell("cluster_info").out()).contains("primary_meta_server", meta.toString(), "cluster_name");
    }

    @Test
    void disksAreShownWithTheReplicasOfAnApp() throws Exception {
        String own = "disk_capacity -n " + replica + " -a shown";
        JsonNode disks = json(own).get(replica.toString());
        assertThat(disks).hasSize(1);
        JsonNode disk = disks.iterator().next();
        assertThat(disk.get("primary_count").asInt()).isEqualTo(2);
        assertThat(disk.get("secondary_count").asInt()).isZero();
        assertThat(disk.get("capacity_mb").asLong())
                .isGreaterThanOrEqualTo(disk.get("available_mb").asLong());
        assertThat(shell(own).out())
                .contains("[" + replica + "]", disk.get("directory").asText());

        assertThat(shell("disk_capacity -a nobody").err())
                .contains("no replica server that is alive has a replica of 'nobody'");
        Result oneIsGone = shell("disk_capacity -n 127.0.0.1:1," + replica);
        assertThat(oneIsGone.code()).isEqualTo(1);
        assertThat(oneIsGone.err()).contains("disk info of 127.0.0.1:1");
        assertThat(oneIsGone.out()).contains("[" + replica + "]");
    }

    @Test
    void replicasAreShownAsTheirServerSeesThem() throws Exception {
        String own = "query_replica_info -n " + replica + " -a shown";
        JsonNode replicas = json(own).get(replica.toString());
        assertThat(replicas).hasSize(2);
        String first = replicas.fieldNames().next();
        JsonNode info = replicas.get(first);
        assertThat(info.get("app_name").asText()).isEqualTo("shown");
        assertThat(info.get("status").asText()).isEqualTo("PRIMARY");
        assertThat(info.get("ballot").asLong()).isPositive();
        assertThat(info.get("prepared").asLong())
                .isGreaterThanOrEqualTo(info.get("committed").asLong());
        assertThat(info.get("durable").asLong())
                .isLessThanOrEqualTo(info.get("committed").asLong());
        assertThat(info.get("disk_tag").asText()).isNotEmpty();
        assertThat(info.get("compaction").asText()).isEqualTo("IDLE");

        int id = json("ls -p shown -m exact")
                .get("general_info")
                .iterator()
                .next()
                .get("app_id")
                .asInt();
        assertThat(first).isEqualTo(id + ".0");
        JsonNode app = json(own + " -d").get("apps of " + replica).get(Integer.toString(id));
        assertThat(app.get("app_name").asText()).isEqualTo("shown");
        assertThat(app.get("partition_count").asInt()).isEqualTo(2);
        assertThat(app.get("replica_count").asInt()).isEqualTo(1);
        assertThat(app.get("envs_count").isIntegralNumber()).isTrue();
        assertThat(shell(own).out()).contains("[" + replica + "]", first).doesNotContain("apps of");

        assertThat(shell("query_replica_info -a nobody").err())
                .contains("no replica server that is alive has a replica of 'nobody'");
        Result oneIsGone = shell("query_replica_info -n 127.0.0.1:1," + replica);
        assertThat(oneIsGone.code()).isEqualTo(1);
        assertThat(oneIsGone.err()).contains("replica info of 127.0.0.1:1");
        assertThat(oneIsGone.out()).contains("[" + replica + "]");
    }

    @Test
    void aPartitionIsShownWithTheDecreeOfEachReplica() throws Exception {
        String gpid = json("query_replica_info -a shown")
                .get(replica.toString())
                .fieldNames()
                .next();

        JsonNode decrees = json("query_replica_decree -g " + gpid).get(gpid);
        assertThat(decrees).hasSize(1);
        assertThat(decrees.get(replica.toString()).get("last_decree").isIntegralNumber())
                .isTrue();

        assertThat(shell("query_replica_decree -g 999.0 -n " + replica).err())
                .contains("none of " + replica + " has a replica of 999.0");
        assertThat(shell("query_replica_decree -g shown").err()).contains("'shown' is no partition");
        assertThat(shell("query_replica_decree").code()).isEqualTo(2);
    }

    @Test
    void envsAreSetShownAndRemoved() {
        assertThat(shell("use shown; set_app_envs default_ttl 7 replica.slow_query_threshold 50; get_app_envs")
                        .out())
                .contains("set app envs succeed", "default_ttl                  : 7");
        assertThat(shell("use shown; set_app_envs default_ttl").code()).isEqualTo(2);
        assertThat(shell("use shown; set_app_envs colour red").err()).contains("app_env 'colour' is not supported");
        assertThat(shell("use shown; clear_app_envs -p replica").out()).contains("replica.slow_query_threshold");
        assertThat(shell("use shown; del_app_envs default_ttl").out()).contains("deleted keys:\n    default_ttl");
        assertThat(shell("use shown; clear_app_envs -a").out()).contains("no key needs to be deleted");
    }

    @Test
    void theFunctionLevelAndWhatAnAppShouldBeAreSet() {
        assertThat(shell("set_meta_level lively; get_meta_level; set_meta_level steady")
                        .out())
                .contains(
                        "set meta level to lively succeed",
                        "current meta level is lively",
                        "set meta level to steady succeed, old level was lively");
        assertThat(shell("set_meta_level asleep").code()).isEqualTo(2);
        assertThat(shell("get_replica_count shown").out()).isEqualTo("the replica count of app \"shown\" is 1\n");
        assertThat(shell("set_replica_count shown 1").out())
                .isEqualTo("set replica count of app \"shown\" from 1 to 1 succeed\n");
        assertThat(shell("set_replica_count shown 3").err()).contains("only 1 nodes are alive");
        assertThat(shell("enable_atomic_idempotent shown; get_atomic_idempotent shown; disable_atomic_idempotent shown")
                        .out())
                .contains("from false to true", "is true", "from true to false");
    }

    @Test
    void aCompactionIsRefusedByAnAppThatForbidsItAndStartedOnceThatIsTakenBack() throws Exception {
        assertThat(shell("create compacted -p 1 -r 1").code()).isZero();
        assertThat(shell("query_manual_compaction -a compacted").err())
                .contains("start_manual_compaction -a compacted");
        Result refused = shell("use compacted; set_app_envs manual_compact.disabled true; start_manual_compaction");
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("ERR_OPERATION_DISABLED", "manual_compact.disabled=true: delete it");
        assertThat(shell("use compacted; del_app_envs manual_compact.disabled; start_manual_compaction")
                        .out())
                .endsWith("start manual compaction of app \"compacted\" succeed\n");
        assertThat(json("query_manual_compaction -a compacted").get("progress").asInt())
                .isBetween(0, 100);
    }

    @Test
    void remoteCommandsRunOnTheServersThatAreMeant() throws Exception {
        String option = "max_concurrent_bulk_load_downloading_count";
        JsonNode set = json("remote_command -t replica-server config.set " + option + " 3");
        assertThat(set.get("succeed_count").asInt()).isEqualTo(1);
        assertThat(set.get("details")
                        .get(replica.toString())
                        .get("message")
                        .get("error")
                        .asText())
                .isEqualTo("ok");
        assertThat(shell("remote_command -l " + replica + " config.get " + option)
                        .out())
                .contains("\"value\": \"3\"", "integer from 0 to 1000");
        assertThat(json("server_info").get("details").size()).isEqualTo(2);
        assertThat(json("server_stat -t replica-server")
                        .get("details")
                        .get(replica.toString())
                        .get("message")
                        .get("total_replicas")
                        .asDouble())
                .isGreaterThanOrEqualTo(2);
        assertThat(shell("flush_log").out()).contains("Flush done.");
        assertThat(shell("remote_command -t meta-server nonsense").out()).contains("unknown command 'nonsense'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ls",
                "ls -d",
                "app shown",
                "app shown -d",
                "nodes",
                "nodes -d",
                "disk_capacity",
                "query_replica_info -d",
                "cluster_info",
                "get_meta_level",
                "get_replica_count shown",
                "get_atomic_idempotent shown",
                "server_info",
                "server_stat",
                "flush_log",
                "remote_command help",
            })
    void everyAnswerCanBeJson(String command) throws Exception {
        assertThat(json(command).isObject()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "create",
                "drop",
                "recall",
                "ls",
                "disk_capacity",
                "query_replica_info",
                "query_replica_decree",
                "set_meta_level",
                "set_replica_count",
                "start_manual_compaction",
                "query_manual_compaction",
                "remote_command"
            })
    void helpHasAnExample(String command) {
        assertThat(shell("help " + command).out())
                .containsIgnoringCase("example")
                .contains(command + " ");
    }

    private static JsonNode json(String command) throws Exception {
        Result result = run("--json", command);
        assertThat(result.code()).as(result.err()).isZero();
        return JSON.readTree(result.out());
    }

    private static Result shell(String command) {
        return run(command);
    }

    private static Result run(String... words) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine shell =
                new CommandLine(new ShellCommand()).setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        String command = words[words.length - 1];
        int code = words.length > 1
                ? shell.execute(words[0], "-m", meta.toString(), "-t", "20000", "-c", command)
                : shell.execute("-m", meta.toString(), "-t", "20000", "-c", command);
        return new Result(code, out.toString(), err.toString());
    }
}
