package dev.sluice.bulkload.work;

/** The work ended early because it was asked to. Nothing is wrong. */
public final class StoppedException extends Exception {
    public StoppedException() {
        super("stopped on request");
    }
}
