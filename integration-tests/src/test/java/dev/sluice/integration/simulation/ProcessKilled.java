package dev.sluice.integration.simulation;

/** Takes the thread of a process that has died out of whatever it does. */
final class ProcessKilled extends Error {
    private static final long serialVersionUID = 1L;

    ProcessKilled() {
        super("the process was killed", null, false, false);
    }
}
