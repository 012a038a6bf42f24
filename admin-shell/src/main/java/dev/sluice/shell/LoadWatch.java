package dev.sluice.shell;

import dev.sluice.client.AdminClient;
import dev.sluice.client.LoadStatus;
import dev.sluice.common.time.Clock;
import dev.sluice.common.time.SystemClock;
import dev.sluice.wire.bulkload.BulkLoadStatus;
import java.io.PrintWriter;
import java.util.List;

/**
 * Watches a load until it has ended. On a terminal the lines are rewritten in place; elsewhere a line is printed when the
 * status or a tenth of the way has changed, and at the end why it did not succeed.
 */
final class LoadWatch {
    private static final long INTERVAL_MS = 200;
    private static final int PARTITIONS_SHOWN_MAX = 16;

    private final AdminClient admin;
    private final PrintWriter out;
    private final boolean live;
    private final Interruption interruption;
    private final Clock clock = new SystemClock();
    private final RateMeter percentMeter = new RateMeter();
    private int linesOnScreen;
    private String lastPlain = "";

    /** @param live the output is a terminal */
    LoadWatch(AdminClient admin, PrintWriter out, boolean live, Interruption interruption) {
        this.admin = admin;
        this.out = out;
        this.live = live;
        this.interruption = interruption;
    }

    /** Returns the last status: an ended load, unless somebody interrupted the watching. */
    LoadStatus untilEnded(String app) {
        while (true) {
            LoadStatus status = admin.queryBulkLoad(app);
            show(status);
            if (status.isEnded() || interruption.await(INTERVAL_MS)) {
                return status;
            }
        }
    }

    private void show(LoadStatus status) {
        LoadView view = new LoadView(status, percentMeter);
        percentMeter.record(clock.nowMs(), view.percent());
        if (live) {
            rewrite(view.lines(PARTITIONS_SHOWN_MAX));
        } else {
            // A load that failed is first cleaned up and has ended only then: that is when it says why.
            boolean failed = status.isEnded() && status.status() != BulkLoadStatus.BLS_SUCCEED;
            String key = status.status() + " " + (failed ? "ended" : view.percent() / 10);
            if (!key.equals(lastPlain)) {
                lastPlain = key;
                out.println(view.headline());
                if (failed) {
                    out.println("  " + status.hint());
                }
                out.flush();
            }
        }
    }

    private void rewrite(List<String> lines) {
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
