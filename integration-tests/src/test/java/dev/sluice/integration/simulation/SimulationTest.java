package dev.sluice.integration.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * A whole cluster survives what it promises to survive, from many seeds: {@code -Dsluice.seeds=…} runs that many,
 * {@code -Dsluice.seed=…} one, {@code -Dsluice.trace=true} prints what happens in it.
 *
 * <p>B.1, B.2, B.3, B.6, B.7, B.9, B.10, B.11, B.12: loads run, are paused, cancelled and started again meanwhile.
 */
final class SimulationTest {
    private static final long FAULTY_MS = 6_000;
    private static final int SEEDS = Integer.getInteger("sluice.seeds", 5_000);
    private static final int THREADS = 2;
    private static final int FAILURES_MAX = 5;

    private final Logger logs = (Logger) LoggerFactory.getLogger("dev.sluice");
    private Level before = Level.INFO;

    @BeforeEach
    void silenceTheServers() {
        before = logs.getEffectiveLevel();
        logs.setLevel(Level.toLevel(System.getProperty("sluice.log"), Level.OFF));
    }

    @AfterEach
    void letThemTalk() {
        logs.setLevel(before);
    }

    @Test
    void aClusterSurvivesWhatItPromisesToSurvive() throws InterruptedException {
        Long one = Long.getLong("sluice.seed");
        long first = one == null ? 0 : one;
        long last = one == null ? SEEDS - 1L : one;
        Map<String, Long> counts = new TreeMap<>();
        ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
        AtomicLong next = new AtomicLong(first);
        AtomicLong cpuNanos = new AtomicLong();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        for (int i = 0; i < THREADS; i++) {
            threads.execute(() -> {
                long seed = next.getAndIncrement();
                while (seed <= last && failures.size() < FAILURES_MAX) {
                    try {
                        Map<String, Long> seen = new Simulation(seed).run(FAULTY_MS);
                        synchronized (counts) {
                            seen.forEach((what, howOften) -> counts.merge(what, howOften, Long::sum));
                        }
                    } catch (RuntimeException | Error e) {
                        failures.add("seed " + seed + " failed " + e.getMessage() + System.lineSeparator()
                                + "run it again: mvn -pl integration-tests -am verify -Dtest=SimulationTest"
                                + " -Dsluice.seed=" + seed + " -Dsurefire.failIfNoSpecifiedTests=false");
                    }
                    seed = next.getAndIncrement();
                }
                cpuNanos.addAndGet(
                        java.lang.management.ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime());
            });
        }
        threads.shutdown();
        assertThat(threads.awaitTermination(1, TimeUnit.HOURS)).isTrue();
        long seeds = last - first + 1;
        System.out.printf(
                "%d seeds, %.1f ms of CPU each, saw %s%n",
                seeds, TimeUnit.NANOSECONDS.toMicros(cpuNanos.get()) / 1000.0 / seeds, counts);
        assertThat(failures).as(String.join(System.lineSeparator(), failures)).isEmpty();
        if (seeds >= 100) {
            requireEnoughWasSeen(counts, seeds);
        }
    }

    /** Lest it sees nothing any more and nobody notices. */
    private static void requireEnoughWasSeen(Map<String, Long> counts, long seeds) {
        for (String fault : new String[] {
            "fault: replica server killed",
            "fault: pause",
            "fault: partition",
            "fault: one-way partition",
            "fault: bad weather",
            "fault: connections broken",
            "fault: meta leader deposed",
            "fault: meta leader paused",
            "fault: meta leader isolated",
            "fault: meta server killed"
        }) {
            assertThat(counts)
                    .hasEntrySatisfying(fault, seen -> assertThat(seen).isGreaterThan(seeds / 4));
        }
        for (String fault : new String[] {
            "fault: power lost",
            "fault: kill between two steps",
            "fault: disk fails",
            "fault: disk error",
            "fault: all replica servers killed",
            "fault: store",
            "store: file damaged",
            "loads ended, BLS_FAILED",
            "loads ended, BLS_CANCELED",
            "loads started, BEHIND",
            "loads started, REPLACE",
            "loads started, ROLLBACK",
            "histories judged, MERGE",
            "histories judged, REPLACE_AND_ROLL_BACK",
            "histories judged, MERGE_AND_BEHIND"
        }) {
            assertThat(counts)
                    .hasEntrySatisfying(fault, seen -> assertThat(seen).isGreaterThan(seeds / 20));
        }
        assertThat(counts)
                .hasEntrySatisfying(
                        "fault: power lost everywhere", seen -> assertThat(seen).isGreaterThan(seeds / 50));
        assertThat(counts)
                .hasEntrySatisfying("failovers", seen -> assertThat(seen).isGreaterThan(seeds / 2));
        assertThat(counts)
                .hasEntrySatisfying("compacted", seen -> assertThat(seen).isGreaterThan(seeds));
        assertThat(counts)
                .hasEntrySatisfying("elections", seen -> assertThat(seen).isGreaterThan(seeds));
        assertThat(counts)
                .hasEntrySatisfying("learned", seen -> assertThat(seen).isGreaterThan(seeds));
        assertThat(counts)
                .hasEntrySatisfying(
                        "learned from a checkpoint", seen -> assertThat(seen).isGreaterThan(seeds / 10));
        assertThat(counts)
                .hasEntrySatisfying(
                        "writes acknowledged", seen -> assertThat(seen).isGreaterThan(20 * seeds));
        assertThat(counts).hasEntrySatisfying("reads", seen -> assertThat(seen).isGreaterThan(20 * seeds));
    }

    @Test
    void theSameSeedGivesTheSameRun() {
        for (long seed : new long[] {3, 17, 1234}) {
            assertThat(traceOf(seed)).isEqualTo(traceOf(seed)).isNotEqualTo(traceOf(seed + 1));
        }
    }

    private static String traceOf(long seed) {
        Simulation simulation = new Simulation(seed);
        Map<String, Long> counts = simulation.run(FAULTY_MS);
        World world = simulation.cluster().world();
        return world.traceHash() + " at " + world.nowMs() + ", next random number "
                + simulation.cluster().chance().nextLong() + ", " + counts;
    }
}
