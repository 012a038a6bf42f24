package dev.sluice.bulkload.spark;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Collection;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Many small requests to a store that takes its time for each. */
final class ParallelFiles {
    private static final int THREADS_MAX = 16;

    private ParallelFiles() {}

    /** What is done for one partition. */
    interface Action {
        void run(int partition) throws IOException;
    }

    /**
     * Does that for each of the partitions. After the first failure, or an interrupt, no further one is begun; the failure is
     * thrown when nothing runs any more.
     */
    static void forEach(Collection<Integer> partitions, Action action) throws IOException {
        if (partitions.isEmpty()) {
            return;
        }
        AtomicReference<@Nullable IOException> failure = new AtomicReference<>();
        ExecutorService threads = Executors.newFixedThreadPool(Math.min(THREADS_MAX, partitions.size()), task -> {
            Thread thread = new Thread(task, "sluice-spark-files");
            thread.setDaemon(true);
            return thread;
        });
        for (int partition : partitions) {
            threads.execute(() -> {
                if (failure.get() == null) {
                    try {
                        action.run(partition);
                    } catch (IOException e) {
                        failure.compareAndSet(null, e);
                    } catch (RuntimeException e) {
                        failure.compareAndSet(null, new IOException(e));
                    }
                }
            });
        }
        threads.shutdown();
        awaitEnd(threads, failure);
        IOException thrown = failure.get();
        if (thrown != null) {
            throw thrown;
        }
    }

    private static void awaitEnd(ExecutorService threads, AtomicReference<@Nullable IOException> failure) {
        boolean isInterrupted = false;
        boolean isOver = false;
        while (!isOver) {
            try {
                isOver = threads.awaitTermination(1, TimeUnit.DAYS);
            } catch (InterruptedException e) {
                isInterrupted = true;
                failure.compareAndSet(
                        null, new InterruptedIOException("interrupted while files of a set were worked on"));
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
