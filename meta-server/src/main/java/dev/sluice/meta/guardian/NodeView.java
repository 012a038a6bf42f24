package dev.sluice.meta.guardian;

import dev.sluice.common.Gpid;
import java.util.Map;
import java.util.Optional;

/**
 * What is known of a replica server.
 *
 * @param incarnation of the run that was heard of last, 0 if none was since this leader leads
 * @param replicas what it said of its replicas in that run
 */
public record NodeView(Standing standing, long incarnation, Map<Gpid, ReplicaView> replicas) {
    Optional<ReplicaView> findReplica(Gpid gpid) {
        return Optional.ofNullable(replicas.get(gpid));
    }
}
