package dev.sluice.replica.compaction;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How many compactions that were asked for run at once on a node. Safe for use by several threads. */
public final class CompactionTurns {
    private static final Logger LOG = LoggerFactory.getLogger(CompactionTurns.class);

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
     * @param runningMax it begins only while fewer run, of whatever apps
     * @return false if it does not
     */
    synchronized boolean begin(int runningMax, Runnable compaction) {
        if (running >= Math.min(max, runningMax)) {
            return false;
        }
        boolean handedOver = false;
        running++;
        try {
            executor.execute(() -> {
                try {
                    compaction.run();
                } finally {
                    end();
                }
            });
            handedOver = true;
        } catch (RejectedExecutionException e) {
            LOG.warn("No compaction begins: {}", e.getMessage());
        } finally {
            if (!handedOver) {
                running--;
            }
        }
        return handedOver;
    }

    private synchronized void end() {
        running--;
    }
}
