package dev.sluice.shell.fileset;

import java.io.PrintWriter;

/** A line that is written again and again on a terminal, and once in a while elsewhere. Safe for use by several threads. */
final class LiveLine {
    private static final long TERMINAL_INTERVAL_MS = 200;
    private static final long PLAIN_INTERVAL_MS = 10_000;

    private final PrintWriter out;
    private final boolean isTerminal;
    private long shownAtMs;
    private int width;

    LiveLine(PrintWriter out, boolean isTerminal) {
        this.out = out;
        this.isTerminal = isTerminal;
    }

    /** True if it is time to show something new. */
    synchronized boolean isDue(long elapsedMs) {
        return elapsedMs - shownAtMs >= (isTerminal ? TERMINAL_INTERVAL_MS : PLAIN_INTERVAL_MS);
    }

    synchronized void show(String text, long elapsedMs) {
        shownAtMs = elapsedMs;
        if (isTerminal) {
            out.print("\r" + text + " ".repeat(Math.max(0, width - text.length())));
        } else {
            out.println(text);
        }
        out.flush();
        width = text.length();
    }

    /** Leaves the terminal at the beginning of an empty line. */
    synchronized void clear() {
        if (isTerminal && width > 0) {
            out.print("\r" + " ".repeat(width) + "\r");
            out.flush();
            width = 0;
        }
    }
}
