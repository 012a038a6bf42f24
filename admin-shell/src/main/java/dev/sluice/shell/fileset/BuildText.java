package dev.sluice.shell.fileset;

import dev.sluice.bulkload.build.BuildProgress;
import dev.sluice.shell.Figures;
import java.util.Locale;

/** One line that says how far a build is. */
final class BuildText {
    private static final int BAR_CHARACTERS = 24;
    private static final double FRACTION_FOR_ESTIMATE_MIN = 0.01;

    private long rowsAtPhase;
    private long phaseBegunMs;
    private BuildProgress.Phase phase = BuildProgress.Phase.READING;

    /** Notes when a phase begins. Called with every progress, in order. */
    void note(BuildProgress progress, long elapsedMs) {
        if (progress.phase() != phase) {
            phase = progress.phase();
            phaseBegunMs = elapsedMs;
            rowsAtPhase = rows(progress);
        }
    }

    /** The line at that time after the start. */
    String line(BuildProgress progress, long elapsedMs) {
        note(progress, elapsedMs);
        double fraction = progress.fraction();
        int filled = (int) Math.round(fraction * BAR_CHARACTERS);
        return String.format(
                Locale.ROOT,
                "%-7s [%s%s] %3d%%  %,d rows  %,d rows/s  %s written  ETA %s",
                phase.name().toLowerCase(Locale.ROOT),
                "#".repeat(filled),
                "-".repeat(BAR_CHARACTERS - filled),
                (int) (fraction * 100),
                rows(progress),
                rate(progress, elapsedMs),
                Figures.bytes(progress.sstBytesWritten()),
                eta(fraction, elapsedMs));
    }

    private long rate(BuildProgress progress, long elapsedMs) {
        long phaseMs = elapsedMs - phaseBegunMs;
        return phaseMs <= 0 ? 0 : (rows(progress) - rowsAtPhase) * 1000 / phaseMs;
    }

    private static long rows(BuildProgress progress) {
        return progress.phase() == BuildProgress.Phase.WRITING ? progress.rowsWritten() : progress.rowsRead();
    }

    private static String eta(double fraction, long elapsedMs) {
        return fraction < FRACTION_FOR_ESTIMATE_MIN
                ? "?"
                : Figures.duration(Math.round(elapsedMs * (1 - fraction) / fraction / 1000));
    }
}
