package dev.sluice.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class MetersTest {
    private static final String METRICS = """
            # TYPE bytes_total counter
            bytes_total{disk="1"} 1.5E9
            bytes_total{disk="2"} 1.0
            bytes_total_max 7.0
            files 3.0
            """;

    @Test
    void aMeterIsTheSumOfItsLines() {
        assertThat(Meters.value(METRICS, "bytes_total")).isEqualTo(1_500_000_001);
        assertThat(Meters.value(METRICS, "files")).isEqualTo(3);
    }

    @Test
    void aMeterThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> Meters.value(METRICS, "bytes")).hasMessageContaining("meter bytes: expected");
    }
}
