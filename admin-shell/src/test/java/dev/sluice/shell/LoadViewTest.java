package dev.sluice.shell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.client.LoadStatus;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import dev.sluice.wire.bulkload.BulkLoadStatus;
import dev.sluice.wire.bulkload.IngestionStatus;
import dev.sluice.wire.bulkload.PartitionBulkLoadState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LoadViewTest {
    private static final HostPort ONE = new HostPort("127.0.0.1", 34801);
    private static final HostPort TWO = new HostPort("127.0.0.1", 34802);

    private final RateMeter meter = new RateMeter();

    @Test
    void aLoadShowsItsBarItsRateAndItsEnd() {
        LoadStatus status = new LoadStatus(
                "orders",
                ErrorCode.ERR_OK,
                true,
                BulkLoadStatus.BLS_DOWNLOADING,
                2,
                List.of(
                        partition(BulkLoadStatus.BLS_DOWNLOADED, downloaded(100), downloaded(100)),
                        partition(BulkLoadStatus.BLS_DOWNLOADING, downloaded(50), downloaded(0))),
                "5000000 of 8000000 bytes, 1500000 bytes/s, about 62 s left; 2.1: 127.0.0.1:34801 downloading 50%, "
                        + "127.0.0.1:34802 waits for a download slot; and 3 more");

        assertThat(view(status).lines(10))
                .containsExactly(
                        "orders BLS_DOWNLOADING [##################------------] 62% 1.4 MiB/s ETA 1:02",
                        "  and 3 more",
                        "     1 BLS_DOWNLOADING   25% 127.0.0.1:34801 downloading 50%, "
                                + "127.0.0.1:34802 waits for a download slot",
                        "     0 BLS_DOWNLOADED   100% 127.0.0.1:34801 100%, 127.0.0.1:34802 100%");
    }

    @Test
    void withoutBytesTheRateIsInPercent() {
        LoadStatus status = status(
                BulkLoadStatus.BLS_DOWNLOADING,
                true,
                partition(BulkLoadStatus.BLS_DOWNLOADING, downloaded(40), downloaded(60)));
        meter.record(0, 0);
        LoadView view = view(status);
        meter.record(10_000, view.percent());

        assertThat(view.headline())
                .isEqualTo("orders BLS_DOWNLOADING [###############---------------] 50% 5.0%/s ETA 0:10");
    }

    @Test
    void anIngestingLoadCountsPartitions() {
        LoadStatus status = status(
                BulkLoadStatus.BLS_INGESTING,
                true,
                partition(
                        BulkLoadStatus.BLS_INGESTING,
                        new PartitionBulkLoadState().setIngestStatus(IngestionStatus.IS_SUCCEED),
                        new PartitionBulkLoadState().setIngestStatus(IngestionStatus.IS_RUNNING)),
                partition(BulkLoadStatus.BLS_SUCCEED));

        assertThat(view(status).lines(10))
                .containsExactly(
                        "orders BLS_INGESTING [###############---------------] 50%",
                        "     0 BLS_INGESTING         127.0.0.1:34801 IS_SUCCEED, 127.0.0.1:34802 IS_RUNNING",
                        "     1 BLS_SUCCEED      100%");
    }

    @Test
    void anEndedLoadSaysHowItEnded() {
        assertThat(view(status(BulkLoadStatus.BLS_SUCCEED, false)).headline()).isEqualTo("orders BLS_SUCCEED");
        LoadStatus failed = new LoadStatus(
                "orders",
                ErrorCode.ERR_CORRUPTION,
                false,
                BulkLoadStatus.BLS_FAILED,
                2,
                List.of(),
                "0.sst on 127.0.0.1:34801: expected 4096 bytes, found 1024");
        assertThat(view(failed).lines(10))
                .containsExactly(
                        "orders BLS_FAILED ERR_CORRUPTION",
                        "  0.sst on 127.0.0.1:34801: expected 4096 bytes, found 1024");
    }

    @Test
    void manyPartitionsAreCutToTheScreen() {
        LoadStatus.Partition[] partitions = new LoadStatus.Partition[40];
        for (int i = 0; i < partitions.length; i++) {
            partitions[i] = partition(BulkLoadStatus.BLS_DOWNLOADING, downloaded(1));
        }

        List<String> lines =
                view(status(BulkLoadStatus.BLS_DOWNLOADING, true, partitions)).lines(16);

        assertThat(lines).hasSize(18).last().isEqualTo("  and 24 more partitions");
    }

    @Test
    void aSemicolonInsideAReasonBelongsToIt() {
        assertThat(LoadHint.parse(
                        "2.0: n1 published; keeps its files, n2 published; 2.12: n3 has no primary; and 3 more"))
                .isEqualTo(new LoadHint(
                        null,
                        Map.of(0, "n1 published; keeps its files, n2 published", 12, "n3 has no primary"),
                        "and 3 more"));
    }

    @Test
    void aHintInOtherWordsIsKeptAsItIs() {
        assertThat(LoadHint.parse("the leader reads the manifests of 4 partitions"))
                .isEqualTo(new LoadHint(null, Map.of(), "the leader reads the manifests of 4 partitions"));
        assertThat(LoadHint.parse("")).isEqualTo(new LoadHint(null, Map.of(), ""));
    }

    private LoadView view(LoadStatus status) {
        return new LoadView(status, meter);
    }

    static LoadStatus status(BulkLoadStatus status, boolean loading, LoadStatus.Partition... partitions) {
        return new LoadStatus("orders", ErrorCode.ERR_OK, loading, status, 2, List.of(partitions), "");
    }

    static LoadStatus.Partition partition(BulkLoadStatus status, @Nullable PartitionBulkLoadState... replicas) {
        Map<HostPort, PartitionBulkLoadState> states = new TreeMap<>();
        List<HostPort> servers = new ArrayList<>(List.of(ONE, TWO));
        for (PartitionBulkLoadState replica : replicas) {
            if (replica != null) {
                states.put(servers.remove(0), replica);
            }
        }
        return new LoadStatus.Partition(status, states);
    }

    static PartitionBulkLoadState downloaded(int percent) {
        return new PartitionBulkLoadState().setDownloadProgress(percent);
    }
}
