package dev.sluice.meta.guardian;

import dev.sluice.common.HostPort;
import dev.sluice.meta.state.Configuration;
import dev.sluice.meta.state.Partition;
import java.util.Optional;

/** What a move needs next of a partition whose primary is alive. */
record Stride(Kind kind, String why) {
    /** What is to happen. */
    enum Kind {
        /** The node to be added learns. */
        LEARN,
        /** The primary is asked to serve no more, and has not said that it does not. */
        HAND_OVER,
        /** The primary has said that it serves no more: the other one takes its place. */
        SWITCH,
        /** The member that is to leave leaves. */
        LEAVE,
        /** Nothing is left to do. */
        DONE,
        /** It can no longer be done. */
        FAILED
    }

    /**
     * @param said what the primary says under the present ballot, if it has
     * @param asked the sequence with which the primary is asked to hand over now, 0 if it is not
     * @param full members that the partition should have
     */
    static Stride of(
            Move move, Partition partition, ClusterView view, Optional<ReplicaView> said, long asked, int full) {
        Configuration now = partition.configuration();
        if (view.wallMs() >= move.untilMs()) {
            return failed("it took too long");
        }
        HostPort add = move.add();
        if (add != null && !now.hasMember(add)) {
            return view.isLive(add) ? of(Kind.LEARN) : failed(add + " is not alive");
        }
        HostPort primary = move.primary();
        if (primary != null && !now.isPrimary(primary)) {
            boolean fit = now.hasMember(primary)
                    && view.isLive(primary)
                    && view.findReplica(primary, partition.gpid())
                            .filter(ReplicaView::isFailed)
                            .isEmpty();
            if (!fit) {
                return failed(primary + " cannot become primary");
            }
            boolean confirmed = asked != 0
                    && said.filter(replica -> replica.handedOver() == asked).isPresent();
            return of(confirmed ? Kind.SWITCH : Kind.HAND_OVER);
        }
        HostPort remove = move.remove();
        if (remove == null || !now.hasMember(remove)) {
            return of(Kind.DONE);
        }
        if (now.isPrimary(remove)) {
            return failed(remove + " is primary");
        }
        // One that was lost meanwhile left its place to the one that was added.
        return of(add == null || now.members().size() > full ? Kind.LEAVE : Kind.DONE);
    }

    private static Stride of(Kind kind) {
        return new Stride(kind, "");
    }

    private static Stride failed(String why) {
        return new Stride(Kind.FAILED, why);
    }
}
