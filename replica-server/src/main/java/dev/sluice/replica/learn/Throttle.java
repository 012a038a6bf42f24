package dev.sluice.replica.learn;

/** Holds transfers back. */
@FunctionalInterface
public interface Throttle {
    /** Never waits. */
    Throttle NONE = bytes -> {};

    /** Waits until so many bytes may go. */
    void acquire(int bytes) throws InterruptedException;
}
