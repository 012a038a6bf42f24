package dev.sluice.replica.compaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

final class CompactionTurnsTest {
    private static final int ANY = Integer.MAX_VALUE;
    private final Deque<Runnable> started = new ArrayDeque<>();
    private Executor executor = started::add;

    @Test
    void theLimitOfTheNodeHoldsForAllApps() {
        CompactionTurns turns = new CompactionTurns(started::add, 2);
        assertThat(turns.begin(ANY, () -> {})).isTrue();
        assertThat(turns.begin(5, () -> {})).isTrue();
        assertThat(turns.begin(5, () -> {})).isFalse();
        started.remove().run();
        assertThat(turns.begin(5, () -> {})).isTrue();
    }

    @Test
    void theLimitOfAnAppCountsThoseOfOthersToo() {
        CompactionTurns turns = new CompactionTurns(started::add, 9);
        assertThat(turns.begin(0, () -> {})).isFalse();
        assertThat(turns.begin(ANY, () -> {})).isTrue();
        assertThat(turns.begin(1, () -> {})).isFalse();
        assertThat(turns.begin(2, () -> {})).isTrue();
    }

    @Test
    void whoeverFailsGivesTheTurnBack() {
        CompactionTurns turns = new CompactionTurns(task -> executor.execute(task), 1);
        assertThat(turns.begin(ANY, () -> {
                    throw new IllegalStateException("broken");
                }))
                .isTrue();
        assertThatThrownBy(() -> started.remove().run()).isInstanceOf(IllegalStateException.class);

        executor = task -> {
            throw new RejectedExecutionException("closing");
        };
        assertThat(turns.begin(ANY, () -> {})).isFalse();
        executor = task -> {
            throw new OutOfMemoryError("unable to create native thread");
        };
        assertThatThrownBy(() -> turns.begin(ANY, () -> {})).isInstanceOf(OutOfMemoryError.class);

        executor = started::add;
        assertThat(turns.begin(ANY, () -> {})).isTrue();
    }
}
