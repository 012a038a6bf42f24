package dev.sluice.meta.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.rpc.AdminRpcs;
import dev.sluice.wire.admin.AppEnvOperation;
import dev.sluice.wire.admin.UpdateAppEnvRequest;
import dev.sluice.wire.admin.UpdateAppEnvResponse;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnvCommandsTest {
    private final AdminFixture meta = AdminFixture.leading();

    @BeforeEach
    void create() {
        meta.create("orders");
    }

    @Test
    void theSampleOfEveryEnvIsAccepted() {
        Map<String, Object> described = AppEnvs.describe();
        assertThat(described)
                .containsKeys("default_ttl", "rocksdb.usage_scenario")
                .doesNotContainKey("value_version");
        described.forEach((name, fields) -> {
            assertThat(fields)
                    .asInstanceOf(InstanceOfAssertFactories.map(String.class, String.class))
                    .containsOnlyKeys("type", "limitation", "sample");
            String sample = String.valueOf(((Map<?, ?>) fields).get("sample"));
            assertThat(AppEnvs.findProblem(Map.of(name, sample))).as(name).isEmpty();
        });
    }

    @Test
    void envsAreSetAndKeptTogether() {
        assertThat(set("orders", List.of("default_ttl"), List.of("60")).getErr().name())
                .isEqualTo("ERR_OK");
        UpdateAppEnvResponse reply = set("orders", List.of("business.info"), List.of("shop"));
        assertThat(reply.getErr().name()).isEqualTo("ERR_OK");
        assertThat(reply.getHintMessage()).isEmpty();
        assertThat(envs()).containsExactlyInAnyOrderEntriesOf(Map.of("default_ttl", "60", "business.info", "shop"));
    }

    @Test
    void aRequestIsCheckedBeforeTheAppIsLookedUp() {
        assertInvalid(set("nobody", List.of(), List.of()));
        assertInvalid(set("nobody", List.of("default_ttl"), List.of("1", "2")));
        UpdateAppEnvResponse unknown = set("nobody", List.of("colour"), List.of("red"));
        assertInvalid(unknown);
        assertThat(unknown.getHintMessage()).isEqualTo("app_env 'colour' is not supported");
        assertInvalid(call(request("nobody", AppEnvOperation.APP_ENV_OP_DEL)));
        assertInvalid(call(request("nobody", AppEnvOperation.APP_ENV_OP_CLEAR)));
        assertInvalid(call(request("nobody", AppEnvOperation.APP_ENV_OP_INVALID)));
        UpdateAppEnvResponse missing = set("nobody", List.of("default_ttl"), List.of("1"));
        assertThat(missing.getErr().name()).isEqualTo("ERR_APP_NOT_EXIST");
        assertThat(missing.getHintMessage()).isEqualTo("app cannot be found");
    }

    @Test
    void deletedKeysAreNamed() {
        set("orders", List.of("default_ttl", "business.info"), List.of("60", "shop"));
        UpdateAppEnvRequest delete = request("orders", AppEnvOperation.APP_ENV_OP_DEL)
                .setKeys(List.of("default_ttl", "business.info", "rocksdb.num_levels"));
        assertThat(call(delete).getHintMessage()).isEqualTo("deleted keys:\n    business.info\n    default_ttl");
        assertThat(envs()).isEmpty();
        UpdateAppEnvResponse again = call(delete);
        assertThat(again.getErr().name()).isEqualTo("ERR_OK");
        assertThat(again.getHintMessage()).isEqualTo("no key needs to be deleted");
    }

    @Test
    void aPrefixClearsWhatHasSomethingBehindItsDotAndAnEmptyOneEverything() {
        set(
                "orders",
                List.of("rocksdb.num_levels", "rocksdb.usage_scenario", "default_ttl"),
                List.of("5", "normal", "60"));
        UpdateAppEnvRequest clear = request("orders", AppEnvOperation.APP_ENV_OP_CLEAR);
        assertThat(call(clear.setClearPrefix("rocks")).getHintMessage()).isEqualTo("no key needs to be deleted");
        assertThat(call(clear.setClearPrefix("rocksdb")).getHintMessage())
                .isEqualTo("deleted keys:\n    rocksdb.num_levels\n    rocksdb.usage_scenario");
        assertThat(call(clear.setClearPrefix("")).getHintMessage()).isEqualTo("deleted keys:\n    default_ttl");
        assertThat(envs()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "default_ttl;0;true",
                "default_ttl;-1;false",
                "default_ttl;2147483648;false",
                "default_ttl;x;false",
                "replica.deny_client_request;reconfig*write;true",
                "replica.deny_client_request;reconfig*some;false",
                "replica.write_throttling;20000*delay*100;true",
                "replica.write_throttling;2K*delay*100,3M*reject*200;true",
                "replica.write_throttling;2K*delay*100,3K*delay*200;false",
                "replica.write_throttling;2G*delay*100;false",
                "replica.slow_query_threshold;19;false",
                "replica.slow_query_threshold;20;true",
                "replica.rocksdb_block_cache_enabled;TRUE;true",
                "replica.rocksdb_block_cache_enabled;yes;false",
                "rocksdb.usage_scenario;bulk_load;true",
                "rocksdb.usage_scenario;fast;false",
                "rocksdb.write_buffer_size;16777216;true",
                "rocksdb.write_buffer_size;16777215;false",
                "rocksdb.num_levels;10;true",
                "rocksdb.num_levels;0;false",
                "rocksdb.checkpoint.reserve_min_count;0;false",
                "manual_compact.once.target_level;-1;true",
                "manual_compact.once.target_level;0;false",
                "manual_compact.periodic.trigger_time;3:00,21:30;true",
                "manual_compact.periodic.trigger_time;3:60;false",
                "restore.policy_name;x;false"
            })
    void anEnvTakesWhatItsRuleSays(String name, String value, boolean accepted) {
        assertThat(AppEnvs.findProblem(Map.of(name, value)).isEmpty()).isEqualTo(accepted);
    }

    @ParameterizedTest
    @CsvSource({"0,true", "1,true", "2,true", "3,false", "x,false"})
    void theValueVersionIsGivenAtCreationAndKeptForGood(String version, boolean accepted) {
        assertThat(AppEnvs.findProblemOfNewApp(Map.of("value_version", version, "default_ttl", "1"))
                        .isEmpty())
                .isEqualTo(accepted);
        assertThat(AppEnvs.findProblem(Map.of("value_version", version))).isPresent();
        assertThat(AppEnvs.isFixed("value_version")).isTrue();
    }

    private static void assertInvalid(UpdateAppEnvResponse reply) {
        assertThat(reply.getErr().name()).isEqualTo("ERR_INVALID_PARAMETERS");
        assertThat(reply.getHintMessage()).isNotEmpty();
    }

    private UpdateAppEnvResponse set(String app, List<String> keys, List<String> values) {
        return call(request(app, AppEnvOperation.APP_ENV_OP_SET).setKeys(keys).setValues(values));
    }

    private static UpdateAppEnvRequest request(String app, AppEnvOperation operation) {
        return new UpdateAppEnvRequest(app, operation);
    }

    private UpdateAppEnvResponse call(UpdateAppEnvRequest request) {
        return meta.call(AdminRpcs.UPDATE_APP_ENV, request);
    }

    private Map<String, String> envs() {
        return meta.leader.state().requireApp(1).envs();
    }
}
