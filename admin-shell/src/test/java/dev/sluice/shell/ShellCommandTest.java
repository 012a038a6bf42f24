package dev.sluice.shell;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.rpc.Wire;
import dev.sluice.wire.admin.StartManualCompactRequest;
import dev.sluice.wire.bulkload.BulkLoadStatus;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The shell as it is called, against a server on the network. */
class ShellCommandTest {
    private final FakeServer server = new FakeServer();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void rowsAreWrittenAndReadBack() {
        assertThat(run("use orders; set k s 'größe \\x00'; get k s; exist k s; ttl k s; del k s; get k s; ttl k s"))
                .isZero();

        assertThat(out).hasToString("""
                OK
                OK
                "größe \\x00"
                True
                ttl: 60 seconds
                OK
                Not found
                Not found
                """);
        assertThat(err).hasToString("");
    }

    @Test
    void rowsOfAHashKeyAreWrittenAndReadTogether() {
        assertThat(run("use orders; multi_set k s1 v1 s2 v2; multi_get k; full_scan; count_data"))
                .isZero();

        assertThat(out.toString()).contains("""
                        "k" : "s1" => "v1"
                        "k" : "s2" => "v2"
                        2 key-value pairs got, fetch completed
                        "k" : "s1" => "v1"
                        "k" : "s2" => "v2"
                        2 key-value pairs got
                        [partitions]
                        partition_index  row_count  key_value_bytes
                        0                2          10
                        1                0          0

                        [summary]
                        row_count       : 2
                        key_value_bytes : 10
                        """);
    }

    @Test
    void aHashIsSaidWithItsPartition() {
        assertThat(run("use orders; hash hash_key")).isZero();

        assertThat(out.toString()).endsWith("key_hash: 7305998816215738733, partition_index: 1\n");
    }

    @Test
    void aServerThatHasNothingIsLeftOutOnlyIfSomethingIsWanted() {
        assertThat(run("disk_capacity -a nobody -n " + server.address())).isEqualTo(Shell.FAILED);
        assertThat(err.toString()).contains("none of " + server.address() + " has a replica of 'nobody'");

        assertThat(run("disk_capacity -n " + server.address())).isEqualTo(Shell.FAILED);
        assertThat(err.toString()).contains("disk info of " + server.address(), "ERR_OBJECT_NOT_FOUND");
    }

    @Test
    void rowsNeedAnApp() {
        assertThat(run("get k s")).isEqualTo(Shell.FAILED);

        assertThat(err.toString()).contains("ERROR: no app is in use: choose one with 'use <app_name>'");
    }

    @Test
    void anAppThatDoesNotExistIsNamed() {
        assertThat(run("use nothing")).isEqualTo(Shell.FAILED);

        assertThat(err.toString()).contains("ERROR: ERR_APP_NOT_EXIST: there is no app 'nothing'");
    }

    @Test
    void aLineEndsAtTheFirstCommandThatFails() {
        assertThat(run("use nothing; use orders; set k s v")).isEqualTo(Shell.FAILED);

        assertThat(server.rows).isEmpty();
    }

    @Test
    void wrongUseHasItsOwnExitCode() {
        assertThat(run("get onlyone")).isEqualTo(Shell.WRONG_USE);
        assertThat(run("lss")).isEqualTo(Shell.WRONG_USE);
        assertThat(run("set 'a")).isEqualTo(Shell.WRONG_USE);

        assertThat(err.toString())
                .contains("Missing required parameter: '<sort_key>'")
                .contains("'help get' tells how to use it")
                .contains("Unmatched argument at index 0: 'lss'")
                .contains("'help' lists the commands")
                .contains("the quote at character 5 is not closed");
    }

    @Test
    void appsAreListedAsTables() {
        assertThat(run("ls")).isZero();

        assertThat(out).hasToString("""
                [general_info]
                app_id  status     app_name  app_type  partition_count  replica_count  is_stateful  create_time  drop_time  drop_expire  envs_count  atomic_idempotent
                2       AVAILABLE  orders    pegasus   2                1              true         -            -          -            0           false

                [summary]
                total_app_count : 1

                """);
    }

    @Test
    void anAppIsShownInDetail() {
        assertThat(run("app orders -d")).isZero();

        String node = server.address().toString();
        assertThat(out.toString())
                .contains("app_id            : 2\n")
                .contains("0     3       1/1            " + node + "  []\n")
                .contains("[healthy]\nfully_healthy_partition_count   : 2\n");
    }

