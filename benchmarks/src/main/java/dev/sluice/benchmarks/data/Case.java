package dev.sluice.benchmarks.data;

import dev.sluice.benchmarks.measure.Summary;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** One workload over one distribution and value size, and what the contestants came to in it. */
final class Case {
    private static final double NANOS_PER_MICRO = 1000;

    private final Workload workload;
    private final KeyDistribution keys;
    private final int valueBytes;
    private final Map<Side, Figures> figures = new EnumMap<>(Side.class);

    Case(Workload workload, KeyDistribution keys, int valueBytes) {
        this.workload = workload;
        this.keys = keys;
        this.valueBytes = valueBytes;
        for (Side side : Side.values()) {
            figures.put(side, new Figures());
        }
    }

    /** Who is measured. */
    enum Side {
        ENGINE("engine, one thread"),
        SOCKETS("sockets alone"),
        CLIENT("client, over RPC");

        private final String title;

        Side(String title) {
            this.title = title;
        }

        String title() {
            return title;
        }
    }

    /** What one side came to, round by round. */
    static final class Figures {
        private final List<Double> peaks = new ArrayList<>();
        private final List<Double> cpuMicros = new ArrayList<>();
        private final List<Double> rates = new ArrayList<>();
        private final Map<Double, List<Double>> micros = new LinkedHashMap<>();
        private long failed;

        Figures() {
            for (double percentile : new double[] {50, 99, 99.9}) {
                micros.put(percentile, new ArrayList<>());
            }
        }

        void addPeak(ClosedLoop.Result result) {
            peaks.add(result.perSecond());
            cpuMicros.add(result.cpuMicros());
            failed += result.failed();
        }

        void addPaced(DataBenchmark.Paced result) {
            rates.add(result.perSecond());
            failed += result.failed();
            Histogram latencies = result.latencies();
            micros.forEach(
                    (percentile, rounds) -> rounds.add(latencies.getValueAtPercentile(percentile) / NANOS_PER_MICRO));
        }

        Summary peak() {
            return Summary.of(peaks);
        }

        Summary cpuMicros() {
            return Summary.of(cpuMicros);
        }

        Summary rate() {
            return Summary.of(rates);
        }

        Summary micros(double percentile) {
            return Summary.of(micros.getOrDefault(percentile, List.of()));
        }

        long failed() {
            return failed;
        }
    }

    Workload workload() {
        return workload;
    }

    KeyDistribution keys() {
        return keys;
    }

    int valueBytes() {
        return valueBytes;
    }

    Figures of(Side side) {
        Figures found = figures.get(side);
        if (found == null) {
            throw new IllegalStateException("no figures of " + side);
        }
        return found;
    }

    /** Peak of the client as a part of that of the engine. */
    double ratio() {
        return of(Side.CLIENT).peak().median() / of(Side.ENGINE).peak().median();
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("workload", workload.name());
        json.put("keys", keys.name().toLowerCase(java.util.Locale.ROOT));
        json.put("value_bytes", valueBytes);
        json.put("peak_ratio", ratio());
        for (Side side : Side.values()) {
            Figures own = of(side);
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("peak_per_second", own.peak().json());
            one.put("peak_cpu_us_per_operation", own.cpuMicros().json());
            one.put("open_loop_per_second", own.rate().json());
            own.micros
                    .keySet()
                    .forEach(percentile -> one.put(
                            "p" + (percentile == 99.9 ? "99_9" : String.valueOf(percentile.intValue())) + "_us",
                            own.micros(percentile).json()));
            one.put("failed", own.failed());
            json.put(side.name().toLowerCase(java.util.Locale.ROOT), one);
        }
        return json;
    }
}
