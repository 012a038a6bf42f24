package dev.sluice.benchmarks.control;

import dev.sluice.common.time.EventLoop;
import java.util.concurrent.Executor;

/** An event loop that knows how long its tasks have run, apart from all else that runs in virtual time. */
final class BusyTime implements EventLoop, Executor {
    private final EventLoop time;
    private long nanos;

    BusyTime(EventLoop time) {
        this.time = time;
    }

    /** Nanoseconds that its tasks took. */
    long nanos() {
        return nanos;
    }

    @Override
    public void execute(Runnable task) {
        time.execute(() -> run(task));
    }

    @Override
    public Timer schedule(long delayMs, Runnable task) {
        return time.schedule(delayMs, () -> run(task));
    }

    private void run(Runnable task) {
        long began = System.nanoTime();
        try {
            task.run();
        } finally {
            nanos += System.nanoTime() - began;
        }
    }

    @Override
    public boolean inLoop() {
        return time.inLoop();
    }

    @Override
    public long nowMs() {
        return time.nowMs();
    }

    @Override
    public long wallMs() {
        return time.wallMs();
    }
}
