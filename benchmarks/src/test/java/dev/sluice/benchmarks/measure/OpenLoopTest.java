package dev.sluice.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
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
    void noMoreOperationsAreUnderwayThanMayBe() throws InterruptedException {
        int operations = OpenLoop.UNDERWAY_MAX + 1_000;
        BlockingQueue<OpenLoop.Done> underway = new LinkedBlockingQueue<>();
        AtomicInteger left = new AtomicInteger(operations);
        AtomicInteger most = new AtomicInteger();
        Thread system = new Thread(() -> {
            // Nothing ends before the loop has begun all that it may.
            await().until(() -> underway.size() >= OpenLoop.UNDERWAY_MAX);
            for (int i = 0; i < operations; i++) {
                most.accumulateAndGet(underway.size(), Math::max);
                takeFrom(underway).done(true);
            }
        });
        system.start();

        OpenLoop.Result result =
                new OpenLoop().run(underway::add, 1e9, due -> left.getAndDecrement() > 0, (from, ended, ok) -> {});

        system.join();
        assertThat(most).hasValue(OpenLoop.UNDERWAY_MAX);
        assertThat(result.unended()).isZero();
    }

    private static OpenLoop.Done takeFrom(BlockingQueue<OpenLoop.Done> queue) {
        try {
            return queue.take();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
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
