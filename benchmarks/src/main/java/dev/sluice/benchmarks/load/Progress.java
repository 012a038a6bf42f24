package dev.sluice.benchmarks.load;

import dev.sluice.shell.ConsoleCheck;
import dev.sluice.shell.ProgressLine;
import java.io.PrintStream;

/** Progress of the steps of a run, beside its results. */
final class Progress {
    private static final PrintStream STREAM = System.err;

    private Progress() {}

    /** @param total of the units; -1 if it is not known */
    static ProgressLine of(String task, long total, String unit) {
        return new ProgressLine(task, total, unit, STREAM, ConsoleCheck.isTerminal());
    }
}
