package dev.sluice.integration.simulation;

import dev.sluice.common.file.testing.CrashableFileSystem;
import dev.sluice.integration.simulation.SimulatedProcess.ClockOfMachine;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A disk, a clock, and the process that runs there. What the process does to the disk may fail, or be the last it does. */
final class Machine {
    private final World world;
    private final String name;
    private final Chance chance;
    private final CrashableFileSystem disk = new CrashableFileSystem();
    private final ClockOfMachine clock;
    private @Nullable SimulatedProcess process;
    private long failsUntilMs = -1;
    /** So many operations are left to the process; negative: no such limit. */
    private long operationsLeft = -1;

    private Runnable onKilled = () -> {};

    Machine(World world, String name, Chance chance, ClockOfMachine clock) {
        this.world = world;
        this.name = name;
        this.chance = chance;
        this.clock = clock;
        disk.setFault((operation, path) -> beforeOperation());
    }

    /** The disk, for the process that runs now. */
    CrashableFileSystem disk() {
        return disk;
    }

    SimulatedProcess boot(Runnable whenKilledByItself) {
        SimulatedProcess booted = new SimulatedProcess(world, name, clock);
        process = booted;
        operationsLeft = -1;
        onKilled = whenKilledByItself;
        return booted;
    }

    boolean isRunning() {
        SimulatedProcess now = process;
        return now != null && now.isRunning();
    }

    boolean isAlive() {
        SimulatedProcess now = process;
        return now != null && now.isAlive();
    }

    @Nullable
    SimulatedProcess process() {
        return process;
    }

    void kill() {
        SimulatedProcess now = process;
        if (now != null) {
            now.kill();
        }
    }

    void losePower() {
        kill();
        disk.crash(chance);
    }

    /** The disk fails now and then, for that time. */
    void failDisk(long ms) {
        failsUntilMs = world.nowMs() + ms;
    }

    void mendDisk() {
        failsUntilMs = -1;
        operationsLeft = -1;
    }

    /** The process is killed in the middle of what it does to the disk, that many operations from now. */
    void killAfterOperations(int operations) {
        operationsLeft = operations;
    }

    private void beforeOperation() throws IOException {
        SimulatedProcess now = process;
        if (now == null || world.current() != now) {
            return;
        }
        if (!now.isAlive()) {
            throw new ProcessKilled();
        }
        if (operationsLeft >= 0 && operationsLeft-- == 0) {
            kill();
            onKilled.run();
            throw new ProcessKilled();
        }
        if (world.nowMs() < failsUntilMs && chance.oneIn(4)) {
            world.count("fault: disk error");
            throw new IOException("injected: the disk of " + name + " fails");
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
