package dev.sluice.replica.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EngineOptionsTest {
    /** RocksDB takes a quarter of the jobs for flushes, one at least, and the others for compactions. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 7, 16, 64})
    void besideThoseThatAreAskedForOneCompactionGoesOn(int manual) {
        int jobs = EngineOptions.backgroundThreadsFor(manual);
        assertThat(jobs - Math.max(1, jobs / 4)).isEqualTo(manual + 1);
    }
}
