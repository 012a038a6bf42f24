package dev.sluice.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class MemoryWatchTest {
    @Test
    void memoryIsReadFromTheLineThatHasIt() {
        List<String> status = List.of("Name:\tjava", "VmHWM:\t  234567 kB", "VmRSS:\t  123456 kB");

        assertThat(MemoryWatch.bytes(status, "VmRSS:")).isEqualTo(123456L * 1024);
        assertThat(MemoryWatch.bytes(status, "VmHWM:")).isEqualTo(234567L * 1024);
        assertThat(MemoryWatch.bytes(List.of("State:\tZ (zombie)"), "VmRSS:")).isZero();
    }
}