    @Test
    void anAppIsMadeAndDropped() {
        assertThat(run("create fresh -p 2 -r 1 -e a=1,b=2; drop fresh; drop fresh"))
                .isEqualTo(Shell.FAILED);

        assertThat(out).hasToString("create app \"fresh\" succeed\ndrop app \"fresh\" succeed\n");
        assertThat(err.toString()).contains("ERROR: ERR_APP_NOT_EXIST: drop app 'fresh'");
        assertThat(server.requests).singleElement().asString().contains("successIfExist:true", "envs:{a=1, b=2}");
    }

    @Test
    void appsAreRecalledAndRenamed() {
        assertThat(run("recall 7; recall 8 fresh; rename back other")).isZero();

        assertThat(server.requests).containsExactly("recall 7 ", "recall 8 fresh", "rename back other");
        assertThat(out.toString()).startsWith("recall app 7 as \"back\" succeed\n");
    }

    @Test
    void envsAreSetShownAndCleared() {
        assertThat(run("use orders; set_app_envs default_ttl 60; get_app_envs; clear_app_envs -a; get_app_envs"))
                .isZero();

        assertThat(out.toString())
                .contains("set app envs succeed\n[app_envs]\ndefault_ttl : 60\n")
                .endsWith("deleted keys:\n[app_envs]\n\n");
    }

    @Test
    void nodesAreCounted() {
        assertThat(run("nodes -d; nodes -s unalive")).isZero();

        assertThat(out.toString())
                .contains("127.0.0.9:9")
                .contains(server.address() + "  ALIVE    2              2              0\n")
                .contains("total_node_count   : 2\nalive_node_count   : 1\nunalive_node_count : 1\n");
    }

    @Test
    void jsonIsKeyedByTableAndFirstColumn() {
        assertThat(run("-j", "nodes -s unalive; cluster_info")).isZero();

        assertThat(out.toString()).contains("""
                        {
                          "details": {
                            "127.0.0.9:9": {
                              "address": "127.0.0.9:9",
                              "status": "UNALIVE"
                            }
                          },
                          "summary": {
                            "total_node_count": 2,
                            "alive_node_count": 1,
                            "unalive_node_count": 1
                          }
                        }
                        """).contains("\"cluster_name\": \"test\"");
    }

    @Test
    void remoteCommandsGoToEveryServerAndSayWhoFailed() {
        assertThat(run("remote_command -l " + server.address() + " slots 7")).isZero();
        assertThat(server.config.get(FakeServer.SLOTS)).isEqualTo(7);
        assertThat(out).hasToString("""
                {
                  "command": "slots 7",
                  "details": {
                    "%s": {
                      "acked": true,
                      "message": {
                        "error": "ok"
                      },
                      "role": "meta-server"
                    }
                  },
                  "failed_count": 0,
                  "succeed_count": 1
                }
                """.formatted(server.address()));

        assertThat(run("remote_command -t replica-server slots")).isEqualTo(Shell.FAILED);
        assertThat(out.toString()).contains("\"failed_count\": 1");
        assertThat(run("server_info -t meta-server")).isZero();
        assertThat(out.toString()).contains("\"build_type\": \"release\"");
    }

    @Test
    void loadsAreStartedAndControlledInTheWordsOfPegasus() {
        assertThat(run("start_bulk_load -a orders -c onebox -p local_service -r /bulk -i; pause_bulk_load -a orders;"
                        + " restart_bulk_load -a orders; cancel_bulk_load -a orders; cancel_bulk_load -a orders -f;"
                        + " clear_bulk_load -a orders"))
                .isZero();

        assertThat(out).hasToString("""
                start bulk load succeed
                pause bulk load succeed
                restart bulk load succeed
                cancel bulk load succeed
                cancel bulk load succeed
                clear app(orders) bulk load result succeed
                """);
        assertThat(server.requests)
                .containsExactly(
                        "start orders onebox local_service /bulk true",
                        "BLC_PAUSE orders",
                        "BLC_RESTART orders",
                        "BLC_CANCEL orders",
                        "BLC_FORCE_CANCEL orders");
    }

