package dev.sluice.benchmarks.load;

import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.bulkload.work.StoppedException;
import dev.sluice.client.AdminClient;
import dev.sluice.client.LoadSource;
import dev.sluice.client.LoadStatus;
import dev.sluice.shell.ProgressLine;
import dev.sluice.wire.bulkload.BulkLoadStatus;

/**
 * When a load was where, by {@link System#nanoTime}.
 *
 * @param startNanos of the request
 * @param unpublishedNanos the last time at which it was not published yet
 * @param succeededNanos when a query first said SUCCEED
 * @param endedNanos when nothing of it was left to do
 */
record TimedLoad(long startNanos, long unpublishedNanos, long succeededNanos, long endedNanos) {
    private static final long POLL_MS = 5;

    /** Hears that the load is published everywhere. */
    interface Listener {
        void onSucceeded();
    }

    /** Starts the load and watches it to its end. Throws {@link IllegalStateException} if it does not succeed. */
    static TimedLoad run(
            String title, AdminClient admin, LoadSource source, long bytes, StopSignal stop, Listener listener)
            throws StoppedException {
        long start = System.nanoTime();
        long unpublished = start;
        long succeeded = 0;
        long shown = 0;
        try (ProgressLine line = Progress.of(title, bytes, "bytes")) {
            admin.startBulkLoad(source);
            while (true) {
                long asked = System.nanoTime();
                LoadStatus status = admin.queryBulkLoad(source.app());
                if (isBeforePublish(status)) {
                    unpublished = asked;
                    long done = bytes * status.downloadPercent() / 100;
                    line.add(Math.max(0, done - shown));
                    shown = Math.max(done, shown);
                }
                if (succeeded == 0 && status.status() == BulkLoadStatus.BLS_SUCCEED) {
                    succeeded = System.nanoTime();
                    listener.onSucceeded();
                    line.add(bytes - shown);
                }
                if (status.isEnded()) {
                    requireSucceeded(status);
                    return new TimedLoad(start, unpublished, succeeded, System.nanoTime());
                }
                stop.sleep(POLL_MS);
            }
        }
    }

    double seconds() {
        return (succeededNanos - startNanos) / 1e9;
    }

    double secondsToEnd() {
        return (endedNanos - startNanos) / 1e9;
    }

    private static boolean isBeforePublish(LoadStatus status) {
        return status.isEnded()
                ? status.status() == BulkLoadStatus.BLS_INVALID
                : status.status() == BulkLoadStatus.BLS_DOWNLOADING || status.status() == BulkLoadStatus.BLS_DOWNLOADED;
    }

    private static void requireSucceeded(LoadStatus status) {
        if (status.status() != BulkLoadStatus.BLS_SUCCEED) {
            throw new IllegalStateException(
                    status.app() + ": the load ended with " + status.status() + ": " + status.hint());
        }
    }
}
