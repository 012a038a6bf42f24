package dev.sluice.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.data.StoredKey;
import dev.sluice.common.data.StoredValue;
import dev.sluice.common.rpc.DataRpcs;
import dev.sluice.common.time.testing.VirtualTime;
import dev.sluice.wire.data.FilterType;
import dev.sluice.wire.data.GetScannerRequest;
import dev.sluice.wire.data.ScanResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class RowScanTest {
    private final VirtualTime time = new VirtualTime();
    private final FakeCluster cluster = new FakeCluster(time);
    private final SluiceClient client =
            new SluiceClient(FakeCluster.METAS, cluster.rpc, ClientOptions.DEFAULTS, time, () -> {});
    private final Table orders = client.table("orders");
    private final int partition = FakeCluster.partitionOf("k");

    private void rows(String hashKey, int count) {
        for (int i = 0; i < count; i++) {
            cluster.rowsOf(FakeCluster.partitionOf(hashKey))
                    .put(StoredKey.of(bytes(hashKey), bytes("s" + i)), bytes(Integer.toString(i)));
        }
    }

    @Test
    void aScanReadsEveryRowInOrder() {
        rows("k", 7);
        List<String> read = new ArrayList<>();

        try (RowScan scan = orders.scan(partition, ScanOptions.all().batchRows(2))) {
            scan.forEachRemaining(row -> read.add(text(row.hashKey()) + text(row.sortKey()) + text(row.value())));
        }

        assertThat(read).containsExactly("ks00", "ks11", "ks22", "ks33", "ks44", "ks55", "ks66");
    }

    @Test
    void aScanThatTheServerForgotGoesOnBehindTheLastRow() {
        rows("k", 7);
        List<String> read = new ArrayList<>();

        RowScan scan = orders.scan(partition, ScanOptions.all().batchRows(2));
        while (scan.hasNext()) {
            read.add(text(scan.next().sortKey()));
            cluster.loseScans();
        }

        assertThat(read).containsExactly("s0", "s1", "s2", "s3", "s4", "s5", "s6");
    }

    @Test
    void aScanThatTheServerForgetsAgainAndAgainWithoutARowFails() {
        cluster.answer(DataRpcs.GET_SCANNER, request -> new ScanResponse().setContextId(7));
        cluster.answer(DataRpcs.SCAN, request -> new ScanResponse().setError(StorageStatus.NOT_FOUND));

        assertThatThrownBy(() -> orders.scan(0, ScanOptions.all()).hasNext())
                .isInstanceOfSatisfying(
                        ClientException.class, e -> assertThat(e.error()).isEqualTo(ErrorCode.ERR_INVALID_HANDLE))
                .hasMessageContaining("scan of partition 0 of table 'orders': the server lost it 11 times");
    }

    @Test
    void aScanThatIsClosedEarlyIsForgottenByTheServer() {
        rows("k", 7);
        RowScan scan = orders.scan(partition, ScanOptions.all().batchRows(2));
        scan.next();
        assertThat(cluster.openScans()).isEqualTo(1);

        scan.close();

        assertThat(cluster.openScans()).isZero();
    }

    @Test
    void aScanOfTheTableCrossesItsPartitions() {
        for (int i = 0; i < 20; i++) {
            rows("k" + i, 1);
        }

        try (RowScan scan = orders.scan(ScanOptions.all())) {
            assertThat(scan.stream().map(row -> text(row.hashKey())))
                    .hasSize(20)
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void scansForSeveralThreadsHaveAllRowsTogetherAndNoneTwice() {
        for (int i = 0; i < 40; i++) {
            rows("k" + i, 3);
        }

        List<RowScan> scans = orders.scans(3, ScanOptions.all().batchRows(2)).join();

        List<String> read = new ArrayList<>();
        scans.forEach(scan -> scan.forEachRemaining(row -> read.add(text(row.hashKey()) + text(row.sortKey()))));
        assertThat(scans).hasSize(3);
        assertThat(read).hasSize(120).doesNotHaveDuplicates();
        assertThat(orders.scans(99, ScanOptions.all()).join()).hasSize(FakeCluster.PARTITIONS);
    }

    @Test
    void batchesComeWithoutBlockingUntilAnEmptyOne() {
        rows("k", 3);
        RowScan scan = orders.scan(bytes("k"), ScanOptions.all().batchRows(2));

        assertThat(sortKeys(scan.nextBatch())).containsExactly("s0", "s1");
        assertThat(sortKeys(scan.nextBatch())).containsExactly("s2");
        assertThat(sortKeys(scan.nextBatch())).isEmpty();
        assertThat(sortKeys(scan.nextBatch())).isEmpty();
    }

    @Test
    void allRowsGoToAConsumerWithoutBlocking() {
        rows("k", 7);
        List<String> read = new ArrayList<>();

        CompletableFuture<Long> count = orders.scan(
                        bytes("k"), ScanOptions.all().batchRows(3))
                .forEachAsync(row -> read.add(text(row.sortKey())));

        assertThat(count).isCompletedWithValue(7L);
        assertThat(read).containsExactly("s0", "s1", "s2", "s3", "s4", "s5", "s6");
    }

    @Test
    void aScanOfAHashKeyReadsItsRangeOnly() {
        rows("k", 7);
        String neighbour = "k" + (char) ('k' + 1);
        cluster.rowsOf(partition).put(StoredKey.of(bytes(neighbour), bytes("s")), bytes("9"));

        ScanOptions range = ScanOptions.all().from(bytes("s2"), false).to(bytes("s5"), true);

        assertThat(sortKeys(orders.scan(bytes("k"), range).nextBatch())).containsExactly("s3", "s4", "s5");
        assertThat(sortKeys(orders.scan(bytes("k"), ScanOptions.all()).nextBatch()))
                .hasSize(7);
    }

    @Test
    void everyOptionTravels() {
        AtomicReference<GetScannerRequest> sent = new AtomicReference<>();
        cluster.answer(DataRpcs.GET_SCANNER, request -> {
            sent.set(request);
            return new ScanResponse().setContextId(-1);
        });

        ClientException.await(orders.scan(
                        partition,
                        ScanOptions.all()
                                .batchRows(17)
                                .keysOnly()
                                .withExpiry()
                                .hashKeys(FilterType.FT_MATCH_PREFIX, bytes("h"))
                                .sortKeys(FilterType.FT_MATCH_POSTFIX, bytes("t")))
                .nextBatch());

        GetScannerRequest request = Objects.requireNonNull(sent.get());
        assertThat(request.getBatchSize()).isEqualTo(17);
        assertThat(request.isNoValue()).isTrue();
        assertThat(request.isReturnExpireTs()).isTrue();
        assertThat(request.getHashKeyFilterType()).isEqualTo(FilterType.FT_MATCH_PREFIX);
        assertThat(request.getHashKeyFilterPattern().bytes()).isEqualTo(bytes("h"));
        assertThat(request.getSortKeyFilterType()).isEqualTo(FilterType.FT_MATCH_POSTFIX);
        assertThat(request.getSortKeyFilterPattern().bytes()).isEqualTo(bytes("t"));
        assertThat(request.isFullScan()).isTrue();
        assertThat(request.isValidatePartitionHash()).isTrue();
        assertThat(request.getStartKey().bytes()).containsExactly(0, 0);
        assertThat(request.getStopKey().bytes()).containsExactly(0xff, 0xff);
    }

    @Test
    void rowsSayWhenTheyExpireIfAsked() {
        rows("k", 2);

        List<Row> rows = ClientException.await(
                orders.scan(bytes("k"), ScanOptions.all().withExpiry()).nextBatch());
        List<Row> without =
                ClientException.await(orders.scan(bytes("k"), ScanOptions.all()).nextBatch());

        assertThat(rows)
                .extracting(Row::expiryUnixSeconds)
                .containsExactly(Row.NEVER, StoredValue.EXPIRY_EPOCH_UNIX_SECONDS + 1);
        assertThat(without).extracting(Row::expiryUnixSeconds).containsOnly(Row.EXPIRY_UNKNOWN);
    }

    @Test
    void countsComeFromTheServersAndBeginAnewWhenAScanIsLost() {
        for (int i = 0; i < 40; i++) {
            rows("k" + i, 3);
        }
        rows("k", 5);
        ScanOptions options = ScanOptions.all().batchRows(2);

        assertThat(orders.count(options)).isCompletedWithValue(125L);
        assertThat(orders.count(bytes("k"), options)).isCompletedWithValue(5L);

        cluster.loseNextScans(1);
        assertThat(orders.count(bytes("k"), options)).isCompletedWithValue(5L);
    }

    @Test
    void aRangeOfSortKeysIsForOneHashKey() {
        assertThatThrownBy(() -> orders.scan(ScanOptions.all().from(bytes("s"), true)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("only a scan of one hash key");
        assertThatThrownBy(() -> ScanOptions.all().batchRows(1001)).hasMessageContaining("expected 1 to 1000");
    }

    @Test
    void aRangeIsRemovedBatchByBatch() {
        rows("k", 250);
        rows("other", 1);

        CompletableFuture<Long> removed =
                orders.removeRange(bytes("k"), ScanOptions.all().from(bytes("s1"), true));

        assertThat(removed).isCompletedWithValue(249L);
        assertThat(cluster.rowsOf(partition).keySet())
                .filteredOn(key -> text(StoredKey.hashKey(key)).equals("k"))
                .containsExactly(StoredKey.of(bytes("k"), bytes("s0")));
    }

    private static List<String> sortKeys(CompletableFuture<List<Row>> batch) {
        assertThat(batch).isDone();
        return batch.join().stream().map(row -> text(row.sortKey())).toList();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, UTF_8);
    }
}
