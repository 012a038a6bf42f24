package dev.sluice.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.benchmarks.load.LoadResult.ForegroundFigures;
import dev.sluice.benchmarks.load.LoadResult.Time;
import dev.sluice.benchmarks.measure.Target;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which targets a run is held against, and how it is told. */
final class LoadTargetsTest {
    private static final LoadCase ALONE =
            new LoadCase(LoadCase.Mode.MERGE, LoadCase.Transfer.EACH, LoadCase.Into.EMPTY, false);
    private static final LoadCase WITH_FOREGROUND =
            new LoadCase(LoadCase.Mode.MERGE, LoadCase.Transfer.EACH, LoadCase.Into.EXISTING, true);

    @Test
    void aLoadAloneIsComparedWithTheCopyAndTheClientByItsMedian() {
        LoadResult result = new LoadResult(ALONE);
        result.add(round(2, 1, null));
        result.add(round(3, 1, null));
        result.add(round(9, 1, null));

        List<Target> targets = LoadTargets.of(List.of(result), 90);

        assertThat(targets.stream().map(Target::toString))
                .containsExactly(
                        "not reached: merge, each, into an empty app: time ÷ time to copy the same bytes 3 times with"
                                + " fsync at most 2: 3.00",
                        "reached:     merge, each, into an empty app: at least 20 × faster than the same rows through the"
                                + " client: 30.0 ×");
    }

    @Test
    void aLoadWithForegroundIsComparedWithTheQuietTimeBeforeIt() {
        LoadResult result = new LoadResult(WITH_FOREGROUND);
        result.add(round(2, 1, foreground(1.0, 2.5, 50.1, 0)));

        List<Target> targets = LoadTargets.of(List.of(result), 90);

        assertThat(targets.stream().map(Target::toString))
                .containsExactly(
                        "reached:     merge, each, over existing rows, with foreground: read p99 during the load ÷ quiet at"
                                + " most 3: 2.50",
                        "reached:     merge, each, over existing rows, with foreground: failed or rejected operations 0:"
                                + " 0 failed, 0 rejected, 0 wrong",
                        "not reached: merge, each, over existing rows, with foreground: slowest write around publish at"
                                + " most 50 ms: 50.1 ms");
    }

    @Test
    void oneRejectedOperationIsTooMany() {
        LoadResult result = new LoadResult(WITH_FOREGROUND);
        result.add(round(2, 1, foreground(1.0, 1.0, 1.0, 1)));

        assertThat(LoadTargets.of(List.of(result), 90).get(1).reached()).isFalse();
        assertThat(result.notRight()).isEqualTo(1);
    }

    @Test
    void everyCaseHasANameOfItsOwn() {
        assertThat(LoadCase.ALL.stream().map(LoadCase::name))
                .doesNotHaveDuplicates()
                .contains("merge-each-empty", "merge-each-existing-foreground");
    }

    @Test
    void theTableHasALineForEachCase() {
        LoadResult result = new LoadResult(ALONE);
        result.add(round(2, 1, null));

        assertThat(LoadReport.loads(List.of(result), 90).toString())
                .contains("merge, each, into an empty app")
                .contains("45.0");
    }

    private static LoadResult.Round round(double seconds, double copySeconds, @Nullable ForegroundFigures foreground) {
        return new LoadResult.Round(
                seconds,
                seconds + 0.5,
                copySeconds,
                1_000_000,
                3_000_000,
                1,
                0.5,
                1 << 20,
                1 << 21,
                0,
                null,
                foreground);
    }

    private static ForegroundFigures foreground(
            double quietP99Ms, double duringP99Ms, double publishMs, long rejected) {
        Map<Time, Samples.Figures> reads = new TreeMap<>(Map.of(
                Time.QUIET, new Samples.Figures(100, 0, 0.1, quietP99Ms, 9, 9),
                Time.DURING, new Samples.Figures(100, 0, 0.1, duringP99Ms, 9, 9)));
        return new ForegroundFigures(reads, reads, publishMs, rejected, 0, 0, Map.of());
    }
}
