package dev.sluice.meta.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.AdminRpcs;
import dev.sluice.meta.guardian.Standing;
import dev.sluice.meta.state.AppRecord.AppEnvsChanged;
import dev.sluice.meta.state.AppRecord.MaxReplicaCountSet;
import dev.sluice.wire.admin.DropAppOptions;
import dev.sluice.wire.admin.DropAppRequest;
import dev.sluice.wire.admin.QueryManualCompactRequest;
import dev.sluice.wire.admin.QueryManualCompactResponse;
import dev.sluice.wire.admin.StartManualCompactRequest;
import dev.sluice.wire.admin.StartManualCompactResponse;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Manual compaction as clients ask for it: the app orders has 4 partitions, of which each should have 3 replicas. */
class CompactionRequestsTest {
    private static final String TRIGGER = "manual_compact.once.trigger_time";
    private static final String LIMIT = "manual_compact.max_concurrent_running_count";

    private final AdminFixture meta = AdminFixture.leading();
    private int appId;

    @BeforeEach
    void createApp() {
        appId = meta.create("orders");
        for (HostPort node : AdminFixture.NODES) {
            meta.care.node(node, Standing.LIVE);
        }
    }

    @Test
    void aStartIsKeptAsEnvsOfTheApp() {
        StartManualCompactResponse reply = start(new StartManualCompactRequest("orders")
                .setTargetLevel(3)
                .setBottommost(true)
                .setMaxRunningCount(2)
                .setTriggerTime(77));

        assertThat(reply.getErr().name()).isEqualTo("ERR_OK");
        assertThat(reply.getHintMsg()).isEqualTo("succeed");
        assertThat(envs())
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        TRIGGER,
                        "77",
                        "manual_compact.once.target_level",
                        "3",
                        "manual_compact.once.bottommost_level_compaction",
                        "force",
                        LIMIT,
                        "2"));
    }

    @Test
    void whatIsNotAskedIsAsTheProtocolSays() {
        start(new StartManualCompactRequest("orders"));

        assertThat(envs())
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        TRIGGER,
                        Long.toString(nowSecond()),
                        "manual_compact.once.target_level",
                        "-1",
                        "manual_compact.once.bottommost_level_compaction",
                        "skip"));
    }

    @Test
    void aLevelHoldsForTheStartThatItWasAskedWithAndALimitForAllUntilThereIsAnother() {
        start(new StartManualCompactRequest("orders").setMaxRunningCount(2).setTargetLevel(3));
        start(new StartManualCompactRequest("orders").setMaxRunningCount(0));

        assertThat(envs()).containsEntry(LIMIT, "2").containsEntry("manual_compact.once.target_level", "-1");
    }

    @Test
    void aStartIsOneRecordAndTheSameOneAgainIsNone() {
        StartManualCompactRequest request = new StartManualCompactRequest("orders").setTriggerTime(77);
        long before = meta.leader.appliedIndex();
        start(request);
        assertThat(meta.leader.appliedIndex()).isEqualTo(before + 1);

        assertThat(start(request).getHintMsg()).isEqualTo("succeed");
        assertThat(meta.leader.appliedIndex()).isEqualTo(before + 1);
    }

    @Test
    void everyStartHasATriggerOfItsOwn() {
        start(new StartManualCompactRequest("orders"));
        start(new StartManualCompactRequest("orders"));
        assertThat(envs()).as("in the same second").containsEntry(TRIGGER, Long.toString(nowSecond() + 1));

        meta.time.advance(60_000);
        start(new StartManualCompactRequest("orders"));
        assertThat(envs()).as("later").containsEntry(TRIGGER, Long.toString(nowSecond()));

        long future = nowSecond() + 1_000;
        start(new StartManualCompactRequest("orders").setTriggerTime(future));
        start(new StartManualCompactRequest("orders"));
        assertThat(envs()).as("after one that is ahead of the clock").containsEntry(TRIGGER, Long.toString(future + 1));

        start(new StartManualCompactRequest("orders").setTriggerTime(Long.MAX_VALUE));
        start(new StartManualCompactRequest("orders"));
        assertThat(envs()).as("after the last there is").containsEntry(TRIGGER, Long.toString(nowSecond()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "-2 |  0 | 1 | app_env 'manual_compact.once.target_level' has the invalid value '-2', expected -1 or an integer from 1 up",
                " 0 |  0 | 1 | app_env 'manual_compact.once.target_level' has the invalid value '0', expected -1 or an integer from 1 up",
                " 1 | -1 | 1 | app_env 'manual_compact.max_concurrent_running_count' has the invalid value '-1', expected an integer from 0 to 2147483647",
                " 1 |  0 | 0 | app_env 'manual_compact.once.trigger_time' has the invalid value '0', expected an integer from 1 to 9223372036854775807",
            })
    void whatNoReplicaCouldDoIsRefused(int level, int running, long trigger, String hint) {
        StartManualCompactResponse reply = start(new StartManualCompactRequest("orders")
                .setTargetLevel(level)
                .setMaxRunningCount(running)
                .setTriggerTime(trigger));

        assertThat(reply.getErr().name()).isEqualTo("ERR_INVALID_PARAMETERS");
        assertThat(reply.getHintMsg()).isEqualTo(hint);
        assertThat(envs()).isEmpty();
    }

    @Test
    void anAppMayForbidIt() {
        set("manual_compact.disabled", "TRUE");
        StartManualCompactResponse reply = start(new StartManualCompactRequest("orders"));
        assertThat(reply.getErr().name()).isEqualTo("ERR_OPERATION_DISABLED");
        assertThat(reply.getHintMsg()).contains("manual_compact.disabled", "delete it");
        assertThat(envs()).hasSize(1);

        set("manual_compact.disabled", "false");
        assertThat(start(new StartManualCompactRequest("orders")).getErr().name())
                .isEqualTo("ERR_OK");
    }

    @Test
    void anAppThatIsNotThereOrDroppedIsNotCompacted() {
        assertRefused("nobody", "ERR_APP_NOT_EXIST", "app nobody is not existed");
        meta.call(AdminRpcs.DROP_APP, new DropAppRequest("orders", new DropAppOptions(false)));
        assertRefused("orders", "ERR_APP_DROPPED", "app orders is not available");
    }

    @ParameterizedTest
    @CsvSource({"''", "0", "-1", "soon"})
    void withoutATriggerNothingWasStarted(String trigger) {
        if (!trigger.isEmpty()) {
            set(TRIGGER, trigger);
        }
        QueryManualCompactResponse reply = query("orders");
        assertThat(reply.getErr().name()).isEqualTo("ERR_INVALID_STATE");
        assertThat(reply.getHintMsg()).isEqualTo("app orders is not manual compaction");
        assertThat(reply.isSetProgress()).isFalse();
    }

    @Test
    void progressIsTheShareOfTheReplicasThatHaveCompactedForThisStart() {
        start(new StartManualCompactRequest("orders").setTriggerTime(77));
        assertThat(progress()).as("no partition has a member").isZero();

        meta.configure(appId, 0);
        meta.configure(appId, 1);
        assertThat(progress()).as("no member has reported").isZero();

        meta.care.compacted(AdminFixture.NODES.get(0), new Gpid(appId, 0), 77);
        assertThat(progress()).as("1 of 12").isEqualTo(8);
        meta.care.compacted(AdminFixture.NODES.get(1), new Gpid(appId, 0), 76);
        assertThat(progress()).as("another one is done with an earlier start").isEqualTo(8);
        AdminFixture.NODES.forEach(node -> meta.care.compacted(node, new Gpid(appId, 0), 77));
        AdminFixture.NODES.forEach(node -> meta.care.compacted(node, new Gpid(appId, 1), 77));
        assertThat(progress()).as("6 of 12").isEqualTo(50);

        AdminFixture.NODES.forEach(node -> meta.care.compacted(node, new Gpid(appId, 2), 77));
        assertThat(progress()).as("replicas that are no members do not count").isEqualTo(50);
        meta.configure(appId, 2);
        meta.configure(appId, 3);
        AdminFixture.NODES.forEach(node -> meta.care.compacted(node, new Gpid(appId, 3), 77));
        assertThat(query("orders").getHintMsg()).isEqualTo("succeed");
        assertThat(progress()).isEqualTo(100);

        meta.record(new MaxReplicaCountSet(appId, 2));
        assertThat(progress()).as("more replicas than wanted").isEqualTo(100);
        start(new StartManualCompactRequest("orders"));
        assertThat(progress()).as("started anew").isZero();
    }

    @Test
    void aFollowerAnswersNeither() {
        meta.journal.loseLeadership(0);
        meta.time.runDue();
        assertThat(start(new StartManualCompactRequest("orders")).getErr().name())
                .isEqualTo("ERR_FORWARD_TO_OTHERS");
        assertThat(query("orders").getErr().name()).isEqualTo("ERR_FORWARD_TO_OTHERS");
    }

    private void assertRefused(String app, String error, String hint) {
        StartManualCompactResponse started = start(new StartManualCompactRequest(app));
        assertThat(started.getErr().name()).isEqualTo(error);
        assertThat(started.getHintMsg()).isEqualTo(hint);
        QueryManualCompactResponse queried = query(app);
        assertThat(queried.getErr().name()).isEqualTo(error);
        assertThat(queried.getHintMsg()).isEqualTo(hint);
    }

    private StartManualCompactResponse start(StartManualCompactRequest request) {
        return meta.call(AdminRpcs.START_MANUAL_COMPACT, request);
    }

    private QueryManualCompactResponse query(String app) {
        return meta.call(AdminRpcs.QUERY_MANUAL_COMPACT_STATUS, new QueryManualCompactRequest(app));
    }

    private int progress() {
        QueryManualCompactResponse reply = query("orders");
        assertThat(reply.getErr().name()).isEqualTo("ERR_OK");
        return reply.getProgress();
    }

    /** Also what the protocol would refuse to set, as an app may be created with it. */
    private void set(String name, String value) {
        meta.record(new AppEnvsChanged(appId, new TreeMap<>(Map.of(name, value)), List.of()));
    }

    private Map<String, String> envs() {
        return meta.leader.state().requireApp(appId).envs();
    }

    private long nowSecond() {
        return meta.time.wallMs() / 1000;
    }
}
