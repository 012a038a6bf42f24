package dev.sluice.integration.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.client.ClientException;
import dev.sluice.wire.bulkload.BulkLoadStatus;
import dev.sluice.wire.bulkload.LoadMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** B.20: loads that lose to what is there. */
final class BehindTest {
    private static final int PARTITIONS = 2;
    private static final int ROWS = 1_000;
    private static final Map<String, String> ALLOWED = Map.of("rocksdb.allow_ingest_behind", "true");
    private static final AtomicInteger APPS = new AtomicInteger();

    @TempDir
    private static Path directory;

    private static LoadCluster cluster;

    private final String app = "behind" + APPS.incrementAndGet();

    @BeforeAll
    static void startCluster() throws IOException {
        cluster = new LoadCluster(directory);
    }

    @AfterAll
    static void stopCluster() {
        cluster.close();
    }

    /** B.2, B.3, B.10, B.20: rows that are there win, removed ones too; also after every process has started again. */
    @Test
    void b20WhatIsThereWinsAlsoWhatWasRemoved() throws Exception {
        cluster.create(app, PARTITIONS, ALLOWED);
        cluster.put(app, LoadCluster.key(1), "own");
        cluster.put(app, LoadCluster.key(2), "own");
        cluster.delete(app, LoadCluster.key(2));
        cluster.delete(app, LoadCluster.key(3));
        cluster.buildSet(app, PARTITIONS, ROWS, "behind-");

        cluster.start(app, LoadMode.BEHIND);
        cluster.awaitEnd(app, BulkLoadStatus.BLS_SUCCEED);
        cluster.put(app, LoadCluster.key(4), "after");

        requireRows();
        cluster.restartAll();
        requireRows();
    }

    /** B.2, B.20: an expired key is one that does not exist. */
    @Test
    void b20AnExpiredRowDoesNotWin() throws Exception {
        cluster.create(app, PARTITIONS, ALLOWED);
        cluster.putFor(app, LoadCluster.key(1), "expires", 1);
        cluster.putFor(app, LoadCluster.key(2), "stays", 100_000);
        await().until(() -> cluster.get(app, LoadCluster.key(1)) == null);
        cluster.buildSet(app, PARTITIONS, ROWS, "behind-");

        cluster.start(app, LoadMode.BEHIND);
        cluster.awaitEnd(app, BulkLoadStatus.BLS_SUCCEED);

        assertThat(cluster.get(app, LoadCluster.key(1))).isEqualTo("behind-1");
        assertThat(cluster.get(app, LoadCluster.key(2))).isEqualTo("stays");
        assertThat(cluster.rowsThatAllReplicasAgreeOn(app, PARTITIONS)).isEqualTo(ROWS);
    }

    private void requireRows() throws Exception {
        assertThat(cluster.get(app, LoadCluster.key(1))).isEqualTo("own");
        assertThat(cluster.get(app, LoadCluster.key(2))).isNull();
        assertThat(cluster.get(app, LoadCluster.key(3))).isNull();
        assertThat(cluster.get(app, LoadCluster.key(4))).isEqualTo("after");
        assertThat(cluster.get(app, LoadCluster.key(5))).isEqualTo("behind-5");
        assertThat(cluster.rowsThatAllReplicasAgreeOn(app, PARTITIONS)).isEqualTo(ROWS - 2);
    }

    /** B.1, B.13: what RocksDB would refuse fails the load before the publish, with the reason. */
    @Test
    void b13ASecondLoadBehindInTheSameRangeFailsBeforeThePublish() throws Exception {
        cluster.create(app, PARTITIONS, ALLOWED);
        cluster.buildSet(app, PARTITIONS, ROWS, "first-");
        cluster.start(app, LoadMode.BEHIND);
        cluster.awaitEnd(app, BulkLoadStatus.BLS_SUCCEED);

        cluster.buildSet(app, PARTITIONS, ROWS * 2, "second-");
        cluster.start(app, LoadMode.BEHIND);
        assertThat(cluster.awaitEnd(app, BulkLoadStatus.BLS_FAILED).hint())
                .contains("cannot be loaded behind", "an earlier load of mode behind");
        assertThat(cluster.rowsThatAllReplicasAgreeOn(app, PARTITIONS)).isEqualTo(ROWS);

        // The way that the reason names.
        cluster.start(app, LoadMode.MERGE);
        cluster.awaitEnd(app, BulkLoadStatus.BLS_SUCCEED);
        assertThat(cluster.get(app, LoadCluster.key(1))).isEqualTo("second-1");
        assertThat(cluster.rowsThatAllReplicasAgreeOn(app, PARTITIONS)).isEqualTo(ROWS * 2);
    }

    @Test
    void anAppThatWasMadeWithoutItRefusesTheStart() throws Exception {
        cluster.create(app, PARTITIONS);
        cluster.buildSet(app, PARTITIONS, ROWS, "behind-");
        assertThatThrownBy(() -> cluster.start(app, LoadMode.BEHIND))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("inconsistent ingestion behind option");
    }
}
