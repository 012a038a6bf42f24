package dev.sluice.benchmarks.data;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class LatenciesTest {
    private static final long START = 1_000_000;

    @Test
    void whatWasToBeginBeforeTheStartIsNotInTheLatenciesButItsFailureCounts() {
        Latencies latencies = new Latencies(START);

        latencies.record(START - 1, START + 9_000, false);
        latencies.record(START, START + 50, true);
        latencies.record(START + 500, START + 600, true);

        assertThat(latencies.nanos().getTotalCount()).isEqualTo(2);
        assertThat(latencies.nanos().getMaxValue()).isEqualTo(100);
        assertThat(latencies.failed()).isEqualTo(1);
    }
}
