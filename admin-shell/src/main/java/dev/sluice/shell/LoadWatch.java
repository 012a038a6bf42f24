package dev.sluice.shell;

import dev.sluice.client.AdminClient;
import dev.sluice.client.LoadStatus;
import dev.sluice.common.time.Clock;
import dev.sluice.common.time.SystemClock;
import dev.sluice.wire.bulkload.BulkLoadStatus;
import java.io.PrintWriter;

/**
 * Watches a load until it has ended. On a terminal the lines are rewritten in place; elsewhere a line is printed when the
 * status or a tenth of the way has changed, and at the end why it did not succeed.
 */
final class LoadWatch {
    private static final long INTERVAL_MS = 200;
    private static final int PARTITIONS_SHOWN_MAX = 16;

    private final AdminClient admin;
    private final PrintWriter out;
    private final RewrittenLines onScreen;
    private final boolean live;
    private final Interruption interruption;
    private final Clock clock = new SystemClock();
    private final RateMeter percentMeter = new RateMeter();
    private String lastPlain = "";

    /** @param live the output is a terminal */
    LoadWatch(AdminClient admin, PrintWriter out, boolean live, Interruption interruption) {
        this.admin = admin;
        this.out = out;
        this.onScreen = new RewrittenLines(out);
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
            onScreen.show(view.lines(PARTITIONS_SHOWN_MAX));
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
}
