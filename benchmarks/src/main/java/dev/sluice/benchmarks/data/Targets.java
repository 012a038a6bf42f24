package dev.sluice.benchmarks.data;

import dev.sluice.benchmarks.measure.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the data path is to reach on two cores, and whether a run did. */
record Targets(List<Target> targets) {
    private static final double READ_RATIO_MIN = 0.25;
    private static final double READ_P99_MICROS_MAX = 2_000;
    private static final double WRITES_PER_SECOND_MIN = 10_000;
    private static final int SMALL_VALUE_BYTES = 100;

    /** Of the cases of a run that they speak of: values of 100 bytes, and writes only where replicas take part. */
    static Targets of(List<Case> cases, int replicas) {
        List<Target> targets = new ArrayList<>();
        for (Case each : cases) {
            if (each.valueBytes() != SMALL_VALUE_BYTES) {
                continue;
            }
            String keys = each.keys().name().toLowerCase(Locale.ROOT);
            if (each.workload() == Workload.C) {
                double ratio = each.ratio();
                targets.add(new Target(
                        String.format(
                                Locale.ROOT,
                                "reads over RPC, pipelined, at least 25 %% of the engine's (%s keys): %.1f %%",
                                keys,
                                100 * ratio),
                        ratio,
                        ratio >= READ_RATIO_MIN));
                double p99 = each.of(Case.Side.CLIENT).micros(99).median();
                targets.add(new Target(
                        String.format(
                                Locale.ROOT,
                                "p99 of a read at the rate of the open loop at most 2 ms (%s keys): %.2f ms"
                                        + " (of sockets alone %.2f ms)",
                                keys,
                                p99 / 1000,
                                each.of(Case.Side.SOCKETS).micros(99).median() / 1000),
                        p99,
                        p99 <= READ_P99_MICROS_MAX));
            } else if (each.workload() == Workload.W && replicas > 1) {
                double writes = each.of(Case.Side.CLIENT).peak().median();
                targets.add(new Target(
                        String.format(
                                Locale.ROOT, "replicated writes at least 10,000/s (%s keys): %,.0f/s", keys, writes),
                        writes,
                        writes >= WRITES_PER_SECOND_MIN));
            }
        }
        return new Targets(List.copyOf(targets));
    }
}
