package dev.sluice.replica.replica;

import dev.sluice.replica.replication.Limits;

/**
 * Options of a replica.
 *
 * @param flushIntervalMs longest time from a write to its flush ({@code checkpoint_interval_seconds})
 * @param flushBytes so many bytes in the log since the last flush start one
 * @param logReserveBytes so much of the log is kept for learners behind what is durable
 * @param logFsync writes are on the disk before they are acknowledged
 */
public record ReplicaSettings(
        Limits limits, long flushIntervalMs, long flushBytes, long logReserveBytes, boolean logFsync) {
    public static final ReplicaSettings DEFAULT =
            new ReplicaSettings(Limits.DEFAULT, 100_000, 64L << 20, 256L << 20, false);
}
