package dev.sluice.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

final class SamplesTest {
    private static final Offset<Double> PRECISION = Offset.offset(0.2);

    private final Samples samples = new Samples();

    @Test
    void anOperationBelongsToTheTimeAtWhichItWasToBegin() {
        samples.record(ms(99), ms(500), true);
        samples.record(ms(100), ms(110), true);
        samples.record(ms(199), ms(900), true);
        samples.record(ms(200), ms(201), true);

        Samples.Figures during = samples.between(ms(100), ms(200));

        assertThat(during.count()).isEqualTo(2);
        assertThat(during.p50Ms()).isCloseTo(10, PRECISION);
        assertThat(during.maxMs()).isCloseTo(701, Offset.offset(1.0));
    }

    @Test
    void failuresAreCountedWhereTheyBelong() {
        samples.record(ms(1), ms(2), false);
        samples.record(ms(11), ms(12), true);
        samples.record(ms(12), ms(13), false);

        assertThat(samples.between(ms(0), ms(10)).failed()).isEqualTo(1);
        assertThat(samples.between(ms(10), ms(20)).failed()).isEqualTo(1);
    }

    @Test
    void thereIsRoomForMoreThanOneBufferful() {
        for (int i = 1; i <= 10_000; i++) {
            samples.record(ms(i), ms(i) + TimeUnit.MICROSECONDS.toNanos(i), true);
        }

        Samples.Figures all = samples.between(0, Long.MAX_VALUE);

        assertThat(all.count()).isEqualTo(10_000);
        assertThat(all.p99Ms()).isCloseTo(9.9, PRECISION);
        assertThat(all.maxMs()).isCloseTo(10, PRECISION);
    }

    private static long ms(long ms) {
        return TimeUnit.MILLISECONDS.toNanos(ms);
    }
}
