package dev.sluice.benchmarks.load;

import dev.sluice.benchmarks.load.LoadResult.ForegroundFigures;
import dev.sluice.benchmarks.load.LoadResult.Time;
import dev.sluice.benchmarks.measure.Summary;
import dev.sluice.common.view.TextTable;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The tables of a run. */
final class LoadReport {
    private static final double BYTES_PER_MIB = 1 << 20;

    private LoadReport() {}

    /** How fast, and at which cost. */
    static TextTable loads(List<LoadResult> results, double clientSeconds) {
        TextTable table = TextTable.columns(
                "loads",
                "case",
                "seconds",
                "MB/s",
                "÷ copy",
                "× client",
                "store bytes/byte",
                "CPU s/GB",
                "heap MiB",
                "RSS MiB",
                "others' CPUs",
                "not right");
        for (LoadResult result : results) {
            table.add(
                    result.loadCase().title(),
                    result.seconds(),
                    result.megabytesPerSecond(),
                    result.copyRatio(),
                    text("%.1f", clientSeconds / result.seconds().median()),
                    text("%.2f", result.bytesFromStorePerByte().median()),
                    result.cpuSecondsPerGb(),
                    mib(result.heapBytesMax()),
                    mib(result.residentBytesMax()),
                    text("%.2f", result.othersProcessors().median()),
                    result.notRight());
        }
        return table;
    }

    /** What reads and writes of others took. */
    static TextTable foreground(List<LoadResult> results) {
        TextTable table =
                TextTable.columns("foreground", "case", "", "when", "number", "p50 ms", "p99 ms", "p99.9 ms", "max ms");
        for (LoadResult result : results) {
            for (LoadResult.Round round : result.rounds()) {
                ForegroundFigures foreground = round.foreground();
                if (foreground != null) {
                    addTimes(table, result.loadCase().title(), "reads", foreground.reads());
                    addTimes(table, result.loadCase().title(), "writes", foreground.writes());
                    table.add(
                            result.loadCase().title(),
                            "writes",
                            "around publish",
                            "",
                            "",
                            "",
                            "",
                            text("%.1f", foreground.publishWriteMsMax()));
                }
            }
        }
        return table;
    }

    private static void addTimes(TextTable table, String title, String kind, Map<Time, Samples.Figures> figures) {
        figures.forEach((time, found) -> table.add(
                title,
                kind,
                time.name().toLowerCase(Locale.ROOT),
                text("%,d", found.count()),
                text("%.2f", found.p50Ms()),
                text("%.2f", found.p99Ms()),
                text("%.2f", found.p999Ms()),
                text("%.1f", found.maxMs())));
    }

    /** The limits that the loads are compared with. */
    static TextTable limits(Summary copySeconds, ClientSample client) {
        return TextTable.facts("beside them")
                .add(text("copy %d times with fsync, seconds", Cluster.REPLICAS), copySeconds)
                .add(
                        "the same rows through the client, seconds",
                        text(
                                "%.1f (extrapolated from %,d rows in %.1f s, %,.0f/s)",
                                client.secondsOfAll(), client.rows(), client.seconds(), client.rowsPerSecond()));
    }

    private static String mib(long bytes) {
        return bytes == 0 ? "?" : text("%,.0f", bytes / BYTES_PER_MIB);
    }

    private static String text(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }
}
