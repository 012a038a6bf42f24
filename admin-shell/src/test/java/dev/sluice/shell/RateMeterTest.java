package dev.sluice.shell;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RateMeterTest {
    private final RateMeter meter = new RateMeter();

    @Test
    void oneMeasurementGivesNoRate() {
        meter.record(0, 100);

        assertThat(meter.perSecond()).isEmpty();
        assertThat(meter.secondsUntil(200)).isEmpty();
    }

    @Test
    void theRateIsOverTheLastTenSeconds() {
        meter.record(0, 0);
        meter.record(10_000, 1_000_000);
        meter.record(15_000, 1_000_500);
        meter.record(20_000, 1_001_000);

        assertThat(meter.perSecond()).hasValue(100);
        assertThat(meter.secondsUntil(1_002_050)).hasValue(11);
    }

    @Test
    void whatStandsStillHasNoEnd() {
        meter.record(0, 5);
        meter.record(1_000, 5);

        assertThat(meter.perSecond()).hasValue(0);
        assertThat(meter.secondsUntil(10)).isEmpty();
    }

    @Test
    void whatWentBackIsMeasuredAnew() {
        meter.record(0, 0);
        meter.record(1_000, 1_000);
        meter.record(2_000, 10);

        assertThat(meter.perSecond()).isEmpty();
    }
}
