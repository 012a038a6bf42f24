package dev.sluice.shell;

import dev.sluice.client.AdminClient;
import java.io.PrintWriter;
import java.util.List;
import java.util.OptionalInt;

/**
 * Watches the manual compaction of an app until every replica is done. On a terminal the line is rewritten in place; elsewhere
 * one is printed when a tenth of the way has changed.
 */
final class CompactionWatch {
    static final int ALL = 100;

    private static final long INTERVAL_MS = 500;
    private static final int BAR_WIDTH = 30;

    private final AdminClient admin;
    private final PrintWriter out;
    private final boolean live;
    private final Interruption interruption;
    private final RewrittenLines onScreen;
    private int lastTenth = -1;

    /** @param live the output is a terminal */
    CompactionWatch(AdminClient admin, PrintWriter out, boolean live, Interruption interruption) {
        this.admin = admin;
        this.out = out;
        this.live = live;
        this.interruption = interruption;
        this.onScreen = new RewrittenLines(out);
    }

    /** Returns the last percentage: all, unless somebody interrupted the watching; empty if there is no compaction (any more). */
    OptionalInt untilDone(String app) {
        while (true) {
            OptionalInt percent = admin.queryManualCompaction(app);
            percent.ifPresent(done -> show(app, done));
            if (percent.isEmpty() || percent.getAsInt() >= ALL || interruption.await(INTERVAL_MS)) {
                return percent;
            }
        }
    }

    private void show(String app, int percent) {
        String line = app + " compacted [" + Figures.bar(percent, BAR_WIDTH) + "] " + percent + "%";
        if (live) {
            onScreen.show(List.of(line));
        } else if (percent / 10 != lastTenth) {
            lastTenth = percent / 10;
            out.println(line);
            out.flush();
        }
    }
}
