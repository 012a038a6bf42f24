package dev.sluice.replica.load;

import dev.sluice.common.metrics.Metrics;
import dev.sluice.common.time.Clock;
import dev.sluice.wire.internal.MemberPhase;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Which replicas of a node have a load on its way, and since when, for the meters. Safe for use by several threads. */
final class RunningLoads {
    private final Clock clock;
    private final Map<ReplicaLoads, Long> runningSinceMs = new ConcurrentHashMap<>();
    private final Map<ReplicaLoads, Long> ingestingSinceMs = new ConcurrentHashMap<>();

    RunningLoads(Clock clock) {
        this.clock = clock;
    }

    /** The load of a replica is in that phase. */
    void reached(ReplicaLoads replica, MemberPhase phase) {
        switch (phase) {
            case WAITING, DOWNLOADING, STAGED, PAUSED -> runningSinceMs.putIfAbsent(replica, clock.nowMs());
            case NONE, PUBLISHED, FAILED -> runningSinceMs.remove(replica);
        }
        if (phase != MemberPhase.STAGED) {
            ingestingSinceMs.remove(replica);
        }
    }

    /** The engine of a replica gets ready to take in what is staged. */
    void ingests(ReplicaLoads replica) {
        ingestingSinceMs.putIfAbsent(replica, clock.nowMs());
    }

    /** A replica is gone. */
    void forget(ReplicaLoads replica) {
        runningSinceMs.remove(replica);
        ingestingSinceMs.remove(replica);
    }

    void register(Metrics metrics) {
        metrics.gauge("bulk_load_running_count", "Replicas whose load has begun and not ended.", runningSinceMs::size);
        metrics.gauge(
                "bulk_load_max_duration_ms",
                "How long the longest of these has been running.",
                () -> longestMs(runningSinceMs.values()));
        metrics.gauge(
                "bulk_load_ingesting_count",
                "Replicas whose engine takes a load in, from the flush ahead of it on.",
                ingestingSinceMs::size);
        metrics.gauge(
                "bulk_load_ingestion_max_duration_ms",
                "How long the longest of these has been at it.",
                () -> longestMs(ingestingSinceMs.values()));
    }

    private long longestMs(Collection<Long> sinceMs) {
        long now = clock.nowMs();
        return sinceMs.stream().mapToLong(since -> now - since).max().orElse(0);
    }
}