    @Test
    void aLoadThatIsRefusedSaysWhy() {
        server.refuseLoads(ErrorCode.ERR_BUSY, "app(orders) is already executing bulk load");

        assertThat(run("start_bulk_load -a orders -c onebox -p local_service -r /bulk"))
                .isEqualTo(Shell.FAILED);
        assertThat(run("start_bulk_load -a orders -c onebox -r /bulk")).isEqualTo(Shell.FAILED);
        assertThat(run("query_bulk_load_status -a orders")).isEqualTo(Shell.FAILED);

        assertThat(err).hasToString("""
                start bulk load failed, error=ERR_BUSY [hint:"app(orders) is already executing bulk load"]
                ERROR: file_provider_type should not be empty
                query bulk load failed, error=ERR_APP_NOT_EXIST [hint:"app(orders) is not existed or not available"]
                """);
    }

    @Test
    void aLoadIsWatchedToItsEnd() {
        server.loadAnswers.add(server.load(BulkLoadStatus.BLS_DOWNLOADING, true, 10));
        server.loadAnswers.add(server.load(BulkLoadStatus.BLS_DOWNLOADING, true, 90));
        server.loadAnswers.add(server.load(BulkLoadStatus.BLS_SUCCEED, false, 100));

        assertThat(run("query_bulk_load_status -a orders --watch")).isZero();

        assertThat(out.toString().lines().map(line -> line.replaceAll("(%).*", "$1")))
                .containsExactly(
                        "orders BLS_DOWNLOADING [###---------------------------] 10%",
                        "orders BLS_DOWNLOADING [###########################---] 90%", "orders BLS_SUCCEED");
    }

    @Test
    void aLoadThatFailedIsAnAnswerAndEndsTheWatchingWithAFailure() {
        server.loadAnswers.add(server.load(BulkLoadStatus.BLS_FAILED, false, 10)
                .setErr(Wire.error(ErrorCode.ERR_CORRUPTION))
                .setHintMsg("0.sst is damaged"));

        assertThat(run("query_bulk_load_status -a orders")).isZero();
        assertThat(run("query_bulk_load_status -a orders -w")).isEqualTo(Shell.FAILED);
        assertThat(run("query_bulk_load_status -a orders -i 2")).isEqualTo(Shell.FAILED);

        assertThat(out.toString())
                .contains("bulk_load_err        : ERR_CORRUPTION\nhint                 : 0.sst is damaged\n")
                .contains("orders BLS_FAILED ERR_CORRUPTION\n  0.sst is damaged\n");
        assertThat(err.toString()).contains("invalid partition index");
    }

    @Test
    void theReasonIsToldWhereTheFailureWasSeenBeforeTheCleaningUpWasDone() {
        server.loadAnswers.add(server.load(BulkLoadStatus.BLS_FAILED, true, 0));
        server.loadAnswers.add(server.load(BulkLoadStatus.BLS_FAILED, false, 0)
                .setErr(Wire.error(ErrorCode.ERR_CORRUPTION))
                .setHintMsg("0.sst is damaged"));

        assertThat(run("query_bulk_load_status -a orders --watch")).isEqualTo(Shell.FAILED);

        assertThat(out.toString()).endsWith("orders BLS_FAILED ERR_CORRUPTION\n  0.sst is damaged\n");
    }

    @Test
    void asJsonTheWatchingPrintsHowTheLoadEnded() throws Exception {
        server.loadAnswers.add(server.load(BulkLoadStatus.BLS_DOWNLOADING, true, 10));
        server.loadAnswers.add(server.load(BulkLoadStatus.BLS_SUCCEED, false, 100));

        assertThat(run("query_bulk_load_status -a orders --watch --json")).isZero();

        assertThat(new ObjectMapper()
                        .readTree(out.toString())
                        .at("/summary/app_bulk_load_status")
                        .textValue())
                .isEqualTo("BLS_SUCCEED");
    }

    @Test
    void aCompactionIsStartedAndQueried() {
        server.compactionPercents.add(33);

        assertThat(run("start_manual_compaction -a orders; use orders;"
                        + " start_manual_compaction --target-level 3 --bottommost --max-running-count 2 --trigger-time 77;"
                        + " query_manual_compaction"))
                .isZero();

        assertThat(out).hasToString("""
                start manual compaction of app "orders" succeed
                OK
                start manual compaction of app "orders" succeed
                33% of the replicas of app "orders" are compacted
                """);
        assertThat(server.requests)
                .containsExactly(
                        new StartManualCompactRequest("orders")
                                .setTargetLevel(-1)
                                .setBottommost(false)
                                .setMaxRunningCount(0)
                                .toString(),
                        new StartManualCompactRequest("orders")
                                .setTargetLevel(3)
                                .setBottommost(true)
                                .setMaxRunningCount(2)
                                .setTriggerTime(77)
                                .toString());
    }

