package dev.sluice.benchmarks.measure;

import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.bulkload.work.StoppedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What another process took from its start to its end. For Linux, and for one process at a time: CPU time is what the system
 * says of all children that have ended.
 *
 * @param cpuSeconds with all its threads
 * @param othersProcessors that all other processes of the machine kept busy meanwhile
 * @param residentBytesMax its peak of resident memory, as the system keeps it; read every 10 ms, so that what it grew by in
 *     the last moments is missing
 */
public record MeasuredProcess(double seconds, double cpuSeconds, double othersProcessors, long residentBytesMax) {
    private static final long INTERVAL_MS = 10;
    private static final int LINES_SHOWN_MAX = 30;

    /**
     * Runs the command to its end.
     *
     * @param log gets all that it prints; an end with another code than 0 is an {@link IOException} with the end of that
     */
    public static MeasuredProcess run(List<String> command, Path directory, Path log, StopSignal stop)
            throws IOException, StoppedException {
        long cpuBefore = CpuTime.endedChildrenNanos();
        long ownBefore = CpuTime.nanos();
        long machineBefore = CpuTime.machineNanos();
        long start = System.nanoTime();
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        long residentBytes = 0;
        try {
            process.getOutputStream().close();
            while (!process.waitFor(INTERVAL_MS, TimeUnit.MILLISECONDS)) {
                stop.throwIfStopped();
                residentBytes = Math.max(residentBytes, MemoryWatch.peakResidentBytes(process.pid()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoppedException();
        } finally {
            process.destroyForcibly().onExit().join();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        if (process.exitValue() != 0) {
            throw new IOException(String.join(" ", command) + " ended with " + process.exitValue() + ": " + end(log));
        }
        long cpu = CpuTime.endedChildrenNanos() - cpuBefore;
        long others = CpuTime.machineNanos() - machineBefore - (CpuTime.nanos() - ownBefore) - cpu;
        return new MeasuredProcess(seconds, cpu / 1e9, Math.max(0, others / 1e9 / seconds), residentBytes);
    }

    private static String end(Path log) throws IOException {
        List<String> lines = Files.readAllLines(log);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LINES_SHOWN_MAX), lines.size()));
    }
}
