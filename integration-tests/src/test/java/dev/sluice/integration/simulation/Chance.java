package dev.sluice.integration.simulation;

import java.util.Random;

/** Random numbers of one component. A component that draws more leaves the others alone. */
final class Chance extends Random {
    private static final long serialVersionUID = 1L;

    private final long origin;

    private Chance(long origin) {
        super(origin * 0x9E3779B97F4A7C15L);
        this.origin = origin;
    }

    static Chance of(long seed) {
        return new Chance(seed);
    }

    /** The stream of a component: a function of the seed and its name. */
    Chance fork(String name) {
        long mixed = (origin ^ name.hashCode() * 0xBF58476D1CE4E5B9L) * 0x94D049BB133111EBL;
        return new Chance(mixed ^ mixed >>> 31);
    }

    /** From {@code min} to {@code max}, both possible. */
    int between(int min, int max) {
        return min + nextInt(max - min + 1);
    }

    boolean oneIn(int n) {
        return nextInt(n) == 0;
    }
}
