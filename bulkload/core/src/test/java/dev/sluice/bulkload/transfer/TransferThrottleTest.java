package dev.sluice.bulkload.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.bulkload.work.StoppedException;
import dev.sluice.common.time.Clock;
import dev.sluice.common.time.SystemClock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TransferThrottleTest {
    private final ManualClock clock = new ManualClock();

    @Test
    void withoutALimitNothingWaits() {
        TransferThrottle throttle = TransferThrottle.unlimited(clock);
        assertThat(throttle.tryAcquire(Integer.MAX_VALUE)).isZero();
        assertThat(throttle.tryAcquire(Integer.MAX_VALUE)).isZero();
    }

    @Test
    void overTimeTheRateHoldsWhateverTheSizes() {
        TransferThrottle throttle = new TransferThrottle(10_000, clock);
        long passed = 0;
        int[] sizes = {1, 700, 64 * 1024, 3_000};
        int i = 0;
        while (clock.nowMs < 100_000) {
            int size = sizes[i++ % sizes.length];
            long waitMs = throttle.tryAcquire(size);
            if (waitMs == 0) {
                passed += size;
            } else {
                i--;
                clock.nowMs += waitMs;
            }
        }
        assertThat(passed).isBetween(950_000L, 1_000_000L + 70_000);
    }

    @Test
    void aRestDoesNotSaveUpMoreThanASmallBurst() {
        TransferThrottle throttle = new TransferThrottle(1_000, clock);
        clock.nowMs += 1_000_000;
        assertThat(throttle.tryAcquire(100)).isZero();
        assertThat(throttle.tryAcquire(1)).isPositive();
    }

    @Test
    void aHigherRateCountsAtOnce() {
        TransferThrottle throttle = new TransferThrottle(10, clock);
        assertThat(throttle.tryAcquire(10_000)).isZero();
        assertThat(throttle.tryAcquire(1)).isGreaterThan(900_000);
        throttle.setBytesPerSecondMax(1_000_000);
        assertThat(throttle.tryAcquire(1)).isLessThanOrEqualTo(TransferThrottle.BURST_MS + 1);
        throttle.setBytesPerSecondMax(0);
        assertThat(throttle.tryAcquire(1)).isZero();
    }

    @Test
    void aRateThatChangesAllTheTimeHolds() {
        TransferThrottle throttle = new TransferThrottle(1_000_000, clock);
        long passed = 0;
        for (int ms = 0; ms < 100_000; ms += 10) {
            clock.nowMs += 10;
            throttle.setBytesPerSecondMax(1_000_000 + ms % 200);
            passed += throttle.tryAcquire(64 * 1024) == 0 ? 64 * 1024 : 0;
        }
        assertThat(passed).isBetween(95_000_000L, 101_000_000L);
        assertThat(throttle.passedBytes()).isEqualTo(passed);
    }

    /** B.6. */
    @Test
    void whoeverWaitsStopsWithinASecond() throws Exception {
        TransferThrottle throttle = new TransferThrottle(1, new SystemClock());
        StopSignal stop = new StopSignal();
        throttle.acquire(1_000_000, stop);
        CompletableFuture<Void> waiting = waitFor(throttle, stop);
        stop.stop();
        assertThatThrownBy(() -> waiting.get(1, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasRootCauseInstanceOf(StoppedException.class);
    }

    @Test
    void whoeverWaitsNoticesANewRate() {
        TransferThrottle throttle = new TransferThrottle(1, new SystemClock());
        assertThat(throttle.tryAcquire(1_000_000)).isZero();
        CompletableFuture<Void> waiting = waitFor(throttle, new StopSignal());
        throttle.setBytesPerSecondMax(0);
        assertThat(waiting).succeedsWithin(Duration.ofSeconds(1));
    }

    @Test
    void aNegativeRateIsRefused() {
        assertThatThrownBy(() -> new TransferThrottle(-1, clock)).hasMessageContaining("-1");
    }

    private static CompletableFuture<Void> waitFor(TransferThrottle throttle, StopSignal stop) {
        return CompletableFuture.runAsync(() -> {
            try {
                throttle.acquire(1, stop);
            } catch (StoppedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static final class ManualClock implements Clock {
        private long nowMs;

        @Override
        public long nowMs() {
            return nowMs;
        }

        @Override
        public long wallMs() {
            return nowMs;
        }
    }
}
