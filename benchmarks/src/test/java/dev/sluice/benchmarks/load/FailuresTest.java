package dev.sluice.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

final class FailuresTest {
    @Test
    void whatIsNoErrorOfTheClientHasFailed() {
        Failures failures = new Failures();

        failures.add(new CompletionException(new IllegalStateException("broken")));
        failures.addUnended(2);
        failures.addWrong();

        assertThat(failures.failed()).isEqualTo(3);
        assertThat(failures.rejected()).isZero();
        assertThat(failures.wrong()).isEqualTo(1);
        assertThat(failures.all()).isEqualTo(4);
        assertThat(failures.json())
                .containsEntry("ERR_UNKNOWN", 1L)
                .containsEntry("unended", 2L)
                .containsEntry("wrong", 1L);
    }
}