    @Test
    void aCompactionIsWatchedToItsEnd() {
        server.compactionPercents.addAll(List.of(0, 3, 50, 100));

        assertThat(run("start_manual_compaction -a orders --wait")).isZero();

        assertThat(out).hasToString("""
                start manual compaction of app "orders" succeed
                orders compacted [------------------------------] 0%
                orders compacted [###############---------------] 50%
                orders compacted [##############################] 100%
                """);
    }

    @Test
    void asJsonTheWatchingPrintsHowFarTheCompactionCame() throws Exception {
        server.compactionPercents.addAll(List.of(50, 100));

        assertThat(run("start_manual_compaction -a orders --wait --json")).isZero();

        JsonNode printed = new ObjectMapper().readTree(out.toString());
        assertThat(printed.get("app_name").textValue()).isEqualTo("orders");
        assertThat(printed.get("progress").intValue()).isEqualTo(100);
    }

    @Test
    void aCompactionThatIsRefusedOrWasNotStartedSaysWhatToDo() {
        assertThat(run("query_manual_compaction -a orders")).isEqualTo(Shell.FAILED);
        assertThat(run("query_manual_compaction -a orders --wait")).isEqualTo(Shell.FAILED);
        assertThat(run("query_manual_compaction")).isEqualTo(Shell.FAILED);
        assertThat(run("start_manual_compaction -a orders --target-level 0")).isEqualTo(Shell.FAILED);
        assertThat(run("use orders; set_app_envs manual_compact.disabled true; start_manual_compaction"))
                .isEqualTo(Shell.FAILED);

        assertThat(err).hasToString("""
                ERROR: no manual compaction of app 'orders' was started: start_manual_compaction -a orders starts one
                ERROR: no manual compaction of app 'orders' was started: start_manual_compaction -a orders starts one
                ERROR: no app is in use: choose one with 'use <app_name>' (ls shows the apps there are)
                ERROR: target level 0: expected -1 or from 1 up
                ERROR: ERR_OPERATION_DISABLED: start manual compaction of app 'orders' [hint: delete the env manual_compact.disabled]
                """);
    }

    @Test
    void whatFailsIsJsonTooWhereJsonIsAskedFor() throws Exception {
        assertThat(run("query_bulk_load_status --json --never")).isEqualTo(Shell.WRONG_USE);
        assertThat(new ObjectMapper().readTree(err.toString()).get("message").textValue())
                .contains("--never");

        err.getBuffer().setLength(0);
        assertThat(run("query_bulk_load_status --json")).isEqualTo(Shell.FAILED);
        assertThat(new ObjectMapper().readTree(err.toString()).get("error").textValue())
                .isEqualTo("ERR_INVALID_PARAMETERS");
    }

    @Test
    void aClusterThatIsNotThereIsNamed() {
        server.close();

        assertThat(execute("-m", server.address().toString(), "-c", "ls", "-t", "1000"))
                .isEqualTo(Shell.FAILED);

        assertThat(err.toString())
                .contains("ERROR: ERR_NETWORK_FAILURE: list apps at meta servers [" + server.address() + "]");
    }

    @Test
    void badMetaServersAreWrongUse() {
        assertThat(execute("-m", "nowhere", "-c", "ls")).isEqualTo(Shell.WRONG_USE);

        assertThat(err.toString()).contains("'nowhere' is not an address: expected host:port");
    }

    @Test
    void helpListsTheCommandsAndTheirOptions() {
        assertThat(run("help; help start_bulk_load")).isZero();

        assertThat(out.toString())
                .contains("start_bulk_load", "query_bulk_load_status", "cluster_info")
                .contains("--file_provider_type");
    }

    private int run(String commands) {
        return execute("-m", server.address().toString(), "-c", commands);
    }

    private int run(String option, String commands) {
        return execute("-m", server.address().toString(), option, "-c", commands);
    }

    private int execute(String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        return new CommandLine(new ShellCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(all.toArray(String[]::new));
    }
}
