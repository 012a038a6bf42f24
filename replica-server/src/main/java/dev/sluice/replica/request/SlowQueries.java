package dev.sluice.replica.request;

import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs reads that took long; only so many a second, and how many more there were. Safe for use by several threads. */
final class SlowQueries {
    private static final Logger LOG = LoggerFactory.getLogger(SlowQueries.class);
    private static final int LINES_PER_SECOND_MAX = 10;

    private long second = Long.MIN_VALUE;
    private int lines;
    private long left;

    /** Called for each read that took longer than the app allows. */
    void on(String taskCode, Gpid gpid, HostPort caller, long tookMs, long nowMs) {
        long unlogged = unloggedBefore(nowMs);
        if (unlogged >= 0) {
            LOG.warn(
                    "slow query: {} of {} from {} took {} ms{}",
                    taskCode,
                    gpid,
                    caller,
                    tookMs,
                    unlogged == 0 ? "" : ", and " + unlogged + " more were slow since the last line");
        }
    }

    /** -1 if this one is not logged either. */
    private synchronized long unloggedBefore(long nowMs) {
        long now = Math.floorDiv(nowMs, 1_000L);
        if (now != second) {
            second = now;
            lines = 0;
        }
        if (lines >= LINES_PER_SECOND_MAX) {
            left++;
            return -1;
        }
        lines++;
        long before = left;
        left = 0;
        return before;
    }
}
