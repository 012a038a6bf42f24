package dev.sluice.replica.replica;

import dev.sluice.common.Ballot;
import dev.sluice.common.HostPort;
import dev.sluice.replica.replication.Configuration;
import dev.sluice.replica.replication.RoleName;
import dev.sluice.wire.internal.AppDescription;
import org.jspecify.annotations.Nullable;

/**
 * What a replica is at one moment. Safe for use by several threads.
 *
 * @param role what it does
 * @param serving a primary that has committed all it took over
 * @param configuration with the ballot; the newest that it was told
 * @param app name, partition count and envs; null until told
 */
public record ReplicaView(
        RoleName role,
        boolean serving,
        Configuration configuration,
        @Nullable AppDescription app) {
    public Ballot ballot() {
        return configuration.ballot();
    }

    public @Nullable HostPort primary() {
        return configuration.primary();
    }

    public boolean isPrimary() {
        return role == RoleName.PRIMARY;
    }
}
