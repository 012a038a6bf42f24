package dev.sluice.benchmarks.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The most memory that this process uses while this is open, looked at every 20 ms: the heap with the garbage in it, and
 * what is resident (Linux only).
 */
public final class MemoryWatch implements AutoCloseable {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String RESIDENT = "VmRSS:";
    private static final String PEAK_RESIDENT = "VmHWM:";
    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final Thread thread = new Thread(this::watch, "memory-watch");
    private volatile boolean isOver;
    private volatile long heapBytesMax;
    private volatile long residentBytesMax;

    /** Begins to look. */
    public MemoryWatch() {
        thread.setDaemon(true);
        thread.start();
    }

    /** Most bytes of the heap that were in use. */
    public long heapBytesMax() {
        return heapBytesMax;
    }

    /** Most bytes that were resident; 0 where that is not known. */
    public long residentBytesMax() {
        return residentBytesMax;
    }

    @Override
    public void close() {
        isOver = true;
        LockSupport.unpark(thread);
    }

    private void watch() {
        Runtime runtime = Runtime.getRuntime();
        while (!isOver) {
            heapBytesMax = Math.max(heapBytesMax, runtime.totalMemory() - runtime.freeMemory());
            residentBytesMax = Math.max(residentBytesMax, residentBytes());
            LockSupport.parkNanos(INTERVAL_NANOS);
        }
    }

    /** The most that was resident of that process since it began; 0 if it has ended (Linux only). */
    static long peakResidentBytes(long pid) {
        try {
            return bytes(Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")), PEAK_RESIDENT);
        } catch (IOException e) {
            // It ended before, or meanwhile.
            return 0;
        }
    }

    private static long residentBytes() {
        if (!Files.exists(STATUS)) {
            return 0;
        }
        try {
            return bytes(Files.readAllLines(STATUS), RESIDENT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of the line that begins with the name, such as {@code VmRSS:     1234 kB}; 0 if there is none. */
    static long bytes(List<String> lines, String name) {
        return lines.stream()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(
                                line.substring(name.length()).replace("kB", "").strip())
                        * 1024)
                .findFirst()
                .orElse(0);
    }
}
