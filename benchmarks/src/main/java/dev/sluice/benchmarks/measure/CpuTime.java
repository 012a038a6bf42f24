package dev.sluice.benchmarks.data;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** CPU time of this process: what an operation costs, also on a machine where others work. */
final class CpuTime {
    private static final OperatingSystemMXBean SYSTEM =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    private CpuTime() {}

    /** Of all threads so far. */
    static long nanos() {
        return SYSTEM.getProcessCpuTime();
    }
}
