package dev.sluice.integration.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.wire.bulkload.BulkLoadControlType;
import dev.sluice.wire.bulkload.BulkLoadStatus;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Loads while servers come and go. */
final class LoadRestartTest {
    private static final String APP = "orders";
    private static final int PARTITIONS = 4;
    private static final int ROWS = 2_000;
    /** The server that is away for a while, and where its data is. */
    private static final int AWAY = 2;

    private static final String AWAY_DATA = "/replica-3/";

    @TempDir
    private Path directory;

    private LoadCluster cluster;

    @BeforeEach
    void startCluster() throws Exception {
        cluster = new LoadCluster(directory);
        cluster.create(APP, PARTITIONS);
        cluster.buildSet(APP, PARTITIONS, ROWS, "loaded-");
    }

    @AfterEach
    void stopCluster() {
        cluster.close();
    }

    /** B.6: a pause, and what was verified, survive a restart of every server. */
    @Test
    void b6APausedLoadIsPausedAfterARestartOfEverythingAndGoesOn() throws Exception {
        cluster.limitBytesPerSecond(8_000);
        cluster.start(APP);
        await().atMost(20, TimeUnit.SECONDS).until(() -> cluster.stagedBytes() > 10_000);
        cluster.control(APP, BulkLoadControlType.BLC_PAUSE);
        cluster.awaitStatus(APP, status -> status.status() == BulkLoadStatus.BLS_PAUSED);
        long kept = cluster.stagedBytes();

        cluster.restartAll();
        assertThat(cluster.query(APP).status()).isEqualTo(BulkLoadStatus.BLS_PAUSED);
        assertThat(cluster.stagedBytes()).isEqualTo(kept);
        cluster.control(APP, BulkLoadControlType.BLC_RESTART);
        cluster.awaitEnd(APP, BulkLoadStatus.BLS_SUCCEED);
        assertThat(cluster.rowsThatAllReplicasAgreeOn(APP, PARTITIONS)).isEqualTo(ROWS);
        assertThat(cluster.stagedOnDisk()).isEmpty();
    }

    /**
     * B.9, B.12: a server that leaves in a download is not waited for, and has the same rows once it is back. B.10: what it
     * learns then contains the load and a write after it, in this order and once.
     */
    @Test
    void b9B10AServerThatLeavesInADownloadHasTheSameRowsOnceItIsBack() throws Exception {
        cluster.limitBytesPerSecond(8_000);
        cluster.start(APP);
        await().atMost(20, TimeUnit.SECONDS).until(() -> cluster.stagedBytes() > 5_000);
        cluster.onebox().stopReplicaServer(2);
        cluster.awaitEnd(APP, BulkLoadStatus.BLS_SUCCEED);
        for (int row = 0; row < 20; row++) {
            cluster.put(APP, LoadCluster.key(row), "after");
        }
        cluster.onebox().startReplicaServer(2);
        assertThat(cluster.rowsThatAllReplicasAgreeOn(APP, PARTITIONS)).isEqualTo(ROWS);
        await().atMost(20, TimeUnit.SECONDS).until(() -> cluster.stagedOnDisk().isEmpty());
        assertThat(cluster.get(APP, LoadCluster.key(3))).isEqualTo("after");
    }

    /**
     * B.10: a server that was staged and missed the publish learns it with the log, and ingests its own staged files, once:
     * also when its log, which has the publish then, is opened again.
     */
    @Test
    void b10ALearnerWithTheStagedFilesGetsThePublishFromTheLogAndIngestsOnce() throws Exception {
        try (LogLines lines = LogLines.ofReplicas()) {
            cluster.hold(LoadCluster.BEFORE_PUBLISH);
            cluster.start(APP);
            cluster.awaitStatus(APP, status -> status.status() == BulkLoadStatus.BLS_DOWNLOADED);
            cluster.onebox().stopReplicaServer(AWAY);
            awaitGone();
            cluster.release(LoadCluster.BEFORE_PUBLISH);
            cluster.awaitEnd(APP, BulkLoadStatus.BLS_SUCCEED);
            cluster.put(APP, LoadCluster.key(3), "after");
            lines.forget();

            cluster.onebox().startReplicaServer(AWAY);
            assertThat(cluster.rowsThatAllReplicasAgreeOn(APP, PARTITIONS)).isEqualTo(ROWS);
            await().atMost(20, TimeUnit.SECONDS)
                    .until(() -> cluster.stagedOnDisk().isEmpty());
            assertThat(lines.containing("learns from checkpoint")).isEmpty();
            assertThat(lines.containing("from the log of")).hasSizeGreaterThanOrEqualTo(PARTITIONS);
            assertThat(lines.containing("files ingested"))
                    .hasSize(PARTITIONS)
                    .allMatch(line -> line.contains(AWAY_DATA));

            cluster.restartAll();
            assertThat(cluster.rowsThatAllReplicasAgreeOn(APP, PARTITIONS)).isEqualTo(ROWS);
            assertThat(lines.containing("files ingested")).hasSize(PARTITIONS);
            assertThat(cluster.get(APP, LoadCluster.key(3))).isEqualTo("after");
        }
    }

