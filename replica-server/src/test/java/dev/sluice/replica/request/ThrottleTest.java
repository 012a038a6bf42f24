package dev.sluice.replica.request;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThrottleTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                // env; partitions; delay units, ms; reject units, ms
                "20000*delay*100;8;2501;100;0;0",
                "20K*delay*100,30K*reject*200;8;2501;100;3751;200",
                "3M*reject*5;4;0;0;750001;5",
                "100*delay*10;1;101;10;0;0",
                "0*delay*10,0*reject*10;8;0;10;0;10",
                "'';8;0;0;0;0",
                "nonsense;8;0;0;0;0"
            })
    void theShareOfAPartitionIsAnEqualPartAndOneMore(
            String env, int partitions, long delayUnits, long delayMs, long rejectUnits, long rejectMs) {
        assertThat(ThrottleLimits.parse(env, partitions))
                .isEqualTo(new ThrottleLimits(delayUnits, delayMs, rejectUnits, rejectMs));
    }

    @Test
    void aboveTheFirstLimitRequestsWaitAboveTheSecondTheyAreRefusedAfterAWait() {
        Throttle throttle = new Throttle(new ThrottleLimits(2, 100, 4, 200));

        assertThat(throttle.take(1, 5_000, 0).waitMs()).isZero();
        assertThat(throttle.take(1, 5_000, 10).waitMs()).isZero();
        assertThat(throttle.take(1, 5_000, 20)).isEqualTo(new Throttle.Verdict(false, 100));
        assertThat(throttle.take(1, 5_000, 30)).isEqualTo(new Throttle.Verdict(false, 100));
        assertThat(throttle.take(1, 5_000, 40)).isEqualTo(new Throttle.Verdict(true, 200));
    }

    @Test
    void theNextSecondBeginsAnew() {
        Throttle throttle = new Throttle(new ThrottleLimits(0, 0, 1, 10));

        assertThat(throttle.take(1, 5_000, 900).rejected()).isFalse();
        assertThat(throttle.take(1, 5_000, 999).rejected()).isTrue();
        assertThat(throttle.take(1, 5_000, 1_000).rejected()).isFalse();
    }

    @Test
    void whatIsRefusedTakesNothing() {
        Throttle throttle = new Throttle(new ThrottleLimits(0, 0, 100, 10));

        assertThat(throttle.take(90, 5_000, 0).rejected()).isFalse();
        assertThat(throttle.take(50, 5_000, 0).rejected()).isTrue();
        assertThat(throttle.take(10, 5_000, 0).rejected()).isFalse();
    }

    @Test
    void nobodyWaitsLongerThanHalfOfWhatItsClientDoes() {
        Throttle throttle = new Throttle(new ThrottleLimits(1, 1_000, 0, 0));
        throttle.take(1, 500, 0);

        assertThat(throttle.take(1, 500, 0).waitMs()).isEqualTo(250);
        assertThat(throttle.take(1, 0, 0).waitMs()).isEqualTo(1_000);
    }

    @Test
    void readsGoThroughUntilTheirBytesAreUsedUpAndComeBackWithTime() {
        ByteBudget budget = new ByteBudget(1_000, 0);

        assertThat(budget.isExhausted(0)).isFalse();
        budget.take(3_000);
        assertThat(budget.isExhausted(100)).isTrue();
        assertThat(budget.isExhausted(1_900)).isTrue();
        assertThat(budget.isExhausted(2_100)).isFalse();
        assertThat(new ByteBudget(0, 0).isExhausted(0)).isFalse();
    }
}
