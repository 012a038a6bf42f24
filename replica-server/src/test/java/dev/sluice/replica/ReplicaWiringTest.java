package dev.sluice.replica;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.config.Config;
import dev.sluice.replica.compaction.ManualCompaction;
import dev.sluice.replica.replica.ReplicaSettings;
import dev.sluice.replica.replication.Limits;
import java.time.ZoneId;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReplicaWiringTest {
    @Test
    void replicasGetWhatTheOptionsSay() {
        Config config = Config.of(
                ReplicaOptions.schema(),
                Map.ofEntries(
                        Map.entry("replication.staleness_for_commit", "21"),
                        Map.entry("replication.prepare_timeout_ms_for_secondaries", "2001"),
                        Map.entry("replication.checkpoint_interval_seconds", "101"),
                        Map.entry("replication.log_private_reserve_max_size_mb", "257"),
                        Map.entry("replication.plog_force_flush", "true"),
                        Map.entry("replication.reject_write_when_disk_insufficient", "false"),
                        Map.entry("replication.expired_rows_interval_seconds", "3601"),
                        Map.entry("replication.expired_rows_walked_per_second_max", "10001"),
                        Map.entry("replication.expired_rows_keep_seconds", "601"),
                        Map.entry("replication.bulk_load_generations_kept", "2"),
                        Map.entry("replication.bulk_load_generation_kept_seconds", "86401"),
                        Map.entry("pegasus.server.manual_compact_min_interval_seconds", "60")));

        assertThat(ReplicaWiring.settings(config))
                .isEqualTo(new ReplicaSettings(
                        Limits.DEFAULT.withRounds(21, 2_001),
                        101_000,
                        ReplicaSettings.DEFAULT.flushBytes(),
                        257L << 20,
                        true,
                        false,
                        new ReplicaSettings.Expiry(3_601_000, 10_001, 601),
                        new ReplicaSettings.Retention(2, 86_401_000),
                        new ManualCompaction.Settings(60, ZoneId.systemDefault())));
    }

    @Test
    void withoutOptionsTheyGetWhatTestsOfReplicasUse() {
        assertThat(ReplicaWiring.settings(Config.of(ReplicaOptions.schema()))).isEqualTo(ReplicaSettings.DEFAULT);
    }
}
