package dev.sluice.shell;

import static dev.sluice.shell.LoadViewTest.downloaded;
import static dev.sluice.shell.LoadViewTest.partition;
import static dev.sluice.shell.LoadViewTest.status;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.client.LoadStatus;
import dev.sluice.common.view.TextTable;
import dev.sluice.wire.bulkload.BulkLoadStatus;
import dev.sluice.wire.bulkload.PartitionBulkLoadState;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class LoadTablesTest {
    private final LoadStatus downloading = status(
            BulkLoadStatus.BLS_DOWNLOADING,
            true,
            partition(BulkLoadStatus.BLS_DOWNLOADED, downloaded(100), downloaded(100)),
            partition(BulkLoadStatus.BLS_DOWNLOADING, downloaded(50), downloaded(0)));

    @Test
    void theSummaryStandsAlone() {
        assertThat(text(downloading, -1, false)).isEqualTo("""
                        [summary]
                        is_bulk_loading             : YES
                        app_bulk_load_status        : BLS_DOWNLOADING
                        app_total_download_progress : 62
                        """);
    }

    @Test
    void inDetailEveryPartitionIsShown() {
        assertThat(text(downloading, -1, true)).startsWith("""
                        [all partitions]
                        partition_index  partition_status  download_progress(%)
                        0                BLS_DOWNLOADED    100
                        1                BLS_DOWNLOADING   25
                        """);
    }

    @Test
    void onePartitionIsShownByItsReplicas() {
        assertThat(text(downloading, 1, true)).isEqualTo("""
                        [single partition]
                        node_address     partition_index  download_progress(%)
                        127.0.0.1:34801  1                50
                        127.0.0.1:34802  1                0
                        [summary]
                        partition_bulk_load_status  : BLS_DOWNLOADING
                        is_bulk_loading             : YES
                        app_bulk_load_status        : BLS_DOWNLOADING
                        app_total_download_progress : 62
                        """);
        assertThat(text(downloading, 0, true)).doesNotContain("[single partition]");
    }

    @Test
    void anEndedLoadShowsWhatIsCleanedUp() {
        LoadStatus ended = status(
                BulkLoadStatus.BLS_SUCCEED,
                true,
                partition(
                        BulkLoadStatus.BLS_SUCCEED,
                        new PartitionBulkLoadState().setIsCleanedUp(true),
                        new PartitionBulkLoadState().setIsCleanedUp(false)));

        assertThat(text(ended, -1, true)).startsWith("""
                        [all partitions]
                        partition_index  partition_status  is_cleaned_up
                        0                BLS_SUCCEED       NO
                        """);
        assertThat(text(ended, 0, true)).startsWith("""
                        [single partition]
                        node_address     partition_index  is_cleaned_up
                        127.0.0.1:34801  0                YES
                        127.0.0.1:34802  0                NO
                        """);
    }

    private static String text(LoadStatus status, int partitionIndex, boolean detailed) {
        return Arrays.stream(LoadTables.of(status, partitionIndex, detailed))
                .map(TextTable::toString)
                .collect(Collectors.joining());
    }
}
