package dev.sluice.shell;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** How fast something grows, measured over the last seconds, and when it will be complete. */
final class RateMeter {
    private static final long WINDOW_MS = 10_000;

    private record Sample(long atMs, double amount) {}

    private final Deque<Sample> samples = new ArrayDeque<>();

    /** The amount at that time. An amount that went back begins a new measurement. */
    void record(long nowMs, double amount) {
        if (!samples.isEmpty() && amount < samples.getLast().amount()) {
            samples.clear();
        }
        samples.addLast(new Sample(nowMs, amount));
        while (samples.size() > 2 && nowMs - samples.getFirst().atMs() > WINDOW_MS) {
            samples.removeFirst();
        }
    }

    /** Per second; empty until there are two measurements. */
    OptionalDouble perSecond() {
        if (samples.size() < 2) {
            return OptionalDouble.empty();
        }
        long elapsedMs = samples.getLast().atMs() - samples.getFirst().atMs();
        return elapsedMs <= 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(
                        (samples.getLast().amount() - samples.getFirst().amount()) * 1000 / elapsedMs);
    }

    /** Seconds until the total is reached; empty while nothing moves. */
    OptionalLong secondsUntil(double total) {
        OptionalDouble rate = perSecond();
        if (rate.isEmpty() || rate.getAsDouble() <= 0) {
            return OptionalLong.empty();
        }
        double left = Math.max(0, total - samples.getLast().amount());
        return OptionalLong.of((long) Math.ceil(left / rate.getAsDouble()));
    }
}
