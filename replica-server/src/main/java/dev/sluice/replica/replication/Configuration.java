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
 * @param sequence of what the leader says under one ballot; an older one changes nothing
 * @param handOver the primary is to serve no more, and to say so: another is about to take its place
 */
public record Configuration(
        Ballot ballot,
        @Nullable HostPort primary,
        List<HostPort> secondaries,
        List<HostPort> learners,
        int minReplicaCount,
        long sequence,
        boolean handOver) {
    /** Of a replica that was not told yet. */
    public static final Configuration NONE = new Configuration(Ballot.NONE, null, List.of(), List.of(), 1);

    public Configuration {
        secondaries = List.copyOf(secondaries);
        learners = List.copyOf(learners);
    }

    /** One whose primary is to serve. */
    public Configuration(
            Ballot ballot,
            @Nullable HostPort primary,
            List<HostPort> secondaries,
            List<HostPort> learners,
            int minReplicaCount) {
        this(ballot, primary, secondaries, learners, minReplicaCount, 0, false);
    }

    /** The same ballot, and nobody has a part in it as far as this replica is told. */
    public Configuration withoutAnyone() {
        return new Configuration(ballot, null, List.of(), List.of(), minReplicaCount, sequence, false);
    }

    /** The primary, if there is one, and the secondaries. */
    public int memberCount() {
        return secondaries.size() + (primary == null ? 0 : 1);
    }
}
