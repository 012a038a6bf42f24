package dev.sluice.meta.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.rpc.AdminRpcs;
import dev.sluice.meta.state.ClusterRecord.FunctionLevelSet;
import dev.sluice.meta.state.FunctionLevel;
import dev.sluice.wire.admin.AppInfo;
import dev.sluice.wire.admin.AppStatus;
import dev.sluice.wire.admin.ClusterInfoRequest;
import dev.sluice.wire.admin.ClusterInfoResponse;
import dev.sluice.wire.admin.CreateAppRequest;
import dev.sluice.wire.admin.CreateAppResponse;
import dev.sluice.wire.admin.DropAppOptions;
import dev.sluice.wire.admin.DropAppRequest;
import dev.sluice.wire.admin.GetAtomicIdempotentRequest;
import dev.sluice.wire.admin.ListAppsRequest;
import dev.sluice.wire.admin.ListAppsResponse;
import dev.sluice.wire.admin.PatternMatchType;
import dev.sluice.wire.admin.RecallAppRequest;
import dev.sluice.wire.admin.RecallAppResponse;
import dev.sluice.wire.admin.RenameAppRequest;
import dev.sluice.wire.admin.SetAtomicIdempotentRequest;
import dev.sluice.wire.admin.SetAtomicIdempotentResponse;
import dev.sluice.wire.admin.SetMaxReplicaCountRequest;
import dev.sluice.wire.admin.SetMaxReplicaCountResponse;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class AppAdminTest {
    private final AdminFixture meta = AdminFixture.leading();

    static Stream<Arguments> badCreations() {
        return Stream.of(
                bad("no name", request -> request.setAppName("")),
                bad("a name that leaves its directory", request -> request.setAppName("../x")),
                bad("no partitions", request -> request.getOptions().setPartitionCount(0)),
                bad("too many partitions", request -> request.getOptions().setPartitionCount(10_000)),
                bad("no replicas", request -> request.getOptions().setReplicaCount(0)),
                bad("too many replicas", request -> request.getOptions().setReplicaCount(6)),
                bad(
                        "more replicas than live nodes",
                        request -> request.getOptions().setReplicaCount(4)),
                bad("a bad env", request -> request.getOptions().setEnvs(Map.of("rocksdb.num_levels", "11"))),
                bad(
                        "an env that is too long",
                        request -> request.getOptions().setEnvs(Map.of("business.info", "x".repeat(70_000)))));
    }

    private static Arguments bad(String name, Consumer<CreateAppRequest> spoil) {
        CreateAppRequest request = AdminFixture.createRequest("orders");
        spoil.accept(request);
        return Arguments.of(name, request);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badCreations")
    void anAppIsNotCreatedWith(String name, CreateAppRequest request) {
        CreateAppResponse reply = meta.call(AdminRpcs.CREATE_APP, request);
        assertThat(reply.getErr().name()).isEqualTo("ERR_INVALID_PARAMETERS");
        assertThat(meta.leader.state().apps()).isEmpty();
    }

    @Test
    void anAppGetsTheNextIdAndItsEnvs() {
        CreateAppRequest request = AdminFixture.createRequest("orders");
        request.getOptions().setEnvs(Map.of("default_ttl", "60", "an env that nobody knows", "is taken as it is"));
        CreateAppResponse reply = meta.call(AdminRpcs.CREATE_APP, request);
        assertThat(reply.getErr().name()).isEqualTo("ERR_OK");
        assertThat(reply.getAppid()).isEqualTo(1);
        assertThat(meta.create("users")).isEqualTo(2);
        assertThat(meta.leader.state().requireApp(1).envs()).containsEntry("default_ttl", "60");
        assertThat(meta.leader.state().partitionsOf(1)).hasSize(4);
    }

    @Test
    void creatingTwiceIsHarmlessOnlyIfAskedForAndTheSame() {
        int id = meta.create("orders");
        CreateAppRequest again = AdminFixture.createRequest("orders");
        assertThat(meta.call(AdminRpcs.CREATE_APP, again).getErr().name()).isEqualTo("ERR_APP_EXIST");
        again.getOptions().setSuccessIfExist(true);
        CreateAppResponse same = meta.call(AdminRpcs.CREATE_APP, again);
        assertThat(same.getErr().name()).isEqualTo("ERR_OK");
        assertThat(same.getAppid()).isEqualTo(id);
        again.getOptions().setPartitionCount(8);
        assertThat(meta.call(AdminRpcs.CREATE_APP, again).getErr().name()).isEqualTo("ERR_INVALID_PARAMETERS");
    }

    @Test
    void aFreezedClusterRefusesToCreateBeforeItLooksAtTheRequest() {
        meta.record(new FunctionLevelSet(FunctionLevel.FREEZED));
        CreateAppRequest request = AdminFixture.createRequest("");
        assertThat(meta.call(AdminRpcs.CREATE_APP, request).getErr().name()).isEqualTo("ERR_STATE_FREEZED");
    }

    @Test
    void theReplyOfACreationWaitsForTheJournal() {
        meta.journal.holdCommits();
        var reply = meta.send(AdminRpcs.CREATE_APP, AdminFixture.createRequest("orders"));
        meta.time.runDue();
        assertThat(reply).isNotDone();
        meta.journal.releaseCommits();
        meta.time.runDue();
        assertThat(reply).isDone();
    }

    @Test
    void aDroppedAppIsListedUntilItExpiresAndItsNameIsFree() {
        int id = meta.create("orders");
        assertThat(drop("orders", false, 100)).isEqualTo("ERR_OK");
        AppInfo info = list(new ListAppsRequest(AppStatus.AS_DROPPED)).get(0);
        assertThat(info.getAppId()).isEqualTo(id);
        assertThat(info.getExpireSecond() - info.getDropSecond()).isEqualTo(100);
        assertThat(drop("orders", false, 0)).isEqualTo("ERR_APP_NOT_EXIST");
        assertThat(drop("orders", true, 0)).isEqualTo("ERR_OK");
        assertThat(meta.create("orders")).isEqualTo(id + 1);
    }

    @Test
    void aDropThatDoesNotSayHowLongHoldsTheAppAWeekAndOneForEverDoesNotOverflow() {
        meta.create("orders");
        meta.create("users");
        drop("orders", false, 0);
        drop("users", false, Long.MAX_VALUE);
        List<AppInfo> infos = list(new ListAppsRequest(AppStatus.AS_DROPPED));
        assertThat(infos.get(0).getExpireSecond() - infos.get(0).getDropSecond())
                .isEqualTo(604_800);
        assertThat(infos.get(1).getExpireSecond()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aDroppedAppComesBackUnderItsNameOrAnother() {
        int orders = meta.create("orders");
        int users = meta.create("users");
        drop("orders", false, 100);
        drop("users", false, 100);
        RecallAppResponse recalled = meta.call(AdminRpcs.RECALL_APP, new RecallAppRequest(orders, ""));
        assertThat(recalled.getErr().name()).isEqualTo("ERR_OK");
        assertThat(recalled.getInfo().getStatus()).isEqualTo(AppStatus.AS_AVAILABLE);
        assertThat(recalled.getInfo().getAppName()).isEqualTo("orders");
        assertThat(recall(users, "orders")).isEqualTo("ERR_INVALID_PARAMETERS");
        assertThat(recall(users, "people")).isEqualTo("ERR_OK");
        assertThat(recall(users, "")).isEqualTo("ERR_APP_EXIST");
        assertThat(recall(77, "")).isEqualTo("ERR_APP_NOT_EXIST");
    }

    @Test
    void anExpiredAppDoesNotComeBack() {
        int id = meta.create("orders");
        drop("orders", false, 100);
        meta.time.advance(100_000);
        assertThat(recall(id, "")).isEqualTo("ERR_APP_NOT_EXIST");
    }

    @ParameterizedTest
    @CsvSource({
        "orders, people, ERR_OK",
        "orders, users, ERR_INVALID_PARAMETERS",
        "orders, a/b, ERR_INVALID_PARAMETERS",
        "nobody, people, ERR_APP_NOT_EXIST"
    })
    void anAppIsRenamedIfTheNewNameIsFree(String from, String to, String error) {
        meta.create("orders");
        meta.create("users");
        assertThat(meta.call(AdminRpcs.RENAME_APP, new RenameAppRequest(from, to))
                        .getErr()
                        .name())
                .isEqualTo(error);
        assertThat(meta.leader.state().findApp("people").isPresent()).isEqualTo(error.equals("ERR_OK"));
    }

    @ParameterizedTest
    @CsvSource({
        "PMT_MATCH_ALL, x, 3",
        "PMT_MATCH_EXACT, user, 1",
        "PMT_MATCH_ANYWHERE, ser, 2",
        "PMT_MATCH_PREFIX, user, 2",
        "PMT_MATCH_POSTFIX, s, 2"
    })
    void appsAreListedByName(PatternMatchType type, String pattern, int expected) {
        List.of("orders", "user", "users").forEach(meta::create);
        ListAppsRequest request = new ListAppsRequest(AppStatus.AS_INVALID)
                .setAppNamePattern(pattern)
                .setMatchType(type);
        assertThat(list(request)).hasSize(expected);
    }

    @ParameterizedTest
    @CsvSource({"PMT_INVALID", "PMT_MATCH_REGEX"})
    void aMatchTypeThatIsNotThereIsSaidSo(PatternMatchType type) {
        ListAppsResponse reply = meta.call(
                AdminRpcs.LIST_APPS,
                new ListAppsRequest(AppStatus.AS_INVALID).setAppNamePattern("x").setMatchType(type));
        assertThat(reply.getErr().name()).isEqualTo("ERR_NOT_IMPLEMENTED");
        assertThat(reply.getHintMessage()).isNotEmpty();
        assertThat(reply.getInfos()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "orders, 2, ERR_OK, 3, ''",
        "orders, 3, ERR_OK, 3, no need to update: it is 3 already",
        "orders, 6, ERR_INVALID_PARAMETERS, 3, 'replica count 6, expected 1 to 5'",
        "nobody, 2, ERR_APP_NOT_EXIST, 0, app(nobody) does not exist"
    })
    void theReplicaCountIsSet(String app, int count, String error, int old, String hint) {
        meta.create("orders");
        SetMaxReplicaCountResponse reply =
                meta.call(AdminRpcs.SET_MAX_REPLICA_COUNT, new SetMaxReplicaCountRequest(app, count));
        assertThat(reply.getErr().name()).isEqualTo(error);
        assertThat(reply.getOldMaxReplicaCount()).isEqualTo(old);
        assertThat(reply.getHintMessage()).isEqualTo(hint);
    }

    @ParameterizedTest
    @CsvSource({
        "orders, true, ERR_OK, false, true",
        "orders, false, ERR_OK, false, false",
        "nobody, true, ERR_APP_NOT_EXIST, false, false"
    })
    void theAtomicIdempotentFlagIsSet(String app, boolean wanted, String error, boolean old, boolean after) {
        meta.create("orders");
        SetAtomicIdempotentResponse reply =
                meta.call(AdminRpcs.SET_ATOMIC_IDEMPOTENT, new SetAtomicIdempotentRequest(app, wanted));
        assertThat(reply.getErr().name()).isEqualTo(error);
        assertThat(reply.isOldAtomicIdempotent()).isEqualTo(old);
        assertThat(meta.call(AdminRpcs.GET_ATOMIC_IDEMPOTENT, new GetAtomicIdempotentRequest("orders"))
                        .isAtomicIdempotent())
                .isEqualTo(after);
        assertThat(list(new ListAppsRequest(AppStatus.AS_INVALID)).get(0).isAtomicIdempotent())
                .isEqualTo(after);
    }

    @Test
    void aFreezedClusterLeavesFlagsAndCountsAsTheyAre() {
        meta.create("orders");
        meta.record(new FunctionLevelSet(FunctionLevel.FREEZED));
        assertThat(meta.call(AdminRpcs.SET_ATOMIC_IDEMPOTENT, new SetAtomicIdempotentRequest("orders", true))
                        .getErr()
                        .name())
                .isEqualTo("ERR_STATE_FREEZED");
        assertThat(meta.call(AdminRpcs.SET_MAX_REPLICA_COUNT, new SetMaxReplicaCountRequest("orders", 2))
                        .getErr()
                        .name())
                .isEqualTo("ERR_STATE_FREEZED");
        assertThat(meta.leader.state().requireApp(1).maxReplicaCount()).isEqualTo(3);
    }

    @Test
    void whileTooFewNodesAreAliveAdministrationIsRefusedAsInAFreezedCluster() {
        meta.create("orders");
        meta.care.freezes = true;
        assertThat(meta.call(AdminRpcs.CREATE_APP, AdminFixture.createRequest("more"))
                        .getErr()
                        .name())
                .isEqualTo("ERR_STATE_FREEZED");
        assertThat(meta.call(AdminRpcs.SET_MAX_REPLICA_COUNT, new SetMaxReplicaCountRequest("orders", 2))
                        .getErr()
                        .name())
                .isEqualTo("ERR_STATE_FREEZED");
        assertThat(meta.call(AdminRpcs.SET_ATOMIC_IDEMPOTENT, new SetAtomicIdempotentRequest("orders", true))
                        .getErr()
                        .name())
                .isEqualTo("ERR_STATE_FREEZED");
        ClusterInfoResponse cluster = meta.call(AdminRpcs.CLUSTER_INFO, new ClusterInfoRequest());
        assertThat(cluster.getValues().get(cluster.getKeys().indexOf("meta_function_level")))
                .isEqualTo("freezed");
    }

    private List<AppInfo> list(ListAppsRequest request) {
        return meta.call(AdminRpcs.LIST_APPS, request).getInfos();
    }

    private String drop(String name, boolean successIfNotExist, long reserveSeconds) {
        DropAppOptions options = new DropAppOptions(successIfNotExist).setReserveSeconds(reserveSeconds);
        return meta.call(AdminRpcs.DROP_APP, new DropAppRequest(name, options))
                .getErr()
                .name();
    }

    private String recall(int id, String name) {
        return meta.call(AdminRpcs.RECALL_APP, new RecallAppRequest(id, name))
                .getErr()
                .name();
    }
}
