package dev.sluice.meta.node;

import dev.sluice.common.Ballot;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.RpcStream;
import dev.sluice.common.rpc.Wire;
import dev.sluice.common.time.EventLoop;
import dev.sluice.meta.guardian.ClusterView;
import dev.sluice.meta.guardian.NodeView;
import dev.sluice.meta.guardian.ReplicaView;
import dev.sluice.meta.guardian.Standing;
import dev.sluice.meta.leader.Decision;
import dev.sluice.meta.leader.MetaLeader;
import dev.sluice.meta.leader.StateListener;
import dev.sluice.meta.state.MetaRecord;
import dev.sluice.meta.state.MetaState;
import dev.sluice.meta.state.Node;
import dev.sluice.meta.state.NodeRecord.NodeRegistered;
import dev.sluice.meta.state.Partition;
import dev.sluice.wire.internal.Beat;
import dev.sluice.wire.internal.BeatReply;
import dev.sluice.wire.internal.NodeHello;
import dev.sluice.wire.internal.NodeReport;
import dev.sluice.wire.internal.NodeStreamDown;
import dev.sluice.wire.internal.NodeStreamUp;
import dev.sluice.wire.internal.NodeWelcome;
import dev.sluice.wire.internal.PartitionDirective;
import dev.sluice.wire.internal.ReplicaOnDisk;
import dev.sluice.wire.internal.ReplicaReport;
import dev.sluice.wire.internal.internalConstants;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows the replica servers while this server leads, and tells them what to do.
 *
 * <p>A node that connects in a run that is not registered is {@link Standing#ARRIVING}: its beats are answered, but it gets no
 * directives before the guardian has settled what the new run means. Then it gets the whole listing, and what changes from
 * there on; the listing again at a slow beat.
 *
 * <p>A node is heard by its beats. They are answered only while this server holds the leader lease. A new leader, and one
 * whose event loop did not run for a while, counts every node as heard just now: what it did not hear is its own fault.
 */
public final class NodeRegistry implements StateListener {
    private static final Logger LOG = LoggerFactory.getLogger(NodeRegistry.class);
    private static final int TICKS_PER_GRACE = 20;

    private final EventLoop loop;
    private final MetaLeader leader;
    private final NodeOptions options;
    private final DirectiveFactory directives;
    private final Map<HostPort, NodeSession> sessions = new TreeMap<>();
    private final Map<HostPort, Standing> standings = new HashMap<>();
    private final List<ReportListener> listeners = new ArrayList<>();
    private Learners learners = new Learners(0);
    private HandOvers handOvers = new HandOvers(0);
    /** For other threads. */
    private volatile Map<HostPort, Standing> standingsSeen = Map.of();

    private long term;
    private long lastTickMs;
    private long nextListingMs;
    private boolean flushPlanned;
    private EventLoop.@Nullable Timer ticking;

    public NodeRegistry(EventLoop loop, MetaLeader leader, NodeOptions options, LoadDirectives loads) {
        this.loop = loop;
        this.leader = leader;
        this.options = options;
        this.directives = new DirectiveFactory(options.minReplicaCount(), loads);
    }

    /** Adds a listener; before the server leads. */
    public void addListener(ReportListener listener) {
        listeners.add(listener);
    }

    /** Accepts the stream of a replica server; on any thread. */
    public RpcStream.Listener<NodeStreamUp> accept(RpcStream<NodeStreamDown> stream) {
        return new FromNode(stream);
    }

    /** True if the node is not known, or was not heard of for longer than the grace; on the event loop. */
    public boolean isDead(HostPort node) {
        NodeSession session = sessions.get(node);
        return session == null || standing(session, leader.state()) == Standing.DEAD;
    }

    /** What is known of the nodes, as of this state; on the event loop. */
    public ClusterView view(MetaState state) {
        TreeMap<HostPort, NodeView> nodes = new TreeMap<>();
        sessions.forEach((address, session) ->
                nodes.put(address, new NodeView(standing(session, state), session.incarnation, session.replicas)));
        return new ClusterView(loop.wallMs(), nodes);
    }

    /** How every node that ever registered stands, as of the last change; from any thread, empty on a follower. */
    public Map<HostPort, Standing> standings() {
        Map<HostPort, Standing> registered = new TreeMap<>();
        for (Node node : leader.state().nodes()) {
            Standing standing = standingsSeen.get(node.address());
            if (standing != null) {
                registered.put(node.address(), standing);
            }
        }
        return registered;
    }

    /** The nodes that learn, and the signature under which each does; on the event loop, not to be changed. */
    public Map<Gpid, Map<HostPort, Long>> learners() {
        return learners.all();
    }

    /** Sets the learners of these partitions, none for one that the map does not have; on the event loop. */
    public void setLearners(Collection<Gpid> partitions, Map<Gpid, List<HostPort>> chosen) {
        for (Gpid gpid : partitions) {
            List<HostPort> before = learners.of(gpid);
            List<HostPort> after = chosen.getOrDefault(gpid, List.of());
            if (!before.equals(after)) {
                LOG.info("{}: learners {} -> {}", gpid, before, after);
                learners.set(gpid, after);
                before.forEach(node -> markDirty(node, gpid));
                refresh(List.of(gpid));
            }
        }
    }

    /** With which sequence primaries are asked to hand over; on the event loop. */
    public Map<Gpid, Long> askedToHandOver() {
        return handOvers.asked();
    }

    /**
     * Asks the primaries of some of these partitions to hand over, and lets those of the others serve; on the event loop. Only
     * while no record of another primary is on its way.
     */
    public void setHandingOver(Collection<Gpid> partitions, Set<Gpid> asked) {
        for (Gpid gpid : partitions) {
            if (handOvers.say(gpid, asked.contains(gpid))) {
                LOG.info("{}: its primary is {}", gpid, asked.contains(gpid) ? "asked to hand over" : "to serve");
                refresh(List.of(gpid));
            }
        }
    }

    /** Pushes the directives of these partitions to whom they concern, if they changed; on the event loop. */
    public void refresh(Collection<Gpid> partitions) {
        MetaState state = leader.state();
        for (Gpid gpid : partitions) {
            Partition partition = state.findPartition(gpid).orElse(null);
            for (NodeSession session : sessions.values()) {
                if (session.knows(gpid)
                        || (partition != null
                                && DirectiveFactory.concerns(state, learners, partition, session.address))) {
                    session.markDirty(gpid);
                }
            }
        }
        planFlush();
    }

    /** Free and total bytes of the disks of a node, as it last said; zeros if it has not; on the event loop. */
    public DiskSpace diskSpace(HostPort node) {
        NodeSession session = sessions.get(node);
        return session == null
                ? new DiskSpace(0, 0)
                : new DiskSpace(session.diskAvailableBytes, session.diskCapacityBytes);
    }

    /** Bytes of the disks of a node. */
    public record DiskSpace(long availableBytes, long capacityBytes) {}

    @Override
    public void onLeading(long newTerm, MetaState state) {
        term = newTerm;
        handOvers = new HandOvers(newTerm);
        learners = new Learners(newTerm);
        long nowMs = loop.nowMs();
        lastTickMs = nowMs;
        nextListingMs = nowMs + options.repeatIntervalMs();
        for (Node node : state.nodes()) {
            sessions.put(node.address(), new NodeSession(node.address(), nowMs));
            standings.put(node.address(), Standing.SILENT);
        }
        standingsSeen = Map.copyOf(standings);
        tickLater();
    }

    @Override
    public void onLeadershipLost() {
        term = 0;
        if (ticking != null) {
            ticking.cancel();
        }
        sessions.values().forEach(NodeSession::disconnect);
        sessions.clear();
        standings.clear();
        standingsSeen = Map.of();
        learners = new Learners(0);
    }

    @Override
    public void onCommitted(MetaState before, MetaState after, List<MetaRecord> records) {
        if (term == 0) {
            return;
        }
        Set<Gpid> touched = TouchedPartitions.of(before, after, records);
        touched.stream().filter(gpid -> after.findPartition(gpid).isEmpty()).forEach(handOvers::forget);
        if (!touched.isEmpty()) {
            refresh(touched);
        }
        for (MetaRecord record : records) {
            if (record instanceof NodeRegistered registered) {
                LOG.info("{}: registered, incarnation {}", registered.address(), registered.incarnation());
                NodeSession session = sessions.get(registered.address());
                if (session != null) {
                    session.markListingDue();
                    planFlush();
                    noteStanding(session);
                }
            }
        }
    }

    private Standing standing(NodeSession session, MetaState state) {
        if (loop.nowMs() - session.lastHeardMs > options.graceMs()) {
            return Standing.DEAD;
        }
        boolean registered = session.incarnation == 0
                || state.findNode(session.address)
                        .filter(node -> node.incarnation() == session.incarnation)
                        .isPresent();
        if (!session.isConnected()) {
            // A run that never got directives serves nothing.
            return registered ? Standing.SILENT : Standing.DEAD;
        }
        return registered ? Standing.LIVE : Standing.ARRIVING;
    }

    private void noteStanding(NodeSession session) {
        Standing now = standing(session, leader.state());
        Standing before = standings.put(session.address, now);
        if (before != now) {
            standingsSeen = Map.copyOf(standings);
            if (now == Standing.DEAD) {
                LOG.warn(
                        "{}: {} -> DEAD, last heard of {} ms ago",
                        session.address,
                        before,
                        loop.nowMs() - session.lastHeardMs);
            } else {
                LOG.info("{}: {} -> {}", session.address, before == null ? "new" : before, now);
            }
            listeners.forEach(listener -> listener.onStandingChanged(session.address));
        }
    }

    private void tickLater() {
        ticking = loop.schedule(Math.max(10, options.graceMs() / TICKS_PER_GRACE), this::tick);
    }

    private void tick() {
        if (term == 0) {
            return;
        }
        long nowMs = loop.nowMs();
        long gapMs = nowMs - lastTickMs;
        lastTickMs = nowMs;
        if (gapMs > options.graceMs() / 4) {
            LOG.warn("This server did not run for {} ms: all nodes count as heard just now", gapMs);
            sessions.values().stream()
                    .filter(session -> standings.get(session.address) != Standing.DEAD)
                    .forEach(session -> session.lastHeardMs = nowMs);
        }
        sessions.values().forEach(this::noteStanding);
        if (nowMs >= nextListingMs) {
            nextListingMs = nowMs + options.repeatIntervalMs();
            sessions.values().forEach(NodeSession::markListingDue);
        }
        flush();
        tickLater();
    }

    private void markDirty(HostPort node, Gpid gpid) {
        NodeSession session = sessions.get(node);
        if (session != null) {
            session.markDirty(gpid);
        }
    }

    /** What is made dirty within one turn of the event loop goes out together. */
    private void planFlush() {
        if (!flushPlanned) {
            flushPlanned = true;
            loop.execute(() -> {
                flushPlanned = false;
                flush();
            });
        }
    }

    private void flush() {
        if (term != 0) {
            sessions.values().forEach(this::flush);
        }
    }

    private void flush(NodeSession session) {
        MetaState state = leader.state();
        if (standing(session, state) == Standing.LIVE) {
            session.flush(term, new ListingOf(state, session.address));
        }
    }

    private void onHello(RpcStream<NodeStreamDown> stream, FromNode from, NodeHello hello) {
        Optional<HostPort> sender = Wire.find(hello.getAddress());
        MetaState state = leader.state();
        Refusal refusal = refusal(hello, sender, state);
        if (Refusal.NO_CLUSTER.equals(refusal)) {
            sender.ifPresent(node -> listeners.forEach(listener -> listener.onStranger(node, hello)));
        }
        if (refusal != null || sender.isEmpty()) {
            refuse(stream, refusal == null ? Refusal.NO_ADDRESS : refusal, sender.orElse(null));
            return;
        }
        HostPort address = sender.get();
        NodeSession session = sessions.computeIfAbsent(address, unknown -> new NodeSession(unknown, loop.nowMs()));
        if (session.incarnation != hello.getIncarnation()) {
            refresh(learners.beginAnew(address));
        }
        session.connect(stream, hello.getIncarnation(), loop.nowMs());
        holdUntilSettled(session, stream);
        from.session = session;
        if (hello.getReplicas() != null) {
            for (ReplicaOnDisk found : hello.getReplicas()) {
                session.replicas.putIfAbsent(
                        Wire.gpid(found.getGpid()),
                        ReplicaView.onDisk(
                                new Ballot(found.getBallot()),
                                found.getLastCommittedDecree(),
                                found.getLastPreparedDecree(),
                                found.isFailed()));
            }
        }
        NodeWelcome welcome = new NodeWelcome();
        welcome.setErr(Wire.error(ErrorCode.ERR_OK));
        welcome.setTerm(term);
        welcome.setClusterId(state.clusterId());
        welcome.setLeaseMs(options.leaseMs());
        welcome.setBeatIntervalMs(options.beatIntervalMs());
        welcome.setHint("");
        session.send(down(welcome));
        noteStanding(session);
        listeners.forEach(listener -> listener.onStandingChanged(address));
        planFlush();
    }

    /**
     * The node gets no lease before it has heard how things stand, and that it hears only once all is committed that was
     * decided while it was away: it may have lost its place in an entry that is still on its way.
     */
    private void holdUntilSettled(NodeSession session, RpcStream<NodeStreamDown> stream) {
        session.hold();
        var unused = leader.submit((state, wallMs) -> Decision.reply(state.clusterId()))
                .thenAccept(settled -> {
                    session.release(stream);
                    flush(session);
                });
    }

    private @Nullable Refusal refusal(NodeHello hello, Optional<HostPort> sender, MetaState state) {
        String cluster = hello.getClusterId() == null ? "" : hello.getClusterId();
        if (hello.getFormatVersion() > internalConstants.FORMAT_VERSION) {
            return new Refusal(
                    ErrorCode.ERR_INVALID_VERSION,
                    "format version " + hello.getFormatVersion() + " is newer than " + internalConstants.FORMAT_VERSION
                            + ": upgrade the meta servers first");
        }
        if (term == 0) {
            return new Refusal(ErrorCode.ERR_FORWARD_TO_OTHERS, "not the leader");
        }
        if (state.clusterId().isEmpty()) {
            return Refusal.NO_CLUSTER;
        }
        if (!cluster.isEmpty() && !cluster.equals(state.clusterId())) {
            return new Refusal(
                    ErrorCode.ERR_CLUSTER_NOT_FOUND,
                    "the data is of cluster '" + cluster + "', this is cluster '" + state.clusterId() + "'");
        }
        if (sender.isEmpty()) {
            return Refusal.NO_ADDRESS;
        }
        NodeSession session = sessions.get(sender.get());
        long newest = Math.max(
                session == null ? 0 : session.incarnation,
                state.findNode(sender.get()).map(Node::incarnation).orElse(0L));
        return hello.getIncarnation() >= newest
                ? null
                : new Refusal(
                        ErrorCode.ERR_VERSION_OUTDATED,
                        "incarnation " + hello.getIncarnation() + " is older than " + newest + ", which was here");
    }

    private void refuse(RpcStream<NodeStreamDown> stream, Refusal refusal, @Nullable HostPort sender) {
        if (refusal.error() != ErrorCode.ERR_FORWARD_TO_OTHERS) {
            LOG.warn("Node stream of {} refused: {} {}", sender, refusal.error(), refusal.hint());
        }
        NodeWelcome welcome = new NodeWelcome();
        welcome.setErr(Wire.error(refusal.error()));
        welcome.setClusterId(leader.state().clusterId());
        welcome.setHint(refusal.hint());
        leader.findLeader().map(Wire::address).ifPresent(welcome::setLeader);
        stream.send(down(welcome));
        stream.close();
    }

    private void onBeat(NodeSession session, Beat beat) {
        if (loop.nowMs() - session.lastHeardMs > options.graceMs()) {
            // Others may have its places by now, and what it was told before is of no use: it has to register anew.
            session.disconnect();
            noteStanding(session);
            return;
        }
        session.lastHeardMs = loop.nowMs();
        if (leader.holdsLease()) {
            NodeStreamDown frame = new NodeStreamDown();
            frame.setBeat(new BeatReply(beat.getSequence(), term));
            session.send(frame);
        }
    }

    private void onReport(NodeSession session, NodeReport report) {
        if (report.getIncarnation() != session.incarnation || report.getTerm() != term) {
            LOG.debug(
                    "{}: report of incarnation {}, term {} is old, now {} and {}",
                    session.address,
                    report.getIncarnation(),
                    report.getTerm(),
                    session.incarnation,
                    term);
            return;
        }
        session.diskCapacityBytes = report.getDiskCapacityBytes();
        session.diskAvailableBytes = report.getDiskAvailableBytes();
        if (report.getRemoved() != null) {
            report.getRemoved().forEach(gpid -> session.forget(Wire.gpid(gpid)));
        }
        if (report.getReplicas() == null) {
            return;
        }
        for (ReplicaReport replica : report.getReplicas()) {
            Gpid gpid = Wire.gpid(replica.getGpid());
            boolean known = session.knows(gpid);
            boolean isNews = session.heard(gpid, replica);
            if (!known) {
                session.markDirty(gpid);
                planFlush();
            }
            listeners.forEach(listener -> listener.onReport(session.address, session.incarnation, replica));
            if (isNews) {
                listeners.forEach(listener -> listener.onReplicaChanged(session.address, gpid));
            }
        }
    }

    private static NodeStreamDown down(NodeWelcome welcome) {
        NodeStreamDown frame = new NodeStreamDown();
        frame.setWelcome(welcome);
        return frame;
    }

    private record Refusal(ErrorCode error, String hint) {
        static final Refusal NO_CLUSTER =
                new Refusal(ErrorCode.ERR_SERVICE_NOT_ACTIVE, "the cluster is being created or recovered");
        static final Refusal NO_ADDRESS = new Refusal(ErrorCode.ERR_INVALID_PARAMETERS, "no address in the hello");
    }

    private final class ListingOf implements NodeSession.Listing {
        private final MetaState state;
        private final HostPort node;

        ListingOf(MetaState state, HostPort node) {
            this.state = state;
            this.node = node;
        }

        @Override
        public Collection<Gpid> concerning() {
            List<Gpid> found = new ArrayList<>();
            for (Partition partition : state.partitions()) {
                if (DirectiveFactory.concerns(state, learners, partition, node)) {
                    found.add(partition.gpid());
                }
            }
            return found;
        }

        @Override
        public Function<Gpid, Optional<PartitionDirective>> directiveFor() {
            return gpid -> directives.directiveFor(state, learners, handOvers, gpid, node);
        }
    }

    /** Brings the frames of one stream to the event loop. */
    private final class FromNode implements RpcStream.Listener<NodeStreamUp> {
        private final RpcStream<NodeStreamDown> stream;
        private @Nullable NodeSession session;

        FromNode(RpcStream<NodeStreamDown> stream) {
            this.stream = stream;
        }

        @Override
        public void onFrame(NodeStreamUp frame) {
            loop.execute(() -> handle(frame));
        }

        private void handle(NodeStreamUp frame) {
            if (frame.isSetHello()) {
                onHello(stream, this, frame.getHello());
                return;
            }
            NodeSession current = session;
            if (current == null || term == 0 || !current.isOn(stream)) {
                stream.close();
            } else if (frame.isSetBeat()) {
                onBeat(current, frame.getBeat());
            } else if (frame.isSetReport()) {
                onReport(current, frame.getReport());
            }
        }

        @Override
        public void onWritable() {
            loop.execute(NodeRegistry.this::flush);
        }

        @Override
        public void onClosed(String reason) {
            loop.execute(() -> {
                NodeSession current = session;
                if (current != null && current.isOn(stream)) {
                    LOG.info("{}: node stream closed: {}", current.address, reason);
                    current.disconnect();
                    noteStanding(current);
                }
            });
        }
    }
}
