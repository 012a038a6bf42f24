package dev.sluice.benchmarks.load;

import dev.sluice.benchmarks.load.LoadResult.ForegroundFigures;
import dev.sluice.benchmarks.load.LoadResult.Time;
import dev.sluice.benchmarks.measure.CpuTime;
import dev.sluice.benchmarks.measure.MemoryWatch;
import dev.sluice.bulkload.work.StopSignal;
import dev.sluice.bulkload.work.StoppedException;
import dev.sluice.client.LoadSource;
import dev.sluice.client.SluiceClient;
import dev.sluice.client.Table;
import dev.sluice.dist.demo.ReplicaDigests;
import dev.sluice.dist.onebox.OneboxLayout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Carries out one round of one case, on a cluster of its own. */
final class LoadRun {
    private static final int ROWS_READ_BACK_MAX = 2_000;
    private static final long WARM_UP_MS = 2_000;
    private static final long AFTER_PUBLISH_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Settings settings;
    private final BuiltSet set;
    private final BuiltSet older;
    private final Consumer<String> say;
    private final StopSignal stop;

    /**
     * What is the same for all cases.
     *
     * @param directory for clusters
     * @param servers options of the servers, by {@code section.name}
     * @param quietMs time that the foreground is measured before the load
     * @param afterMs and after it
     */
    record Settings(
            Path directory,
            int partitions,
            Map<String, String> servers,
            Foreground.Rates rates,
            long quietMs,
            long afterMs,
            long seed) {}

    /**
     * @param set what is loaded
     * @param older the same keys with other values: what an app holds that is not empty
     * @param say hears of what is wrong
     */
    LoadRun(Settings settings, BuiltSet set, BuiltSet older, Consumer<String> say, StopSignal stop) {
        this.settings = settings;
        this.set = set;
        this.older = older;
        this.say = say;
        this.stop = stop;
    }

    /** @param copySeconds of copying the same bytes, measured just before */
    LoadResult.Round run(LoadCase loadCase, double copySeconds) throws IOException, StoppedException {
        Map<String, String> options = new LinkedHashMap<>(settings.servers());
        options.putAll(loadCase.transfer().settings());
        try (Cluster cluster = Cluster.start(settings.directory().resolve("cluster"), options)) {
            int appId = cluster.createApp(set.app(), settings.partitions());
            boolean isOver = loadCase.into() == LoadCase.Into.EXISTING;
            if (isOver) {
                load(loadCase, cluster, older, "Rows that are there before", () -> {});
            }
            if (!loadCase.hasForeground()) {
                return finish(loadCase, cluster, appId, measure(loadCase, cluster, copySeconds), null, null);
            }
            try (SluiceClient client = cluster.clientThatTriesOnce();
                    Foreground foreground = new Foreground(
                            client.table(set.app()),
                            settings.rates(),
                            set.rows().valueBytes(),
                            settings.seed(),
                            isOver ? List.of(older.rows(), set.rows()) : null)) {
                foreground.prepare(cluster.table(set.app()));
                foreground.start();
                stop.sleep(WARM_UP_MS);
                long quietFrom = System.nanoTime();
                stop.sleep(settings.quietMs());
                Measured measured = measure(loadCase, cluster, copySeconds);
                stop.sleep(settings.afterMs());
                foreground.close();
                return finish(
                        loadCase,
                        cluster,
                        appId,
                        measured,
                        foreground,
                        figures(foreground, measured.load(), quietFrom));
            }
        }
    }

    private record Measured(
            TimedLoad load,
            double copySeconds,
            long bytesFromStore,
            double cpuSeconds,
            double othersCpuSeconds,
            long heapBytesMax,
            long residentBytesMax) {}

    private Measured measure(LoadCase loadCase, Cluster cluster, double copySeconds)
            throws IOException, StoppedException {
        long bytesBefore = cluster.bytesFromStore();
        try (MemoryWatch memory = new MemoryWatch()) {
            long cpuBefore = CpuTime.nanos();
            long machineBefore = CpuTime.machineNanos();
            AtomicLong cpu = new AtomicLong();
            AtomicLong machine = new AtomicLong();
            TimedLoad load = load(loadCase, cluster, set, "Loading " + loadCase.name(), () -> {
                cpu.set(CpuTime.nanos() - cpuBefore);
                machine.set(CpuTime.machineNanos() - machineBefore);
            });
            return new Measured(
                    load,
                    copySeconds,
                    cluster.bytesFromStore() - bytesBefore,
                    cpu.get() / 1e9,
                    Math.max(0, machine.get() - cpu.get()) / 1e9,
                    memory.heapBytesMax(),
                    memory.residentBytesMax());
        }
    }

