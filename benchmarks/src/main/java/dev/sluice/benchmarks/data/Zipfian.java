package dev.sluice.benchmarks.data;

import java.util.SplittableRandom;

/**
 * Ranks from 0 up whose frequency falls with a power of 0.99: the generator of Gray et al., "Quickly generating
 * billion-record synthetic databases" (1994).
 */
final class Zipfian {
    private static final double THETA = 0.99;

    private final long ranks;
    private final double zeta;
    private final double alpha = 1 / (1 - THETA);
    private final double eta;

    Zipfian(long ranks) {
        this.ranks = ranks;
        this.zeta = zeta(ranks);
        this.eta = (1 - Math.pow(2.0 / ranks, 1 - THETA)) / (1 - zeta(2) / zeta);
    }

    long next(SplittableRandom random) {
        double u = random.nextDouble();
        double uz = u * zeta;
        if (uz < 1) {
            return 0;
        }
        if (uz < 1 + Math.pow(0.5, THETA)) {
            return Math.min(1, ranks - 1);
        }
        return Math.min(ranks - 1, (long) (ranks * Math.pow(eta * u - eta + 1, alpha)));
    }

    private static double zeta(long n) {
        double sum = 0;
        for (long i = 1; i <= n; i++) {
            sum += 1 / Math.pow((double) i, THETA);
        }
        return sum;
    }
}
