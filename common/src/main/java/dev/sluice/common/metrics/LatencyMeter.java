package dev.sluice.common.metrics;

import java.util.concurrent.TimeUnit;

/** Takes how long something took, from any thread. */
@FunctionalInterface
public interface LatencyMeter {
    void record(long amount, TimeUnit unit);
}
