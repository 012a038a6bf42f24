package dev.sluice.replica.load;

import dev.sluice.bulkload.load.ReplicaLoad;
import dev.sluice.common.metrics.Metrics;
import dev.sluice.common.time.Clock;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Which replicas of a node have a load on its way, and since when, for the meters. Safe for use by several threads. */
final class RunningLoads {
    private final Clock clock;
    private final Map<ReplicaLoads, Since> running = new ConcurrentHashMap<>();
    private final Map<ReplicaLoads, Since> publishing = new ConcurrentHashMap<>();

    /** When something began, by {@link Clock#nowMs}. */
    private record Since(long loadId, long beganMs) {
        private Since orOlder(Since before) {
            return before.loadId == loadId ? before : this;
        }
    }

    RunningLoads(Clock clock) {
        this.clock = clock;
    }

    /**
     * The load of a replica stands like this; one that failed may be tried again until it is cleaned up.
     *
     * @param publishes whether what is staged is to become visible now
     */
    void stands(ReplicaLoads replica, ReplicaLoad state, boolean publishes) {
        boolean isOver = state instanceof ReplicaLoad.Idle
                || state instanceof ReplicaLoad.Leftover
                || state instanceof ReplicaLoad.Published
                || state instanceof ReplicaLoad.CleaningUp;
        Since now = new Since(state.loadId(), clock.nowMs());
        put(running, replica, now, !isOver);
        put(publishing, replica, now, publishes);
    }

    private static void put(Map<ReplicaLoads, Since> those, ReplicaLoads replica, Since now, boolean isOne) {
        if (isOne) {
            those.merge(replica, now, (before, same) -> same.orOlder(before));
        } else {
            those.remove(replica);
        }
    }

    /** A replica is gone. */
    void forget(ReplicaLoads replica) {
        running.remove(replica);
        publishing.remove(replica);
    }

    void register(Metrics metrics) {
        metrics.gauge(
                "bulk_load_running_count",
                "Replicas whose load has begun, and is neither published nor cleaned up.",
                running::size);
        metrics.gauge(
                "bulk_load_max_duration_ms",
                "How long the longest of these has been running.",
                () -> longestMs(running.values()));
        metrics.gauge(
                "bulk_load_ingesting_count",
                "Replicas whose staged load is to be published now: the engine gets ready, waits for the other members, or carries it out.",
                publishing::size);
        metrics.gauge(
                "bulk_load_ingestion_max_duration_ms",
                "How long the longest of these has been at it.",
                () -> longestMs(publishing.values()));
    }

    private long longestMs(Collection<Since> since) {
        long now = clock.nowMs();
        return since.stream().mapToLong(each -> now - each.beganMs).max().orElse(0);
    }
}
