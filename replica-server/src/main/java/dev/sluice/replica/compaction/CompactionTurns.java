package dev.sluice.replica.compaction;

import java.util.concurrent.Executor;

/** How many compactions that were asked for run at once on a node. Safe for use by several threads. */
public final class CompactionTurns {
    private final Executor executor;
    private final int max;
    private int running;

    /** @param executor has a thread for each of {@code max}, since a compaction may take hours */
    public CompactionTurns(Executor executor, int max) {
        this.executor = executor;
        this.max = max;
    }

    /**
     * Runs a compaction if there is a turn for it.
     *
     * @param runningMax of its app; the lower limit counts
     * @return false if too many are running
     */
    synchronized boolean begin(int runningMax, Runnable compaction) {
        if (running >= Math.min(max, runningMax)) {
            return false;
        }
        running++;
        try {
            executor.execute(() -> {
                try {
                    compaction.run();
                } finally {
                    end();
                }
            });
        } catch (RuntimeException e) {
            running--;
            throw e;
        }
        return true;
    }

    private synchronized void end() {
        running--;
    }
}
