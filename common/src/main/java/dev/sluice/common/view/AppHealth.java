package dev.sluice.common.view;

import dev.sluice.wire.admin.PartitionConfiguration;
import dev.sluice.wire.admin.QueryConfigResponse;

/**
 * How many partitions of an app are how healthy.
 *
 * @param fullyHealthy with all their replicas
 * @param unhealthy the others
 * @param writeUnhealthy of these, those that may refuse writes: with fewer than two replicas
 * @param readUnhealthy of these, those that cannot be read: without a primary
 */
record AppHealth(int fullyHealthy, int unhealthy, int writeUnhealthy, int readUnhealthy) {
    static final AppHealth NONE = new AppHealth(0, 0, 0, 0);

    static AppHealth of(QueryConfigResponse config) {
        AppHealth health = NONE;
        for (PartitionConfiguration partition : config.getPartitions()) {
            int primary = partition.getPrimary().isSet() ? 1 : 0;
            int replicas = primary + partition.getSecondariesSize();
            boolean full = primary == 1 && replicas >= partition.getMaxReplicaCount();
            int writeMin = Math.min(2, partition.getMaxReplicaCount());
            health = health.plus(new AppHealth(
                    full ? 1 : 0, full ? 0 : 1, primary == 0 || replicas < writeMin ? 1 : 0, primary == 0 ? 1 : 0));
        }
        return health;
    }

    AppHealth plus(AppHealth other) {
        return new AppHealth(
                fullyHealthy + other.fullyHealthy,
                unhealthy + other.unhealthy,
                writeUnhealthy + other.writeUnhealthy,
                readUnhealthy + other.readUnhealthy);
    }
}
