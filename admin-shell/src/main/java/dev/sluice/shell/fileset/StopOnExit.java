package dev.sluice.shell.fileset;

import dev.sluice.bulkload.work.StopSignal;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** While it is open, Ctrl-C and SIGTERM ask the work to stop, and the process waits until it has cleaned up. */
public final class StopOnExit implements AutoCloseable {
    private static final long CLEAN_UP_SECONDS_MAX = 20;

    private static final Logger LOG = LoggerFactory.getLogger(StopOnExit.class);

    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook;

    /** @param stop told when the process is to end */
    public StopOnExit(StopSignal stop) {
        hook = new Thread(
                () -> {
                    stop.stop();
                    awaitEnd();
                },
                "stop-on-exit");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    @Override
    public void close() {
        ended.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            LOG.debug("the process is ending, so the hook runs and was released above", e);
        }
    }

    private void awaitEnd() {
        try {
            if (!ended.await(CLEAN_UP_SECONDS_MAX, TimeUnit.SECONDS)) {
                System.err.println("temporary files may be left: the work did not end in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
