package dev.sluice.benchmarks.data;

import dev.sluice.benchmarks.measure.CpuTime;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * As many operations as possible: a fixed number is on the way, and the end of one begins the next, on the thread that says
 * so. One that fails is followed by none: the run has failed then, and whoever fails at once would be asked for ever. Gives the highest rate, and says nothing about latency.
 */
final class ClosedLoop {
    private final LongAdder ended = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private volatile boolean over;

    /**
     * What a run came to.
     *
     * @param cpuMicros CPU time of the process per operation, on all sides of it
     */
    record Result(double perSecond, double cpuMicros, long failed) {}

    Result run(Supplier<Operations> operations, int inFlight, long nanos) throws InterruptedException {
        long cpu = CpuTime.nanos();
        long start = System.nanoTime();
        if (inFlight == 1) {
            Operations own = operations.get();
            while (System.nanoTime() - start < nanos) {
                own.begin(this::count);
            }
        } else {
            CountDownLatch chains = new CountDownLatch(inFlight);
            for (int i = 0; i < inFlight; i++) {
                new Chain(operations.get(), chains).goOn();
            }
            TimeUnit.NANOSECONDS.sleep(nanos - (System.nanoTime() - start));
            over = true;
            chains.await();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        double cpuMicros = (CpuTime.nanos() - cpu) / 1e3 / Math.max(1, ended.sum());
        return new Result(ended.sum() / seconds, cpuMicros, failed.sum());
    }

    private void count(boolean ok) {
        ended.increment();
        if (!ok) {
            failed.increment();
        }
    }

    /** One of the operations that are on the way, and those that follow it. */
    private final class Chain implements Contestant.Done {
        private final Operations operations;
        private final CountDownLatch chains;

        Chain(Operations operations, CountDownLatch chains) {
            this.operations = operations;
            this.chains = chains;
        }

        void goOn() {
            operations.begin(this);
        }

        @Override
        public void done(boolean ok) {
            count(ok);
            if (over || !ok) {
                chains.countDown();
            } else {
                goOn();
            }
        }
    }
}
