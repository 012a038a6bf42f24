package dev.sluice.replica.disk;

import org.jspecify.annotations.Nullable;

/**
 * How a data directory stands.
 *
 * @param capacityBytes size of its disk; 0 if unknown
 * @param availableBytes still to be written there
 * @param trouble what is wrong with it; null: nothing
 */
public record DiskStatus(
        DataDirectory directory,
        long capacityBytes,
        long availableBytes,
        @Nullable String trouble) {
    /** True if less than that share of the disk is free. */
    boolean isNearlyFull(int availablePercentMin) {
        return capacityBytes > 0 && availableBytes < capacityBytes / 100.0 * availablePercentMin;
    }
}
