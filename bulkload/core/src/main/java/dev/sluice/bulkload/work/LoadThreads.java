package dev.sluice.bulkload.work;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Daemon threads of the lowest priority: what they do takes long, and whoever serves clients goes first where processors
 * are scarce. A thread that one of them starts has its priority too, so they give no work to pools of others. Counts only in a JVM that hands priorities on to the operating system ({@code -XX:ThreadPriorityPolicy=1}).
 */
public final class LoadThreads implements ThreadFactory {
    private final String prefix;
    private final AtomicInteger count = new AtomicInteger();

    /** @param prefix of their names, before a number */
    public LoadThreads(String prefix) {
        this.prefix = prefix;
    }

    @Override
    @SuppressWarnings("ThreadPriorityCheck") // the operating system is to hear of it
    public Thread newThread(Runnable task) {
        Thread thread = new Thread(task, prefix + count.incrementAndGet());
        thread.setDaemon(true);
        thread.setPriority(Thread.MIN_PRIORITY);
        return thread;
    }
}
