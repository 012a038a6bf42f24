package dev.sluice.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class CpuTimeTest {
    @Test
    void aMachineIsBusyWhereItNeitherIdlesNorWaitsForADisk() {
        assertThat(CpuTime.busyTicks("cpu  100 20 30 5000 600 4 5 6 70 8")).isEqualTo(165);
    }
}
