package dev.sluice.bulkload.throttle;

import static dev.sluice.bulkload.throttle.AdaptiveLimit.TICK_MS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bulkload.throttle.ThrottleState.Reason;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class AdaptiveLimitTest {
    private static final long MB = 1_000_000;
    private static final long FLOOR = 10 * MB;
    private static final ThrottleSettings ON = new ThrottleSettings(0, true, FLOOR, 150, 2_000);
    private static final int QUIET_MICROS = 1_000;
    private static final int SLOW_MICROS = 20_000;
    private static final int READS = 200;

    private long nowMs = 5_000;
    private AdaptiveLimit limit = new AdaptiveLimit(ON, nowMs);

    @Test
    void withoutSlowReadsNothingIsHeldBack() {
        quietTime();
        for (int i = 0; i < 100; i++) {
            assertThat(tick(READS, QUIET_MICROS, 500 * MB).bytesPerSecond()).isZero();
        }
        assertThat(limit.state().reason()).isEqualTo(Reason.NO_LIMIT);
        assertThat(limit.state().hint()).isEmpty();
        assertThat(limit.state().transferBytesPerSecond()).isBetween(499 * MB, 501 * MB);
    }

    @Test
    void itGivesWayWithinASecondAndSaysWhy() {
        quietTime();
        transferInPeace(500 * MB);
        long beganMs = nowMs;
        while (limit.state().bytesPerSecond() == 0 || limit.state().bytesPerSecond() > 500 * MB / 4) {
            ThrottleState state = limit.state();
            tick(READS, SLOW_MICROS, state.bytesPerSecond() == 0 ? 500 * MB : state.bytesPerSecond());
            assertThat(nowMs - beganMs).isLessThanOrEqualTo(1_000);
        }
        ThrottleState state = limit.state();
        assertThat(state.reason()).isEqualTo(Reason.READS_ARE_SLOW);
        assertThat(state.givesWay()).isTrue();
        assertThat(state.quietMeasured()).isTrue();
        assertThat(state.hint()).matches("throttled to \\d+ bytes/s: reads are slow, p99 2\\d{4} us, quiet \\d+ us");
    }

    @Test
    void oneSlowReadInTenIsEnough() {
        quietTime();
        transferInPeace(500 * MB);
        Histogram reads = reads(180, QUIET_MICROS);
        reads.recordValueWithCount(SLOW_MICROS, 20);
        assertThat(tick(reads, 500 * MB).bytesPerSecond()).isEqualTo(250 * MB);
    }

    @Test
    void oneMomentOfSlowReadsCostsOneCutAndIsForgotten() {
        quietTime();
        transferInPeace(500 * MB);
        tick(READS, SLOW_MICROS, 500 * MB);
        for (int i = 0; i < 5; i++) {
            assertThat(tick(READS, QUIET_MICROS, 250 * MB).bytesPerSecond()).isGreaterThanOrEqualTo(250 * MB);
        }
        long beganMs = nowMs;
        while (limit.state().bytesPerSecond() < 500 * MB) {
            assertThat(tick(READS, QUIET_MICROS, limit.state().bytesPerSecond()).reason())
                    .isEqualTo(Reason.RECOVERS);
            assertThat(nowMs - beganMs).as("time to recover").isLessThan(60_000);
        }
        assertThat(nowMs - beganMs).as("time to recover").isGreaterThan(2_000);
    }

    @Test
    void fewReadsAreJudgedOverALongerTime() {
        quietTime();
        transferInPeace(500 * MB);
        int ticks = 0;
        while (limit.state().bytesPerSecond() == 0) {
            tick(2, SLOW_MICROS, 500 * MB);
            assertThat(++ticks * TICK_MS).isLessThanOrEqualTo(AdaptiveLimit.WINDOW_MS_MAX);
        }
    }

    @Test
    void whereHardlyAnybodyReadsNothingIsHeldBack() {
        for (int i = 0; i < 100; i++) {
            assertThat(tick(i % 5 == 0 ? 1 : 0, SLOW_MICROS, 500 * MB).bytesPerSecond())
                    .isZero();
        }
    }

    @Test
    void slowReadsWithoutTransfersAreNotItsDoing() {
        quietTime();
        for (int i = 0; i < 20; i++) {
            assertThat(tick(READS, SLOW_MICROS, 0).bytesPerSecond()).isZero();
        }
    }

    @Test
    void theQuietP99IsMeasuredWithoutTransfersAndUntilThenTheOptions() {
        transferInPeace(100 * MB);
        assertThat(limit.state().quietMeasured()).isFalse();
        assertThat(limit.state().quietP99Micros()).isEqualTo(2_000);
        assertThat(limit.state().slowP99Micros()).isEqualTo(3_000);
        quietTime();
        assertThat(limit.state().quietMeasured()).isTrue();
        assertThat(limit.state().quietP99Micros()).isBetween(1_000L, 1_040L);
        assertThat(limit.state().slowP99Micros()).isBetween(1_500L, 1_560L);

        for (int i = 0; i < 10; i++) {
            tick(READS, 1_400, 100 * MB);
        }
        assertThat(limit.state().quietP99Micros()).isBetween(1_000L, 1_040L);
    }

    @Test
    void whatNobodyNoticesOverANetworkIsNotSlow() {
        for (int i = 0; i < 20; i++) {
            tick(READS, 20, 0);
        }
        for (int i = 0; i < 10; i++) {
            assertThat(tick(READS, 150, 100 * MB).bytesPerSecond()).isZero();
        }
        assertThat(tick(READS, 300, 100 * MB).bytesPerSecond()).isPositive();
    }

    @Test
    void theNextTransferBeginsWithoutALimit() {
        quietTime();
        transferInPeace(500 * MB);
        assertThat(tick(READS, SLOW_MICROS, 500 * MB).bytesPerSecond()).isPositive();
        while (nowMs % 100_000 != 0) {
            tick(READS, QUIET_MICROS, 0);
        }
        assertThat(limit.state().bytesPerSecond()).isZero();
    }

    @Test
    void switchedOffOnlyTheMaximumHolds() {
        quietTime();
        transferInPeace(500 * MB);
        tick(READS, SLOW_MICROS, 500 * MB);
        assertThat(limit.set(new ThrottleSettings(0, false, FLOOR, 150, 2_000)).bytesPerSecond())
                .isZero();
        assertThat(tick(READS, SLOW_MICROS, 500 * MB).bytesPerSecond()).isZero();
        ThrottleState max = limit.set(new ThrottleSettings(7 * MB, false, FLOOR, 150, 2_000));
        assertThat(max.bytesPerSecond()).isEqualTo(7 * MB);
        assertThat(max.reason()).isEqualTo(Reason.MAX);
        assertThat(max.hint()).isEqualTo("throttled to 7000000 bytes/s: the limit that was set");
        limit.set(ON);
        assertThat(tick(READS, SLOW_MICROS, 500 * MB).bytesPerSecond()).isPositive();
    }

    @Test
    void nonsenseIsRefusedByName() {
        assertThatThrownBy(() -> new ThrottleSettings(-1, true, 1, 150, 1))
                .hasMessageContaining("bytesPerSecondMax: -1");
        assertThatThrownBy(() -> new ThrottleSettings(0, true, 0, 150, 1)).hasMessageContaining("floor");
        assertThatThrownBy(() -> new ThrottleSettings(0, true, 1, 100, 1)).hasMessageContaining("slowPercent: 100");
        assertThatThrownBy(() -> new ThrottleSettings(0, true, 1, 150, 0)).hasMessageContaining("assumedQuietMicros");
    }

    /** Whatever reads and transfers do, and whenever the settings change. */
    @Property(tries = 100)
    void itIsNeverBelowTheFloorNorAboveTheMaximum(
            @ForAll long seed, @ForAll @LongRange(min = 0, max = 100) long maxMb) {
        Random random = new Random(seed);
        ThrottleSettings settings = new ThrottleSettings(maxMb * MB, true, FLOOR, 150, 2_000);
        limit = new AdaptiveLimit(settings, nowMs);
        for (int i = 0; i < 400; i++) {
            if (random.nextInt(50) == 0) {
                settings = new ThrottleSettings(
                        random.nextInt(100) * MB, true, FLOOR + random.nextInt(5) * MB, 150, 2_000);
                limit.set(settings);
            }
            nowMs += random.nextInt(20) == 0 ? random.nextInt(20_000) : 0;
            tick(
                    random.nextInt(READS),
                    1 + random.nextInt(SLOW_MICROS),
                    random.nextInt(2) * (long) random.nextInt(500_000_000));
            long now = limit.state().bytesPerSecond();
            if (settings.bytesPerSecondMax() > 0) {
                assertThat(now)
                        .isBetween(
                                Math.min(settings.floorBytesPerSecond(), settings.bytesPerSecondMax()),
                                settings.bytesPerSecondMax());
            } else if (now > 0) {
                assertThat(now).isGreaterThanOrEqualTo(settings.floorBytesPerSecond());
            }
        }
    }

    /** Reads that stay slow, whatever it does, hold a load up no longer than the floor allows. */
    @Property(tries = 25)
    void everyLoadEnds(
            @ForAll @IntRange(min = 1, max = 2_000) int megabytes, @ForAll @IntRange(min = 11, max = 500) int diskMb) {
        quietTime();
        long beganMs = nowMs;
        long left = megabytes * MB;
        while (left > 0) {
            long perSecond = limit.state().bytesPerSecond() == 0
                    ? diskMb * MB
                    : Math.min(diskMb * MB, limit.state().bytesPerSecond());
            left -= perSecond * TICK_MS / 1000;
            tick(READS, SLOW_MICROS, perSecond);
        }
        assertThat(nowMs - beganMs).isLessThanOrEqualTo(megabytes * MB * 1000 / FLOOR + 2 * TICK_MS);
    }

    /** Reads are slow above some rate: it stays near that rate, and seldom above. */
    @Property(tries = 10)
    void itSettlesBelowWhatReadsCanBear(@ForAll @IntRange(min = 30, max = 300) int bearableMb, @ForAll long seed) {
        Random random = new Random(seed);
        quietTime();
        long moved = 0;
        int slowTicks = 0;
        int ticks = 5 * 200;
        for (int i = 0; i < ticks; i++) {
            long now = limit.state().bytesPerSecond();
            long perSecond = now == 0 ? 500 * MB : Math.min(500 * MB, now);
            boolean slow = perSecond > bearableMb * MB;
            moved += perSecond * TICK_MS / 1000;
            slowTicks += slow ? 1 : 0;
            tick(READS, (slow ? SLOW_MICROS : QUIET_MICROS) - random.nextInt(100), perSecond);
        }
        assertThat(slowTicks * 100 / ticks)
                .as("percent of the time with slow reads")
                .isLessThanOrEqualTo(3);
        assertThat(moved / 200 / MB).as("MB per second").isGreaterThan(bearableMb * 6L / 10);
    }

    private void quietTime() {
        for (int i = 0; i < 50; i++) {
            tick(READS, QUIET_MICROS, 0);
        }
    }

    private void transferInPeace(long bytesPerSecond) {
        for (int i = 0; i < 10; i++) {
            tick(READS, QUIET_MICROS, bytesPerSecond);
        }
    }

    private ThrottleState tick(int reads, int micros, long bytesPerSecond) {
        return tick(reads(reads, micros), bytesPerSecond);
    }

    private ThrottleState tick(Histogram reads, long bytesPerSecond) {
        nowMs += TICK_MS;
        return limit.onTick(nowMs, reads, bytesPerSecond * TICK_MS / 1000);
    }

    private static Histogram reads(int reads, int micros) {
        Histogram histogram = new Histogram(AdaptiveLimit.READ_MICROS_MAX, AdaptiveLimit.READ_DIGITS);
        if (reads > 0) {
            histogram.recordValueWithCount(micros, reads);
        }
        return histogram;
    }
}
