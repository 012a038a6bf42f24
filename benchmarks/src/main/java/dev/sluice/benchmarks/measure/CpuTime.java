package dev.sluice.benchmarks.measure;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** CPU time: what an operation costs, also on a machine where others work, and how much those others take. */
public final class CpuTime {
    private static final OperatingSystemMXBean SYSTEM =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private static final Path STAT = Path.of("/proc/stat");
    /** Ticks of that file are of 10 ms on every platform of Linux that Java runs on. */
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final int FIRST_TICKS = 1;
    private static final int IDLE = 4;
    private static final int IO_WAIT = 5;
    private static final int GUEST = 9;

    private static final Path OWN_STAT = Path.of("/proc/self/stat");
    /** Of the words behind the name of the process. */
    private static final int CHILDREN_USER = 13;

    private static final int CHILDREN_SYSTEM = 14;

    private CpuTime() {}

    /** Of all threads of this process so far. */
    public static long nanos() {
        return SYSTEM.getProcessCpuTime();
    }

    /** Of all processes of this machine so far, and what its host took away; that of this process where it is not known. */
    public static long machineNanos() {
        if (!Files.exists(STAT)) {
            return nanos();
        }
        try {
            return busyTicks(Files.readAllLines(STAT).get(0)) * TICK_NANOS;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of all processes that this one has started and that have ended (Linux only). */
    static long endedChildrenNanos() throws IOException {
        return childrenTicks(Files.readString(OWN_STAT)) * TICK_NANOS;
    }

    /** Of a line such as {@code pid (name) state parent … utime stime cutime cstime …}; the name may be anything. */
    static long childrenTicks(String line) {
        List<String> words =
                List.of(line.substring(line.lastIndexOf(')') + 1).strip().split(" ", -1));
        return Long.parseLong(words.get(CHILDREN_USER)) + Long.parseLong(words.get(CHILDREN_SYSTEM));
    }

    /** Of a line such as {@code cpu  user nice system idle iowait irq softirq steal guest guest_nice}. */
    static long busyTicks(String line) {
        List<String> words = List.of(line.trim().split(" +", -1));
        long busy = 0;
        // Guests are in the time of users already.
        for (int i = FIRST_TICKS; i < Math.min(words.size(), GUEST); i++) {
            busy += i == IDLE || i == IO_WAIT ? 0 : Long.parseLong(words.get(i));
        }
        return busy;
    }
}
