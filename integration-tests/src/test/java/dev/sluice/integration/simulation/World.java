package dev.sluice.integration.simulation;

import dev.sluice.common.time.testing.VirtualTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Time, the process that runs, what has happened, and the first thing that went wrong. */
final class World {
    private static final boolean PRINTS_TRACE = Boolean.getBoolean("sluice.trace");

    private final VirtualTime time = new VirtualTime();
    private final Map<String, Long> counts = new TreeMap<>();
    private final List<String> story = new ArrayList<>();
    private @Nullable SimulatedProcess current;
    private @Nullable Throwable failure;
    private long traceHash = 17;
    private long events;

    VirtualTime time() {
        return time;
    }

    long nowMs() {
        return time.nowMs();
    }

    @Nullable
    SimulatedProcess current() {
        return current;
    }

    /** Number of things that have run so far: orders what happens at the same millisecond. */
    long events() {
        return events;
    }

    /** Runs a task of a process, on its behalf. */
    void enter(SimulatedProcess process, Runnable task) {
        SimulatedProcess before = current;
        current = process;
        events++;
        try {
            task.run();
        } catch (ProcessKilled e) {
            if (process.isAlive()) {
                failed(new AssertionError("killed and still alive: " + process, e));
            }
        } catch (RuntimeException | Error e) {
            failed(new AssertionError(process + ": a task failed: " + e, e));
        } finally {
            current = before;
        }
        process.afterTask();
    }

    /** Lets time go on while a thread of the running process waits: what else there is to do is done meanwhile. */
    void await(BooleanSupplier done, long msMax) throws InterruptedException {
        SimulatedProcess waiting = current;
        long endMs = time.nowMs() + msMax;
        while (failure == null
                && !(done.getAsBoolean() && (waiting == null || !waiting.isPaused()))
                && (waiting == null || waiting.isAlive())
                && time.nextAtMs() <= Math.max(endMs, waiting != null && waiting.isPaused() ? Long.MAX_VALUE - 1 : 0)) {
            time.step();
        }
        if (waiting != null && !waiting.isAlive()) {
            throw new ProcessKilled();
        }
        if (failure != null) {
            throw new InterruptedException("the simulation has failed");
        }
    }

    void runUntil(long atMs) {
        while (failure == null && time.nextAtMs() <= atMs) {
            time.step();
        }
        throwIfFailed();
    }

    void throwIfFailed() {
        if (failure != null) {
            throw new AssertionError(
                    "at " + time.nowMs() + " ms: " + failure.getMessage() + System.lineSeparator() + "what led to it: "
                            + String.join(
                                    System.lineSeparator() + "  ",
                                    story.subList(Math.max(0, story.size() - 60), story.size())),
                    failure);
        }
    }

    void failed(Throwable why) {
        if (failure == null) {
            failure = why;
            trace("FAILED " + why.getMessage());
        }
    }

    boolean hasFailed() {
        return failure != null;
    }

    /** Part of what must be the same in every run of a seed. */
    void trace(String line) {
        traceHash = 31 * traceHash + line.hashCode();
        traceHash = 31 * traceHash + time.nowMs();
        if (PRINTS_TRACE) {
            System.out.println(time.nowMs() + " " + line);
        }
    }

    /** Something that a reader of a failure wants to know. */
    void tell(String line) {
        story.add(time.nowMs() + " " + line);
        trace(line);
    }

    void count(String what) {
        counts.merge(what, 1L, Long::sum);
    }

    void count(String what, long howOften) {
        if (howOften > 0) {
            counts.merge(what, howOften, Long::sum);
        }
    }

    Map<String, Long> counts() {
        return counts;
    }

    long traceHash() {
        return traceHash;
    }
}
