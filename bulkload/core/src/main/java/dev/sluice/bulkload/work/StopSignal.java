package dev.sluice.bulkload.work;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Asks work to stop, once and for good. Safe for use by any thread. */
public final class StopSignal {
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Map<Object, Runnable> listeners = new LinkedHashMap<>();

    /** Asks for the end. Runs the listeners that are registered at this moment, in the caller's thread. */
    public void stop() {
        List<Runnable> toRun;
        synchronized (listeners) {
            stopped.countDown();
            toRun = new ArrayList<>(listeners.values());
            listeners.clear();
        }
        toRun.forEach(Runnable::run);
    }

    public boolean isStopped() {
        return stopped.getCount() == 0;
    }

    public void throwIfStopped() throws StoppedException {
        if (isStopped()) {
            throw new StoppedException();
        }
    }

    /** Waits that long, less if asked to stop meanwhile. An interrupt of the thread counts as being asked. */
    public void sleep(long ms) throws StoppedException {
        try {
            if (stopped.await(ms, TimeUnit.MILLISECONDS)) {
                throw new StoppedException();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoppedException();
        }
    }

    /**
     * Runs the listener when asked to stop, at once if that has happened. It ends what cannot look at this signal, such as
     * a read from the network, and must neither block nor throw.
     */
    public Registration onStop(Runnable listener) {
        synchronized (listeners) {
            if (!isStopped()) {
                Object key = new Object();
                listeners.put(key, listener);
                return () -> {
                    synchronized (listeners) {
                        listeners.remove(key);
                    }
                };
            }
        }
        listener.run();
        return () -> {};
    }

    /** What was registered. Closing it takes the listener back. */
    public interface Registration extends AutoCloseable {
        @Override
        void close();
    }
}
