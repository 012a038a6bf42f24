package dev.sluice.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class CpuTimeTest {
    @Test
    void aMachineIsBusyWhereItNeitherIdlesNorWaitsForADisk() {
        assertThat(CpuTime.busyTicks("cpu  100 20 30 5000 600 4 5 6 70 8")).isEqualTo(165);
    }

    @Test
    void childrenAreToldFromTheProcessItselfWhateverItsName() {
        assertThat(CpuTime.childrenTicks("12 (a) b (c) S 1 2 3 0 -1 4194560 4 5 6 7 100 200 30 4 20 0 9 0 77"))
                .isEqualTo(34);
    }
}
