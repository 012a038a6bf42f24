package dev.sluice.benchmarks.build;

import dev.sluice.benchmarks.measure.Summary;
import dev.sluice.benchmarks.measure.Target;
import dev.sluice.common.view.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** The tables of a run, and what it was to reach. */
final class BuildReport {
    private static final double PEAK_RATIO_MAX = 1.1;

    private BuildReport() {}

    /** How fast, and at which cost. */
    static TextTable builds(List<SideResult> results) {
        TextTable table = TextTable.columns(
                "builds",
                "side",
                "seconds",
                "rows/s",
                "input MB/s",
                "written MB/s",
                "÷ plain",
                "CPU s",
                "peak MiB",
                "others' CPUs");
        Optional<SideResult> plain =
                results.stream().filter(each -> each.side() == Side.PLAIN).findFirst();
        for (SideResult result : results) {
            String title = result.side().title() + (result.hasJob() ? ", whole process" : "");
            add(
                    table,
                    title,
                    result,
                    plain,
                    run -> run.process().seconds(),
                    run -> run.process().cpuSeconds(),
                    result.peakMib());
            if (result.hasJob()) {
                add(
                        table,
                        result.side().title() + ", job alone",
                        result,
                        plain,
                        run -> job(run).seconds(),
                        run -> job(run).cpuSeconds(),
                        "");
            }
        }
        return table;
    }

    private static void add(
            TextTable table,
            String title,
            SideResult result,
            Optional<SideResult> plain,
            ToDoubleFunction<SideRun> seconds,
            ToDoubleFunction<SideRun> cpuSeconds,
            Object peak) {
        table.add(
                title,
                result.summary(seconds),
                result.summary(run -> run.rowsPerSecond(seconds.applyAsDouble(run))),
                result.summary(run -> run.inputMegabytesPerSecond(seconds.applyAsDouble(run))),
                result.summary(run -> run.writtenMegabytesPerSecond(seconds.applyAsDouble(run))),
                plain.map(each -> result.ratio(each, seconds).toString()).orElse(""),
                result.summary(cpuSeconds),
                peak,
                text(
                        "%.2f",
                        result.summary(run -> run.process().othersProcessors()).median()));
    }

    /** Peak memory against the size of the input. */
    static TextTable memory(List<SideResult> results, int times) {
        TextTable table = TextTable.columns(
                "memory", "side", "peak MiB", "with " + times + " × the rows", "ratio", "seconds", "rows/s", "CPU s");
        for (SideResult result : results) {
            SideRun larger = result.larger();
            if (larger != null) {
                table.add(
                        result.side().title(),
                        result.peakMib(),
                        text("%,.0f", SideResult.mib(larger.process().residentBytesMax())),
                        text("%.2f", result.peakRatio()),
                        text("%.2f", larger.process().seconds()),
                        text("%,.0f", larger.rowsPerSecond(larger.process().seconds())),
                        text("%.2f", larger.process().cpuSeconds()));
            }
        }
        return table;
    }

    /** What was to be reached. */
    static List<Target> targets(List<SideResult> results, int times) {
        List<Target> targets = new ArrayList<>();
        for (SideResult result : results) {
            if (result.side() == Side.FILESET && result.larger() != null) {
                double found = result.peakRatio();
                targets.add(new Target(
                        text(
                                "%s: peak memory with %d × the rows at most %.1f times that with the rows: %.2f",
                                result.side().title(), times, PEAK_RATIO_MAX, found),
                        found,
                        found <= PEAK_RATIO_MAX));
            }
        }
        return targets;
    }

    /** How large the files of each side are: those of the plain cost are not compressed, and no SST files. */
    static String written(List<SideResult> results) {
        List<String> parts = new ArrayList<>();
        for (SideResult result : results) {
            Summary bytes = result.summary(run -> SideResult.mib(run.writtenBytes()));
            parts.add(text("%s %,.1f MiB", result.side().title(), bytes.median()));
        }
        return "written: " + String.join(", ", parts);
    }

    private static SideRun.Job job(SideRun run) {
        return Objects.requireNonNull(run.job());
    }

    private static String text(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }
}
