package dev.sluice.replica.replication;

import dev.sluice.common.Ballot;
import dev.sluice.common.HostPort;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who has a partition, as the meta leader says.
 *
 * @param ballot version; only grows
 * @param primary null if there is none
 * @param secondaries the other members
 * @param learners taught by the primary; not members
 * @param minReplicaCount members that a write needs
 */
public record Configuration(
        Ballot ballot,
        @Nullable HostPort primary,
        List<HostPort> secondaries,
        List<HostPort> learners,
        int minReplicaCount) {
    /** Of a replica that was not told yet. */
    public static final Configuration NONE = new Configuration(Ballot.NONE, null, List.of(), List.of(), 1);

    public Configuration {
        secondaries = List.copyOf(secondaries);
        learners = List.copyOf(learners);
    }

    /** The primary, if there is one, and the secondaries. */
    public int memberCount() {
        return secondaries.size() + (primary == null ? 0 : 1);
    }
}
