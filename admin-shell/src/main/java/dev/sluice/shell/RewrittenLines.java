package dev.sluice.shell;

import java.io.PrintWriter;
import java.util.List;

/** Lines at the end of a terminal that take the place of those that were shown before. */
final class RewrittenLines {
    private final PrintWriter out;
    private int linesOnScreen;

    RewrittenLines(PrintWriter out) {
        this.out = out;
    }

    void show(List<String> lines) {
        if (linesOnScreen > 0) {
            out.print("\u001b[" + linesOnScreen + "A\u001b[J"); // up to the first of our lines, and clear from there
        }
        // A line that wraps would be two when the cursor goes up again: the terminal cuts it instead.
        out.print("\u001b[?7l");
        lines.forEach(out::println);
        out.print("\u001b[?7h");
        out.flush();
        linesOnScreen = lines.size();
    }
}