    /** B.10: a server that has not staged what the log would publish learns from a checkpoint, and ingests nothing. */
    @Test
    void b10ALearnerWithoutTheStagedFilesLearnsFromACheckpoint() throws Exception {
        try (LogLines lines = LogLines.ofReplicas()) {
            cluster.onebox().stopReplicaServer(AWAY);
            awaitGone();
            cluster.start(APP);
            cluster.awaitEnd(APP, BulkLoadStatus.BLS_SUCCEED);
            cluster.put(APP, LoadCluster.key(3), "after");
            lines.forget();

            cluster.onebox().startReplicaServer(AWAY);
            assertThat(cluster.rowsThatAllReplicasAgreeOn(APP, PARTITIONS)).isEqualTo(ROWS);
            assertThat(lines.containing("learns from checkpoint")).hasSizeGreaterThanOrEqualTo(PARTITIONS);
            assertThat(lines.containing("files ingested")).isEmpty();
            assertThat(cluster.stagedOnDisk()).isEmpty();
            assertThat(cluster.get(APP, LoadCluster.key(3))).isEqualTo("after");
        }
    }

    private void awaitGone() {
        String address = cluster.servers().get(AWAY).toString();
        await().atMost(30, TimeUnit.SECONDS)
                .ignoreExceptions()
                .until(() -> cluster.configurations(APP).stream().noneMatch(each -> each.contains(address)));
    }

    /** B.9: the meta server goes away in a download; the load goes on by itself to the same end. */
    @Test
    void b9ALoadGoesOnByItselfWhenTheMetaServerIsBack() throws Exception {
        cluster.limitBytesPerSecond(8_000);
        cluster.start(APP);
        await().atMost(20, TimeUnit.SECONDS).until(() -> cluster.stagedBytes() > 5_000);
        cluster.restartMeta();
        cluster.awaitEnd(APP, BulkLoadStatus.BLS_SUCCEED);
        assertThat(cluster.rowsThatAllReplicasAgreeOn(APP, PARTITIONS)).isEqualTo(ROWS);
    }

    /** B.10, B.3: what a restart replays is not ingested again: later writes stay. */
    @Test
    void b10ARestartAfterALoadIngestsNothingAgain() throws Exception {
        cluster.start(APP);
        cluster.awaitStatus(APP, status -> status.isEnded() || status.status() == BulkLoadStatus.BLS_SUCCEED);
        cluster.put(APP, LoadCluster.key(3), "after");
        cluster.restartAll();
        cluster.awaitEnd(APP, BulkLoadStatus.BLS_SUCCEED);
        assertThat(cluster.get(APP, LoadCluster.key(3))).isEqualTo("after");
        assertThat(cluster.rowsThatAllReplicasAgreeOn(APP, PARTITIONS)).isEqualTo(ROWS);
    }

    /** B.1: a server that was away during a cancel has nothing of the load once it is back. */
    @Test
    void b1AServerThatWasAwayDuringACancelCleansUpWhenItIsBack() throws Exception {
        cluster.limitBytesPerSecond(8_000);
        cluster.start(APP);
        await().atMost(20, TimeUnit.SECONDS).until(() -> cluster.stagedBytes() > 10_000);
        cluster.onebox().stopReplicaServer(1);
        cluster.control(APP, BulkLoadControlType.BLC_CANCEL);
        cluster.awaitEnd(APP, BulkLoadStatus.BLS_CANCELED);
        cluster.onebox().startReplicaServer(1);
        await().atMost(30, TimeUnit.SECONDS).until(() -> cluster.stagedOnDisk().isEmpty());
        assertThat(cluster.rowsThatAllReplicasAgreeOn(APP, PARTITIONS)).isZero();
    }
}