    private TimedLoad load(
            LoadCase loadCase, Cluster cluster, BuiltSet what, String title, TimedLoad.Listener onSucceeded)
            throws StoppedException {
        LoadSource source = loadCase.mode()
                .source(
                        what.app(),
                        what.cluster(),
                        OneboxLayout.PROVIDER,
                        what.root().toString());
        return TimedLoad.run(title, cluster.admin(), source, what.bytes() * Cluster.REPLICAS, stop, onSucceeded);
    }

    private LoadResult.Round finish(
            LoadCase loadCase,
            Cluster cluster,
            int appId,
            Measured measured,
            @Nullable Foreground foreground,
            @Nullable ForegroundFigures figures)
            throws IOException, StoppedException {
        boolean isReplaced = loadCase.mode() == LoadCase.Mode.REPLACE;
        long wrong = wrongRows(
                cluster, appId, foreground, isReplaced ? measured.load().succeededNanos() : null);
        Rollback rollback = null;
        if (isReplaced && foreground == null) {
            rollback = Rollback.run(cluster, set.app(), appId, stop);
            wrong += wrongRowsOf(older, cluster);
        }
        return new LoadResult.Round(
                measured.load().seconds(),
                measured.load().secondsToEnd(),
                measured.copySeconds(),
                set.bytes(),
                measured.bytesFromStore(),
                measured.cpuSeconds(),
                measured.othersCpuSeconds(),
                measured.heapBytesMax(),
                measured.residentBytesMax(),
                wrong,
                rollback,
                figures);
    }

    private static ForegroundFigures figures(Foreground foreground, TimedLoad load, long quietFrom) {
        long end = System.nanoTime();
        Failures failures = foreground.failures();
        return new ForegroundFigures(
                byTime(foreground.reads(), load, quietFrom, end),
                byTime(foreground.writes(), load, quietFrom, end),
                foreground
                        .writes()
                        .between(load.unpublishedNanos(), load.succeededNanos() + AFTER_PUBLISH_NANOS)
                        .maxMs(),
                failures.rejected(),
                failures.failed(),
                failures.wrong(),
                failures.json());
    }

    private static Map<Time, Samples.Figures> byTime(Samples samples, TimedLoad load, long quietFrom, long end) {
        Map<Time, Samples.Figures> figures = new EnumMap<>(Time.class);
        figures.put(Time.QUIET, samples.between(quietFrom, load.startNanos()));
        figures.put(Time.DURING, samples.between(load.startNanos(), load.succeededNanos()));
        figures.put(Time.AFTER, samples.between(load.succeededNanos(), end));
        return figures;
    }

    /** Compares all replicas by digest, and reads rows back: of the set some, of the foreground all. */
    private long wrongRows(Cluster cluster, int appId, @Nullable Foreground foreground, @Nullable Long replacedNanos) {
        long wrong = 0;
        ReplicaDigests digests =
                ReplicaDigests.of(cluster.admin(), cluster.replicaServers(), appId, settings.partitions());
        List<String> faults = digests.faults(Cluster.REPLICAS);
        faults.forEach(say);
        wrong += faults.size();
        Foreground.OwnRows own = foreground == null
                ? Foreground.OwnRows.NONE
                : foreground.readOwnRows(cluster.table(set.app()), replacedNanos);
        long expected = set.rows().rows() + own.visible();
        if (digests.rows() != expected) {
            say.accept("the replicas hold " + digests.rows() + " rows, expected " + expected);
            wrong += Math.abs(digests.rows() - expected);
        }
        wrong += wrongRowsOf(set, cluster);
        if (own.wrong() > 0) {
            say.accept(own.wrong() + " rows of the foreground are not as they were written last");
        }
        wrong += own.wrong();
        return wrong;
    }

    private long wrongRowsOf(BuiltSet loaded, Cluster cluster) {
        Table table = cluster.table(loaded.app());
        SplittableRandom random = new SplittableRandom(settings.seed());
        long wrong = 0;
        for (int i = 0; i < ROWS_READ_BACK_MAX; i++) {
            long row = random.nextLong(loaded.rows().rows());
            byte[] found =
                    table.get(LoadRows.hashKey(row), LoadRows.sortKey()).join().orElse(new byte[0]);
            wrong += Arrays.equals(found, loaded.rows().value(row)) ? 0 : 1;
        }
        if (wrong > 0) {
            say.accept(wrong + " of " + ROWS_READ_BACK_MAX + " rows of the set that were read back are wrong");
        }
        return wrong;
    }
}
