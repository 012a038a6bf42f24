package dev.sluice.meta.guardian;

import dev.sluice.common.Ballot;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import java.util.Comparator;
import java.util.Optional;

/** Orders nodes by what their replica of one partition has: ballot, then prepared decree; the best is the greatest. */
final class Fitness {
    private Fitness() {}

    static Comparator<HostPort> of(Gpid gpid, ClusterView view) {
        return Comparator.<HostPort, Ballot>comparing(node ->
                        view.findReplica(node, gpid).map(ReplicaView::ballot).orElse(Ballot.NONE))
                .thenComparingLong(node -> prepared(view.findReplica(node, gpid)))
                .thenComparing(Comparator.<HostPort>naturalOrder().reversed());
    }

    private static long prepared(Optional<ReplicaView> replica) {
        return replica.map(ReplicaView::lastPreparedDecree).orElse(-1L);
    }
}
