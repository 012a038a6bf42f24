package dev.sluice.benchmarks.control;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ImaginaryClusterTest {
    private static final int PARTITIONS = 64;

    @Test
    void aLoadRunsToItsEndAndCostsFewRecords() throws Exception {
        ImaginaryCluster cluster = new ImaginaryCluster(7, PARTITIONS, 2);
        ImaginaryCluster.Work before = cluster.work();
        int[] published = new int[1];
        cluster.load(() -> published[0]++);
        ImaginaryCluster.Work work = cluster.work().since(before);
        assertThat(published[0]).isEqualTo(1);
        assertThat(work.records()).isPositive().isLessThanOrEqualTo(2L * PARTITIONS);
        assertThat(work.journalBytes()).isPositive();
        assertThat(work.bytesUp()).isPositive();
        assertThat(work.bytesDown()).isPositive();
        assertThat(work.busyNanos()).isPositive();
    }
}
