package dev.sluice.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class OpenLoopTest {
    private static final double PER_SECOND = 10_000;

    @Test
    void operationsBeginAtEqualDistancesHoweverLongTheOnesBeforeTook() {
        List<Long> intended = new ArrayList<>();
        AtomicInteger left = new AtomicInteger(5);

        OpenLoop.Result result = new OpenLoop()
                .run(
                        done -> done.done(true),
                        PER_SECOND,
                        due -> left.getAndDecrement() > 0,
                        (from, ended, ok) -> intended.add(from));

        assertThat(intended).hasSize(5);
        for (int i = 1; i < intended.size(); i++) {
            assertThat(intended.get(i) - intended.get(i - 1)).isEqualTo(100_000);
        }
        assertThat(result.unended()).isZero();
    }

    @Test
    void theRecorderHearsWhatFailed() {
        List<Boolean> ends = new ArrayList<>();
        AtomicInteger left = new AtomicInteger(2);

        new OpenLoop()
                .run(
                        done -> done.done(ends.isEmpty()),
                        PER_SECOND,
                        due -> left.getAndDecrement() > 0,
                        (from, ended, ok) -> ends.add(ok));

        assertThat(ends).containsExactly(true, false);
    }
}
