package dev.sluice.meta.recovery;

import dev.sluice.common.Ballot;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What a replica server has on its disk.
 *
 * @param clusterId empty for one that belongs to no cluster yet
 */
public record NodeDisk(HostPort node, String clusterId, List<Replica> replicas) {
    public NodeDisk {
        replicas = List.copyOf(replicas);
    }

    /**
     * One replica.
     *
     * @param ballot of the newest configuration that it heard of, as a member or not
     * @param lastBallot under which the last mutation in its log was proposed
     * @param app what it belongs to; null if it does not know
     */
    public record Replica(
            Gpid gpid,
            Ballot ballot,
            Ballot lastBallot,
            long lastCommittedDecree,
            long lastPreparedDecree,
            @Nullable Description app) {}

    /** An app as the leader last described it to the replica. */
    public record Description(String name, int partitionCount, int maxReplicaCount, SortedMap<String, String> envs) {}
}
