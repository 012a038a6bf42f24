package dev.sluice.integration.simulation;

final class SimulationMain {
    public static void main(String[] a) {
        ((ch.qos.logback.classic.Logger) org.slf4j.LoggerFactory.getLogger("ROOT"))
                .setLevel(ch.qos.logback.classic.Level.toLevel(System.getProperty("log", "OFF")));
        long from = Long.parseLong(a[0]), to = Long.parseLong(a[1]);
        java.util.Map<String, Long> total = new java.util.TreeMap<>();
        java.lang.management.ThreadMXBean mx = java.lang.management.ManagementFactory.getThreadMXBean();
        long t0 = System.nanoTime();
        for (long s = from; s < to; s++) {
            if ((s - from) % 100 == 0)
                System.out.println("cpu " + mx.getCurrentThreadCpuTime() / 1000000 + " ms at " + s);
            try {
                Simulation sim = new Simulation(s);
                sim.run(10_000).forEach((k, v) -> total.merge(k, v, Long::sum));
                total.merge("events", sim.cluster().world().events(), Long::sum);
                if (a.length > 2)
                    System.out.println(s + " trace " + sim.cluster().world().traceHash() + " at "
                            + sim.cluster().world().nowMs());
            } catch (Throwable t) {
                System.out.println("seed " + s + " failed: " + t.getMessage());
                if (a.length > 2) t.printStackTrace(System.out);
            }
        }
        System.out.println(total + " " + (System.nanoTime() - t0) / 1e6 / (to - from) + " ms per seed");
    }
}
