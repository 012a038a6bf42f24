package dev.sluice.common;

/**
 * Version of a partition's configuration. It only grows.
 *
 * @param number 0 for a partition that was never configured, else from 1 up
 */
public record Ballot(long number) implements Comparable<Ballot> {
    /** The ballot of a partition that has no configuration yet. */
    public static final Ballot NONE = new Ballot(0);

    public Ballot next() {
        return new Ballot(number + 1);
    }

    public boolean isOlderThan(Ballot other) {
        return number < other.number;
    }

    @Override
    public int compareTo(Ballot other) {
        return Long.compare(number, other.number);
    }

    @Override
    public String toString() {
        return Long.toString(number);
    }
}
