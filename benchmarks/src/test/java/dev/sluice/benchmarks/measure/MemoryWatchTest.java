package dev.sluice.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class MemoryWatchTest {
    @Test
    void residentMemoryIsReadFromTheLineThatHasIt() {
        assertThat(MemoryWatch.residentBytes("VmRSS:\t  123456 kB")).hasValue(123456L * 1024);
        assertThat(MemoryWatch.residentBytes("VmHWM:\t  123456 kB")).isEmpty();
    }
}
