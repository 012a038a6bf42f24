package dev.sluice.integration.simulation;

import dev.sluice.common.Gpid;
import dev.sluice.replica.ReplicaWiring;
import dev.sluice.replica.engine.Engine;
import dev.sluice.replica.engine.Engine.CompactionMark;
import dev.sluice.replica.mutation.Change.Publish;
import dev.sluice.replica.mutation.Change.RowChange;
import dev.sluice.replica.replica.Replica;
import dev.sluice.replica.replica.ReplicaView;
import dev.sluice.replica.replication.RoleName;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What must hold after everything that one run of a replica server does. */
final class Invariants implements ObservedEngines.Observer {
    private final Cluster cluster;
    private final SimulatedNode node;
    private final Map<Gpid, Seen> seen = new HashMap<>();

    /** What was seen last of a replica. */
    private static final class Seen {
        private final Replica replica;
        private ReplicaView view;
        private long committed;

        private Seen(Replica replica) {
            this.replica = replica;
            this.view = replica.view();
        }
    }

    Invariants(Cluster cluster, SimulatedNode node) {
        this.cluster = cluster;
        this.node = node;
    }

    /** After every task of the process. */
    void check() {
        ReplicaWiring wired = node.wired();
        if (wired == null || !cluster.looks()) {
            return;
        }
        boolean leased = wired.lease().isValid();
        for (Replica replica : wired.replicas().all()) {
            Seen before = seen.get(replica.gpid());
            if (before == null || before.replica != replica) {
                before = new Seen(replica);
                seen.put(replica.gpid(), before);
            }
            checkReplica(before);
            if (leased && serves(before.view)) {
                noOtherServes(replica.gpid());
            }
        }
    }

    private void checkReplica(Seen before) {
        Replica replica = before.replica;
        ReplicaView view = replica.view();
        long committed = replica.committedDecree();
        if (replica.preparedDecree() < committed) {
            throw violated("PreparedCoversCommitted", replica, replica.preparedDecree() + " < " + committed);
        }
        if (committed < before.committed) {
            throw violated("CommittedNeverGoesBack", replica, before.committed + " -> " + committed);
        }
        if (committed > before.committed && cluster.isSampled(replica)) {
            cluster.requireEngine(node, replica);
        }
        before.committed = committed;
        if (view.isPrimary()) {
            cluster.publishes()
                    .appliedByPrimary(
                            replica.gpid(),
                            replica.engine().appliedDecree(),
                            cluster.world().events());
        }
        if (!view.equals(before.view)) {
            if (view.ballot().isOlderThan(before.view.ballot())) {
                throw violated("BallotNeverGoesBack", replica, before.view.ballot() + " -> " + view.ballot());
            }
            if (view.role() != before.view.role()) {
                if (before.view.role() == RoleName.LEARNER && view.role() == RoleName.SECONDARY) {
                    cluster.world().count("learned");
                }
                cluster.world()
                        .tell(node + " " + replica.gpid() + " " + before.view.role() + " -> " + view.role()
                                + ", ballot " + view.ballot() + ", committed " + committed + ", prepared "
                                + replica.preparedDecree());
            }
            before.view = view;
        }
    }

    private static boolean serves(ReplicaView view) {
        return view.isPrimary() && view.serving();
    }

    private void noOtherServes(Gpid gpid) {
        for (SimulatedNode other : cluster.nodes()) {
            ReplicaWiring wired = other == node ? null : other.wired();
            Replica replica = wired == null ? null : wired.replicas().find(gpid);
            if (wired != null
                    && replica != null
                    && serves(replica.view())
                    && wired.lease().isValid()) {
                throw new AssertionError(
                        "OnePrimaryServes: " + node + " and " + other + " both serve " + gpid + " with a valid lease");
            }
        }
    }

    @Override
    public void onCompacted(Gpid gpid, CompactionMark before, CompactionMark noted) {
        if (before.trigger() == noted.trigger()) {
            throw new AssertionError("OneTriggerOneCompaction: " + gpid + " on " + node + ": " + before + ", " + noted);
        }
        cluster.world().count("compacted");
    }

    /** An engine of this process has applied a mutation. */
    @Override
    public void onApplied(Engine engine, Gpid gpid, long decree, List<RowChange> rows, @Nullable Publish publish) {
        if (!cluster.looks()) {
            return;
        }
        if (publish != null && !cluster.isPublished(publish.loadId())) {
            throw new AssertionError("NothingVisibleBeforePublish: " + gpid + " on " + node + " applies " + publish);
        }
        boolean isFirst = cluster.ledger().applied(gpid, node.toString(), decree, rows, publish);
        cluster.ledger().requireTouched(gpid, node.toString(), decree, engine);
        if (isFirst && publish != null) {
            cluster.publishes()
                    .begun(
                            gpid,
                            decree,
                            cluster.ledger().changesForClients(gpid, decree),
                            cluster.world().events());
        }
        Replica replica = node.find(gpid);
        if (!isFirst || replica == null || !replica.view().isPrimary()) {
            return;
        }
        cluster.world().count("committed");
        ReplicaView view = replica.view();
        for (var member : view.configuration().secondaries()) {
            SimulatedNode other = cluster.node(member);
            Replica copy = other.find(gpid);
            // One that has restarted is no secondary of this ballot.
            boolean sameGroup = copy != null
                    && copy.view().role() == RoleName.SECONDARY
                    && copy.view().ballot().equals(view.ballot());
            if (copy != null && sameGroup && copy.preparedDecree() < decree) {
                throw new AssertionError("CommittedIsOnEveryMember: " + gpid + " decree " + decree + " is committed on "
                        + node + ", and " + other + " has only " + copy.preparedDecree());
            }
        }
    }

    private AssertionError violated(String invariant, Replica replica, String facts) {
        return new AssertionError(invariant + ": " + replica.gpid() + " on " + node + ": " + facts);
    }
}
