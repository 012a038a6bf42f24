package dev.sluice.meta.node;

import dev.sluice.common.Ballot;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.RpcStream;
import dev.sluice.common.rpc.Wire;
import dev.sluice.meta.guardian.ReplicaView;
import dev.sluice.wire.internal.Directives;
import dev.sluice.wire.internal.LearnerState;
import dev.sluice.wire.internal.NodeStreamDown;
import dev.sluice.wire.internal.PartitionDirective;
import dev.sluice.wire.internal.ReplicaReport;
import dev.sluice.wire.internal.ReplicaRole;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What this leader, in this term, knows of one replica server, and what it still has to tell it.
 *
 * <p>What waits to be sent is a set of partitions, so it is bounded by their number; what is sent is worked out when it is.
 */
final class NodeSession {
    private static final int DIRECTIVES_PER_FRAME = 256;

    final HostPort address;
    final Map<Gpid, ReplicaView> replicas = new TreeMap<>();
    long lastHeardMs;
    /** Of the run that was heard of in this term; 0 for none. */
    long incarnation;

    long diskCapacityBytes;
    long diskAvailableBytes;

    private final Map<Gpid, PartitionDirective> sent = new TreeMap<>();
    private final Set<Gpid> dirty = new LinkedHashSet<>();
    private boolean listingDue;
    /** What was decided while the node was away may be on its way into the journal: it hears nothing before. */
    private boolean held;

    private @Nullable RpcStream<NodeStreamDown> stream;

    NodeSession(HostPort address, long nowMs) {
        this.address = address;
        this.lastHeardMs = nowMs;
    }

    boolean isConnected() {
        return stream != null;
    }

    boolean isOn(RpcStream<NodeStreamDown> other) {
        return stream != null && stream.equals(other);
    }

    void connect(RpcStream<NodeStreamDown> newStream, long newIncarnation, long nowMs) {
        disconnect();
        stream = newStream;
        if (incarnation != newIncarnation) {
            replicas.clear();
        }
        incarnation = newIncarnation;
        lastHeardMs = nowMs;
        sent.clear();
        dirty.clear();
        listingDue = true;
        held = false;
    }

    /** Nothing is sent of what it is to do until {@link #release} of the same stream. */
    void hold() {
        held = true;
    }

    void release(RpcStream<NodeStreamDown> of) {
        if (isOn(of)) {
            held = false;
        }
    }

    void disconnect() {
        RpcStream<NodeStreamDown> old = stream;
        stream = null;
        if (old != null) {
            old.close();
        }
    }

    void send(NodeStreamDown frame) {
        if (stream != null) {
            stream.send(frame);
        }
    }

    /** True if the node was told of the partition, or has said that it has a replica of it. */
    boolean knows(Gpid gpid) {
        return sent.containsKey(gpid) || replicas.containsKey(gpid);
    }

    void markDirty(Gpid gpid) {
        dirty.add(gpid);
    }

    void markListingDue() {
        listingDue = true;
    }

    void forget(Gpid gpid) {
        replicas.remove(gpid);
        sent.remove(gpid);
    }

    /** Sends the whole listing, or what changed, as far as the stream has room. */
    void flush(long term, Listing listing) {
        if (stream == null || held || !stream.isWritable()) {
            return;
        }
        if (listingDue) {
            listingDue = false;
            dirty.clear();
            Set<Gpid> all = new LinkedHashSet<>(listing.concerning());
            all.addAll(replicas.keySet());
            sent.keySet().retainAll(all);
            sendFrames(term, directives(all, listing.directiveFor(), false), true);
        } else if (!dirty.isEmpty()) {
            List<PartitionDirective> changed = directives(dirty, listing.directiveFor(), true);
            dirty.clear();
            if (!changed.isEmpty()) {
                sendFrames(term, changed, false);
            }
        }
    }

    /** What a node is to be told: of which partitions in any case, and what of each. */
    interface Listing {
        Collection<Gpid> concerning();

        Function<Gpid, Optional<PartitionDirective>> directiveFor();
    }

    /** True if it is other than what was heard before. */
    boolean heard(Gpid gpid, ReplicaReport report) {
        ReplicaView now = viewOf(report);
        return !now.equals(replicas.put(gpid, now));
    }

    private List<PartitionDirective> directives(
            Collection<Gpid> gpids, Function<Gpid, Optional<PartitionDirective>> directiveFor, boolean changedOnly) {
        List<PartitionDirective> found = new ArrayList<>();
        for (Gpid gpid : gpids) {
            Optional<PartitionDirective> directive = directiveFor.apply(gpid);
            if (directive.isPresent() && !(changedOnly && directive.get().equals(sent.get(gpid)))) {
                sent.put(gpid, directive.get());
                found.add(directive.get());
            }
        }
        return found;
    }

    private void sendFrames(long term, List<PartitionDirective> directives, boolean listing) {
        int from = 0;
        do {
            int to = Math.min(directives.size(), from + DIRECTIVES_PER_FRAME);
            NodeStreamDown frame = new NodeStreamDown();
            frame.setDirectives(new Directives(
                    term, new ArrayList<>(directives.subList(from, to)), listing && to == directives.size()));
            send(frame);
            from = to;
        } while (from < directives.size());
    }

    private static ReplicaView viewOf(ReplicaReport report) {
        Map<HostPort, Long> caughtUp = new HashMap<>();
        for (LearnerState learner : orEmpty(report.getLearners())) {
            if (learner.isCaughtUp()) {
                caughtUp.put(Wire.hostPort(learner.getNode()), learner.getSignature());
            }
        }
        return new ReplicaView(
                new Ballot(report.getBallot()),
                roleOf(report.getRole()),
                report.getLastCommittedDecree(),
                report.getLastPreparedDecree(),
                caughtUp,
                Set.copyOf(Wire.hostPorts(orEmpty(report.getUnreachable()))),
                report.getPublishedLoadId(),
                report.getHandedOver(),
                report.getCompactedFor());
    }

    private static <T> Collection<T> orEmpty(@Nullable Collection<T> list) {
        return list == null ? List.of() : list;
    }

    private static ReplicaView.Role roleOf(@Nullable ReplicaRole role) {
        if (role == null) {
            return ReplicaView.Role.INACTIVE;
        }
        return switch (role) {
            case INACTIVE -> ReplicaView.Role.INACTIVE;
            case PRIMARY -> ReplicaView.Role.PRIMARY;
            case SECONDARY -> ReplicaView.Role.SECONDARY;
            case LEARNER -> ReplicaView.Role.LEARNER;
            case ERROR -> ReplicaView.Role.ERROR;
        };
    }
}
