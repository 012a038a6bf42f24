package dev.sluice.benchmarks.data;

import java.util.SplittableRandom;

/** How often which row is chosen. */
enum KeyDistribution {
    /** All rows alike. */
    UNIFORM,
    /** Few rows often, most rows seldom (constant 0.99); the frequent ones lie anywhere. */
    ZIPFIAN,
    /** As zipfian, the rows that were inserted last most often. */
    LATEST;

    /** Chooses rows below a number that grows as rows are inserted. Safe for use by several threads. */
    Chooser chooser(long rows) {
        return switch (this) {
            case UNIFORM -> (random, count) -> random.nextLong(count);
            case ZIPFIAN -> {
                Zipfian ranks = new Zipfian(rows);
                yield (random, count) -> Long.remainderUnsigned(scattered(ranks.next(random)), rows);
            }
            case LATEST -> {
                Zipfian ranks = new Zipfian(rows);
                yield (random, count) -> count - 1 - ranks.next(random);
            }
        };
    }

    /** Chooses one of the rows from 0 to {@code count - 1}. */
    interface Chooser {
        long next(SplittableRandom random, long count);
    }

    private static long scattered(long rank) {
        long mixed = (rank + 1) * 0x9e3779b97f4a7c15L;
        mixed = (mixed ^ mixed >>> 30) * 0xbf58476d1ce4e5b9L;
        return (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
    }
}
