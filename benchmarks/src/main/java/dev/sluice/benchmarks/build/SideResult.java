package dev.sluice.benchmarks.build;

import dev.sluice.benchmarks.measure.Summary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What one side came to, round by round, and with the larger input. */
final class SideResult {
    private static final double BYTES_PER_MIB = 1 << 20;

    private final Side side;
    private final List<SideRun> rounds = new ArrayList<>();
    private @Nullable SideRun larger;

    SideResult(Side side) {
        this.side = side;
    }

    void add(SideRun run) {
        rounds.add(run);
    }

    void setLarger(SideRun run) {
        larger = run;
    }

    Side side() {
        return side;
    }

    List<SideRun> rounds() {
        return List.copyOf(rounds);
    }

    /** The run with the larger input; null if there was none. */
    @Nullable
    SideRun larger() {
        return larger;
    }

    boolean hasJob() {
        return rounds.stream().allMatch(run -> run.job() != null);
    }

    Summary summary(ToDoubleFunction<SideRun> figure) {
        return Summary.of(rounds.stream().map(figure::applyAsDouble).toList());
    }

    /** Of each round, in times of that of the other side in the same round. */
    Summary ratio(SideResult other, ToDoubleFunction<SideRun> seconds) {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < rounds.size(); i++) {
            ratios.add(seconds.applyAsDouble(rounds.get(i))
                    / other.rounds.get(i).process().seconds());
        }
        return Summary.of(ratios);
    }

    Summary peakMib() {
        return summary(run -> mib(run.process().residentBytesMax()));
    }

    /** Peak memory with the larger input, in times of the median of the rounds. */
    double peakRatio() {
        return mib(Objects.requireNonNull(larger).process().residentBytesMax())
                / peakMib().median();
    }

    boolean hasAllRows() {
        return rounds.stream().allMatch(SideRun::hasAllRows) && (larger == null || larger.hasAllRows());
    }

    static double mib(long bytes) {
        return bytes / BYTES_PER_MIB;
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("side", side.word());
        json.put("seconds", summary(run -> run.process().seconds()).json());
        json.put("cpu_seconds", summary(run -> run.process().cpuSeconds()).json());
        json.put("peak_mib", peakMib().json());
        json.put("rounds", rounds.stream().map(SideRun::json).toList());
        if (larger != null) {
            json.put("larger", larger.json());
            json.put("peak_ratio", peakRatio());
        }
        return json;
    }
}
