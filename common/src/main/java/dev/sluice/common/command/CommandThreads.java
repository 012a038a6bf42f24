package dev.sluice.common.command;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Where a server answers people: remote commands and HTTP, apart from what serves clients. */
public final class CommandThreads {
    private static final int THREADS = 2;
    private static final int WAITING_MAX = 1000;

    private CommandThreads() {}

    /** Two daemon threads with a bounded queue; a full one throws {@code RejectedExecutionException}. */
    public static ExecutorService start(String name) {
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                THREADS, THREADS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(WAITING_MAX), task -> {
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }
}
