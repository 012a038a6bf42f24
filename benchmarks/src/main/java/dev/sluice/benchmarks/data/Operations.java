package dev.sluice.benchmarks.data;

import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/** Draws operations of a workload and hands them to a contestant. For one thread; each thread has its own. */
final class Operations {
    private static final int SCAN_ROWS_MAX = 100;

    private final Workload workload;
    private final KeyDistribution.Chooser chooser;
    private final DataSet data;
    private final Contestant contestant;
    private final SplittableRandom random;
    private final AtomicLong rowCount;

    /** @param rowCount rows that the contestant has; grows with inserts */
    Operations(
            Workload workload,
            KeyDistribution.Chooser chooser,
            DataSet data,
            Contestant contestant,
            SplittableRandom random,
            AtomicLong rowCount) {
        this.workload = workload;
        this.chooser = chooser;
        this.data = data;
        this.contestant = contestant;
        this.random = random;
        this.rowCount = rowCount;
    }

    void begin(Contestant.Done done) {
        Workload.Kind kind = workload.next(random);
        switch (kind) {
            case READ -> contestant.read(chosen(), done);
            case UPDATE -> contestant.write(chosen(), data.value(random.nextLong()), done);
            case SCAN -> contestant.scan(chosen(), 1 + random.nextInt(SCAN_ROWS_MAX), done);
            case INSERT -> {
                long row = rowCount.get();
                contestant.write(row, data.value(random.nextLong()), ok -> {
                    rowCount.compareAndSet(row, row + 1);
                    done.done(ok);
                });
            }
        }
    }

    private long chosen() {
        return chooser.next(random, rowCount.get());
    }
}
