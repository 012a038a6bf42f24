package dev.sluice.meta.load;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** A few threads for each block store, started when it is first asked: one that hangs keeps only its own. */
public final class StoreThreads implements Function<String, Executor>, AutoCloseable {
    private static final int THREADS = 8;

    private final Map<String, ExecutorService> threads = new ConcurrentHashMap<>();

    /** The threads of the store of that name. */
    @Override
    public Executor apply(String store) {
        return threads.computeIfAbsent(store, name -> {
            AtomicInteger count = new AtomicInteger();
            return Executors.newFixedThreadPool(THREADS, task -> {
                Thread thread = new Thread(task, "manifests-" + name + "-" + count.incrementAndGet());
                thread.setDaemon(true);
                return thread;
            });
        });
    }

    /** Ends all; what waits for a store is interrupted. */
    @Override
    public void close() {
        threads.values().forEach(ExecutorService::shutdownNow);
    }
}
