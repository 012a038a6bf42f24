package dev.sluice.bulkload.fileset;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.common.ErrorCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** B.13: what the description of a set may say. */
class BulkLoadInfoTest {
    private static final String PATH = "r/c/a/bulk_load_info";

    @Test
    void theExampleOfTheProtocolIsRead() throws Exception {
        BulkLoadInfo info = parse("{\"app_id\":2,\"app_name\":\"temp\",\"partition_count\":8}");
        assertThat(info).isEqualTo(new BulkLoadInfo(2, "temp", 8));
    }

    @Test
    void whatIsWrittenIsReadBackEqual() throws Exception {
        BulkLoadInfo info = new BulkLoadInfo(0, "ärger \"x\"", 4);
        assertThat(BulkLoadInfo.parse(PATH, info.toJson())).isEqualTo(info);
    }

    @Test
    void membersThatPegasusKnowsStandBeforeOurs() {
        assertThat(new String(new BulkLoadInfo(2, "temp", 8).toJson(), UTF_8))
                .startsWith("{\"app_id\":2,\"app_name\":\"temp\",\"partition_count\":8");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"app_name\":\"temp\",\"partition_count\":8}",
                "{\"app_id\":2,\"partition_count\":8}",
                "{\"app_id\":2,\"app_name\":\"temp\"}",
                "{\"app_id\":\"2\",\"app_name\":\"temp\",\"partition_count\":8}",
                "{\"app_id\":2,\"app_name\":\"temp\",\"partition_count\":0}",
                "{\"app_id\":-2,\"app_name\":\"temp\",\"partition_count\":8}",
                "{\"app_id\":2,\"app_name\":\"temp\",\"partition_count\":99999999999}",
                "not json"
            })
    void aMalformedDescriptionIsDamaged(String json) {
        assertThatThrownBy(() -> parse(json)).isInstanceOfSatisfying(SourceException.class, e -> {
            assertThat(e.file()).isEqualTo(PATH);
            assertThat(e.code()).isEqualTo(ErrorCode.ERR_CORRUPTION);
        });
    }

    @Test
    void aSetForAnotherAppOrPartitionCountOrValueVersionIsInconsistent() {
        assertInconsistent(new BulkLoadInfo(3, "t", 8), "app_id is 3, the app's is 2");
        assertInconsistent(new BulkLoadInfo(2, "t", 4), "partition_count is 4, the app has 8");
        assertInconsistent(new BulkLoadInfo(2, "t", 8, 0), "value_version is 0, expected 1");
    }

    @Test
    void anUnboundSetFitsAnyAppWithItsPartitionCount() throws Exception {
        new BulkLoadInfo(BulkLoadInfo.UNBOUND, "t", 8).requireFits(PATH, 17, 8);
        assertInconsistent(new BulkLoadInfo(BulkLoadInfo.UNBOUND, "t", 4), "partition_count");
    }

    private static void assertInconsistent(BulkLoadInfo info, String reason) {
        assertThatThrownBy(() -> info.requireFits(PATH, 2, 8)).isInstanceOfSatisfying(SourceException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.ERR_INCONSISTENT_STATE);
            assertThat(e.reason()).contains(reason);
        });
    }

    private static BulkLoadInfo parse(String json) throws SourceException {
        return BulkLoadInfo.parse(PATH, json.getBytes(UTF_8));
    }
}
