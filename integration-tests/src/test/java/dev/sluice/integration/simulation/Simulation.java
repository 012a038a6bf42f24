package dev.sluice.integration.simulation;

import java.util.Map;
import java.util.Optional;

/** One run from one seed: a cluster, clients, faults; then everything heals, and must be whole and right in the end. */
final class Simulation {
    static final String APP = "orders";
    static final int PARTITIONS = 2;
    private static final Map<String, String> BEHIND_ENVS = Map.of("rocksdb.allow_ingest_behind", "true");
    private static final long READY_MS_MAX = 10_000;
    private static final long HEAL_MS_MAX = 90_000;
    private static final long CALM_MS = 300;
    private static final int REST_MS_MAX = 230;
    /** Of clients that alone have to notice. */
    private static final int BUSY_REST_MS_MAX = 100;

    private static final long AFTERWARDS_MS = 5_000;

    private final Cluster cluster;
    private final Administrator administrator;
    private final Workload workload;
    private final Faults faults;
    private final Loads loads;
    private final Loads.Modes modes;
    private final Compactions compactions;

    Simulation(long seed) {
        this(seed, Sabotage.NONE);
    }

    Simulation(long seed, Sabotage sabotage) {
        boolean logFsync = Chance.of(seed).fork("options").oneIn(3);
        cluster = new Cluster(seed, logFsync, sabotage);
        administrator = new Administrator(cluster);
        workload = new Workload(cluster, APP);
        faults = new Faults(cluster, workload.address(), logFsync);
        modes = switch (Chance.of(seed).fork("modes").nextInt(8)) {
            case 0, 1 -> Loads.Modes.REPLACE_AND_ROLL_BACK;
            case 2 -> Loads.Modes.MERGE_AND_BEHIND;
            default -> Loads.Modes.MERGE;
        };
        loads = new Loads(cluster, administrator, modes);
        compactions = new Compactions(cluster, administrator);
    }

    Cluster cluster() {
        return cluster;
    }

    /** Runs all of it. Throws what went wrong. */
    Map<String, Long> run(long faultyMs) {
        administrator.createApp(APP, PARTITIONS, modes == Loads.Modes.MERGE_AND_BEHIND ? BEHIND_ENVS : Map.of());
        awaitWhole(READY_MS_MAX);
        workload.start(REST_MS_MAX);
        faults.start();
        loads.start();
        compactions.start();
        cluster.world().runUntil(cluster.world().nowMs() + faultyMs);
        faults.heal();
        cluster.world().runUntil(cluster.world().nowMs() + CALM_MS);
        workload.stop();
        loads.stop();
        compactions.stop();
        awaitWhole(HEAL_MS_MAX);
        awaitQuiet();
        cluster.requireEngines();
        loads.requireAllOrNothing();
        cluster.publishes().addTo(workload.history());
        workload.history().requireLinearizable();
        cluster.world().count("histories judged, " + modes);
        cluster.network().counts().forEach((what, howOften) -> cluster.world().count("message " + what, howOften));
        cluster.world().count("elections", cluster.journals().elections());
        return cluster.world().counts();
    }

    /** Runs with clients only looking from outside; what in their histories has no explanation, if anything. */
    Optional<String> findUnexplained(long faultyMs) {
        cluster.lookAway();
        try {
            administrator.createApp(APP, PARTITIONS, Map.of());
            awaitWhole(READY_MS_MAX);
            cluster.sabotage().onReady(cluster);
            workload.start(BUSY_REST_MS_MAX);
            faults.start();
            cluster.world().runUntil(cluster.world().nowMs() + faultyMs);
            faults.heal();
            cluster.world().runUntil(cluster.world().nowMs() + AFTERWARDS_MS);
            workload.stop();
            cluster.world().runUntil(cluster.world().nowMs() + Workload.PATIENCE_MS);
        } catch (AssertionError e) {
            throw new AssertionError("a cluster that is only watched from outside cannot fail otherwise", e);
        }
        try {
            workload.history().requireNothingUnexplained();
            return Optional.empty();
        } catch (AssertionError e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /** What clients still wait for may yet be done: the judgement comes after that, and a while after. */
    private void awaitQuiet() {
        long endMs = cluster.world().nowMs() + Workload.PATIENCE_MS;
        while (!workload.isQuiet() && cluster.world().nowMs() < endMs) {
            cluster.world().runUntil(cluster.world().nowMs() + 100);
        }
        cluster.world().runUntil(cluster.world().nowMs() + CALM_MS);
    }

    private void awaitWhole(long msMax) {
        long endMs = cluster.world().nowMs() + msMax;
        String fault = cluster.faults();
        while (!fault.isEmpty()) {
            if (cluster.world().nowMs() >= endMs) {
                cluster.world().failed(new AssertionError("not whole after " + msMax + " ms: " + fault));
            }
            cluster.world().runUntil(cluster.world().nowMs() + 100);
            fault = cluster.faults();
        }
    }
}
