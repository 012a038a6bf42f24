package dev.sluice.integration.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.HostPort;
import dev.sluice.wire.bulkload.BulkLoadStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What servers count of a load, as a scraper reads it. */
@Timeout(180)
class LoadMetersTest {
    private static final int PARTITIONS = 2;

    @TempDir
    private Path directory;

    @Test
    void everyReplicaCountsWhatItFetchedAndPublished() throws Exception {
        try (LoadCluster cluster = new LoadCluster(directory)) {
            cluster.create("orders", PARTITIONS);
            cluster.buildSet("orders", PARTITIONS, 1000, "v");
            cluster.start("orders");
            cluster.awaitEnd("orders", BulkLoadStatus.BLS_SUCCEED);
            for (HostPort server : cluster.servers()) {
                assertThat(cluster.meter(server, "bulk_load_successful_count_total"))
                        .isEqualTo(PARTITIONS);
                assertThat(cluster.meter(server, "bulk_load_download_file_successful_count_total"))
                        .isEqualTo(PARTITIONS);
                assertThat(cluster.meter(server, "bulk_load_download_file_bytes_total"))
                        .isGreaterThan(10_000);
                assertThat(cluster.meter(server, "bulk_load_failed_count_total"))
                        .isZero();
                assertThat(cluster.meter(server, "bulk_load_download_file_failed_count_total"))
                        .isZero();
                assertThat(cluster.meter(server, "bulk_load_downloading_count")).isZero();
                assertThat(cluster.meter(server, "bulk_load_running_count")).isZero();
                assertThat(cluster.meter(server, "bulk_load_ingesting_count")).isZero();
                // Always 0: asked for so that whoever has it on a dashboard finds it.
                cluster.meter(server, "bulk_load_ingestion_rejected_write_requests_total");
            }
            HostPort meta = cluster.onebox().layout().metaServers().get(0);
            assertThat(cluster.meter(meta, "healthy_partitions")).isEqualTo(PARTITIONS);

            // A file of the right length and with other bytes: only who fetches it can notice.
            cluster.buildSet("broken", PARTITIONS, 1000, "v");
            cluster.create("broken", PARTITIONS);
            spoilOneFile(cluster.fileSet("broken"));
            cluster.start("broken");
            cluster.awaitEnd("broken", BulkLoadStatus.BLS_FAILED);
            double failed = 0;
            double fetches = 0;
            for (HostPort server : cluster.servers()) {
                failed += cluster.meter(server, "bulk_load_failed_count_total");
                fetches += cluster.meter(server, "bulk_load_download_file_failed_count_total");
            }
            assertThat(failed).isPositive();
            assertThat(fetches).isPositive();
        }
    }

    private static void spoilOneFile(Path set) throws Exception {
        try (Stream<Path> files = Files.walk(set)) {
            Path file = files.filter(each -> each.toString().endsWith(".sst"))
                    .findFirst()
                    .orElseThrow();
            Files.write(file, new byte[(int) Files.size(file)]);
        }
    }
}
