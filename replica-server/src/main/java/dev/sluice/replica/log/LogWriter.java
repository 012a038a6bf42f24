package dev.sluice.replica.log;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The one thread of a node on which its logs write: replicas share a disk, so they gain nothing from writing side by side.
 */
public final class LogWriter implements Executor, AutoCloseable {
    private static final long CLOSE_TIMEOUT_SECONDS = 30;

    private final ExecutorService thread;

    /** Starts the thread. */
    public LogWriter(String name) {
        thread = Executors.newSingleThreadExecutor(task -> {
            Thread writer = new Thread(task, name);
            writer.setDaemon(true);
            return writer;
        });
    }

    @Override
    public void execute(Runnable task) {
        thread.execute(task);
    }

    /** Ends the thread once what it was given is done. Close the logs first. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            thread.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
