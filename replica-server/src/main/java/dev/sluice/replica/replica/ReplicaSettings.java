package dev.sluice.replica.replica;

import dev.sluice.replica.compaction.ManualCompaction;
import dev.sluice.replica.replication.Limits;
import java.time.ZoneId;

/**
 * Options of a replica.
 *
 * @param flushIntervalMs longest time from a write to its flush ({@code checkpoint_interval_seconds})
 * @param flushBytes so many bytes in the log since the last flush start one
 * @param logReserveBytes so much of the log is kept for learners behind what is durable
 * @param logFsync writes are on the disk before they are acknowledged
 * @param rejectsWritesWhenFull writes of clients are refused while the disk is nearly full or fails
 * @param expiry how rows whose time is over are removed
 * @param retention how many generations that were replaced are kept, and how long
 * @param compaction when replicas are compacted on demand
 */
public record ReplicaSettings(
        Limits limits,
        long flushIntervalMs,
        long flushBytes,
        long logReserveBytes,
        boolean logFsync,
        boolean rejectsWritesWhenFull,
        Expiry expiry,
        Retention retention,
        ManualCompaction.Settings compaction) {
    public static final ReplicaSettings DEFAULT = new ReplicaSettings(
            Limits.DEFAULT,
            100_000,
            64L << 20,
            256L << 20,
            false,
            true,
            new Expiry(3_600_000, 10_000, 600),
            new Retention(1, 86_400_000),
            new ManualCompaction.Settings(0, ZoneId.systemDefault()));

    /**
     * How rows whose time is over are removed.
     *
     * @param intervalMs from the end of one walk over a replica's rows to the begin of the next; 0: never
     * @param rowsPerSecondMax that one replica walks over
     * @param keepSeconds how long a row stays after its time: more than clocks differ
     */
    public record Expiry(long intervalMs, int rowsPerSecondMax, int keepSeconds) {}

    /**
     * Which generations of rows are kept beside the current one.
     *
     * @param count at most so many
     * @param keptMs at most so long
     */
    public record Retention(int count, long keptMs) {}
}
