package dev.sluice.replica.node;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.InternalRpcs;
import dev.sluice.common.rpc.RpcClient;
import dev.sluice.common.rpc.RpcStream;
import dev.sluice.common.rpc.Wire;
import dev.sluice.common.time.EventLoop;
import dev.sluice.wire.internal.Beat;
import dev.sluice.wire.internal.BeatReply;
import dev.sluice.wire.internal.Directives;
import dev.sluice.wire.internal.DiskReport;
import dev.sluice.wire.internal.NodeHello;
import dev.sluice.wire.internal.NodeReport;
import dev.sluice.wire.internal.NodeStreamDown;
import dev.sluice.wire.internal.NodeStreamUp;
import dev.sluice.wire.internal.NodeWelcome;
import dev.sluice.wire.internal.PartitionDirective;
import dev.sluice.wire.internal.ReplicaOnDisk;
import dev.sluice.wire.internal.ReplicaReport;
import dev.sluice.wire.internal.internalConstants;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one long-lived connection to the meta leader. It finds the leader, registers, sends beats on their own timer, reports
 * what changed at once and everything at a slow beat, and hands directives over.
 *
 * <p>Of reports that cannot be sent yet only the newest of each partition is kept. Everything here runs on the control loop.
 */
public final class NodeStream implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeStream.class);
    private static final long RETRY_MS_MIN = 50;
    private static final long RETRY_MS_MAX = 1_000;
    private static final long WELCOME_MS_MAX = 3_000;
    private static final int REPORTS_PER_FRAME_MAX = 1_000;
    private static final long NEVER = Long.MIN_VALUE;

    private final EventLoop loop;
    private final RpcClient rpc;
    private final List<HostPort> metas;
    private final HostPort self;
    private final NodeIdentity identity;
    private final Lease lease;
    private final Node node;
    private final long reportAllMs;
    private final Map<Gpid, ReplicaReport> reports = new TreeMap<>();
    private final Set<Gpid> removed = new TreeSet<>();
    private final Map<Long, Long> beatsSentAtMs = new TreeMap<>();
    private final Set<Gpid> listed = new TreeSet<>();
    private @Nullable RpcStream<NodeStreamUp> stream;
    private @Nullable HostPort hint;
    private int generation;
    private int nextMeta;
    private long retryMs = RETRY_MS_MIN;
    private long term;
    private long leaseMs;
    private long beatIntervalMs;
    private long beatSequence;
    private boolean welcome;
    /** All replicas here have heard what the leader said when this stream began. */
    private boolean told;
    /** This stream has extended the lease. */
    private boolean leased;
    /** When the newest beat that was answered on this stream was sent. */
    private long answeredSentAtMs = NEVER;

    /** The disks are to be reported, whether a replica has something to say or not. */
    private boolean disksDue;

    private boolean sending;
    private boolean closed;
    private boolean refusedBefore;

    /** The node behind the stream; on the control loop. */
    public interface Node {
        CompletableFuture<List<ReplicaOnDisk>> onDisk();

        CompletableFuture<List<ReplicaReport>> reports();

        void onDirective(PartitionDirective directive);

        /** All that the leader knows of this node was named. */
        void onListed(Set<Gpid> named);

        /** Its data directories, as they were measured last. */
        List<DiskReport> disks();
    }

    /**
     * @param metas addresses of meta servers, tried in turn
     * @param reportAllMs everything is reported so often, changed or not
     */
    public NodeStream(
            EventLoop loop,
            RpcClient rpc,
            List<HostPort> metas,
            HostPort self,
            NodeIdentity identity,
            Lease lease,
            Node node,
            long reportAllMs) {
        this.loop = loop;
        this.rpc = rpc;
        this.metas = List.copyOf(metas);
        this.self = self;
        this.identity = identity;
        this.lease = lease;
        this.node = node;
        this.reportAllMs = reportAllMs;
    }

    public void start() {
        loop.execute(this::connect);
        loop.schedule(reportAllMs, this::reportAll);
    }

    /** The newest of a replica; sent as soon as the stream has room. */
    public void onReport(ReplicaReport report) {
        reports.put(Wire.gpid(report.getGpid()), report);
        sendSoon();
    }

    /** A replica was given up and is gone from the disk. */
    public void onRemoved(Gpid gpid) {
        reports.remove(gpid);
        removed.add(gpid);
        sendSoon();
    }

    /** The leader that this node listens to, null while it looks for one. */
    public @Nullable HostPort leader() {
        return welcome ? hint : null;
    }

    private void connect() {
        if (closed) {
            return;
        }
        HostPort target = hint != null ? hint : metas.get(nextMeta++ % metas.size());
        hint = null;
        int mine = ++generation;
        welcome = false;
        told = false;
        leased = false;
        answeredSentAtMs = NEVER;
        beatsSentAtMs.clear();
        listed.clear();
        var unused = node.onDisk()
                .whenComplete((replicas, failure) -> loop.execute(() -> {
                    if (closed || mine != generation) {
                        return;
                    }
                    if (failure != null) {
                        LOG.warn("Cannot say what lies on the disk", failure);
                        retry("the disk");
                        return;
                    }
                    open(target, mine, replicas);
                }));
    }

    private void open(HostPort target, int mine, List<ReplicaOnDisk> replicas) {
        RpcStream<NodeStreamUp> opened = rpc.openStream(target, InternalRpcs.NODE_STREAM, new Listener(target, mine));
        stream = opened;
        NodeHello hello = new NodeHello(
                internalConstants.FORMAT_VERSION,
                identity.clusterId(),
                Wire.address(self),
                identity.incarnation(),
                replicas);
        opened.send(new NodeStreamUp().setHello(hello));
        loop.schedule(WELCOME_MS_MAX, () -> {
            if (mine == generation && !welcome) {
                retry(target + " sends no welcome within " + WELCOME_MS_MAX + " ms");
            }
        });
    }

    private void retry(String why) {
        generation++;
        welcome = false;
        RpcStream<NodeStreamUp> old = stream;
        stream = null;
        if (old != null) {
            old.close();
        }
        if (closed) {
            return;
        }
        if (retryMs >= RETRY_MS_MAX && !refusedBefore) {
            refusedBefore = true;
            LOG.warn("No meta leader among {} yet, trying on: {}", metas, why);
        } else {
            LOG.debug("Node stream: {}", why);
        }
        long delayMs = hint != null ? RETRY_MS_MIN : retryMs;
        retryMs = Math.min(RETRY_MS_MAX, retryMs * 2);
        loop.schedule(delayMs, this::connect);
    }

    private void onFrame(HostPort from, NodeStreamDown frame) {
        if (frame.isSetWelcome()) {
            onWelcome(from, frame.getWelcome());
        } else if (frame.isSetBeat()) {
            onBeatReply(frame.getBeat());
        } else if (frame.isSetDirectives()) {
            onDirectives(frame.getDirectives());
        }
    }

    private void onWelcome(HostPort from, NodeWelcome answer) {
        ErrorCode error = Wire.error(answer.getErr());
        if (!error.isOk()) {
            if (answer.isSetLeader()) {
                hint = Wire.find(answer.getLeader())
                        .filter(leader -> !leader.equals(from))
                        .orElse(null);
            }
            if (error == ErrorCode.ERR_CLUSTER_NOT_FOUND) {
                LOG.error("{} refuses this node: {}", from, answer.getHint());
                retryMs = RETRY_MS_MAX;
            }
            retry(from + " answers " + error + " " + answer.getHint());
            return;
        }
        if (answer.getTerm() < term) {
            retry(from + " leads in term " + answer.getTerm() + ", which is over: " + term + " was seen");
            return;
        }
        try {
            identity.adopt(answer.getClusterId());
        } catch (IOException e) {
            LOG.error("{}: its cluster is not ours", from, e);
            retryMs = RETRY_MS_MAX;
            retry(e.getMessage() == null ? "" : e.getMessage());
            return;
        }
        LOG.info(
                "Registered at {} (term {}, cluster {}), lease {} ms, a beat every {} ms",
                from,
                answer.getTerm(),
                answer.getClusterId(),
                answer.getLeaseMs(),
                answer.getBeatIntervalMs());
        term = answer.getTerm();
        leaseMs = answer.getLeaseMs();
        beatIntervalMs = Math.max(10, answer.getBeatIntervalMs());
        welcome = true;
        hint = from;
        retryMs = RETRY_MS_MIN;
        refusedBefore = false;
        beat(generation);
        collectAll();
    }

    private void beat(int mine) {
        RpcStream<NodeStreamUp> open = stream;
        if (closed || mine != generation || open == null) {
            return;
        }
        long nowMs = loop.nowMs();
        for (long sentAtMs : beatsSentAtMs.values()) {
            if (nowMs - sentAtMs > Math.max(leaseMs, WELCOME_MS_MAX)) {
                hint = null;
                retry("the leader answers no beats");
                return;
            }
            break;
        }
        beatsSentAtMs.put(++beatSequence, nowMs);
        open.send(new NodeStreamUp().setBeat(new Beat(beatSequence)));
        loop.schedule(beatIntervalMs, () -> beat(mine));
    }

    private void onBeatReply(BeatReply reply) {
        if (reply.getTerm() < term) {
            return;
        }
        Long sentAtMs = beatsSentAtMs.get(reply.getSequence());
        if (sentAtMs == null) {
            return;
        }
        beatsSentAtMs.keySet().removeIf(sequence -> sequence <= reply.getSequence());
        if (leased && !lease.isValid()) {
            // Others may serve in its place by now, and an answer to a beat is faster than the word of it.
            retry("the lease ended: what changed meanwhile is to be told first");
            return;
        }
        answeredSentAtMs = sentAtMs;
        extendLease();
    }

    private void extendLease() {
        if (told && answeredSentAtMs != NEVER) {
            lease.extend(answeredSentAtMs, leaseMs);
            leased = true;
        }
    }

    private void onDirectives(Directives directives) {
        if (directives.getTerm() < term) {
            LOG.debug("Directives of term {} are old, at {}", directives.getTerm(), term);
            return;
        }
        for (PartitionDirective directive : directives.getPartitions()) {
            listed.add(Wire.gpid(directive.getGpid()));
            removed.remove(Wire.gpid(directive.getGpid()));
            node.onDirective(directive);
        }
        if (directives.isComplete()) {
            node.onListed(Set.copyOf(listed));
            listed.clear();
            if (!told) {
                tellBehind(generation);
            }
        }
    }

    /** What was handed to the replicas is heard by all of them before the lease is extended. */
    private void tellBehind(int mine) {
        var unused = node.reports()
                .thenAccept(behind -> loop.execute(() -> {
                    if (mine == generation) {
                        told = true;
                        extendLease();
                    }
                }));
    }

    private void reportAll() {
        if (!closed) {
            if (welcome) {
                collectAll();
            }
            loop.schedule(reportAllMs, this::reportAll);
        }
    }

    private void collectAll() {
        var unused = node.reports()
                .thenAccept(all -> loop.execute(() -> {
                    for (ReplicaReport report : all) {
                        reports.putIfAbsent(Wire.gpid(report.getGpid()), report);
                    }
                    disksDue = true;
                    send();
                }));
    }

    /** Once for everything that changes in this turn of the loop. */
    private void sendSoon() {
        if (!sending) {
            sending = true;
            loop.execute(() -> {
                sending = false;
                send();
            });
        }
    }

    private boolean isAnythingDue() {
        return disksDue || !reports.isEmpty() || !removed.isEmpty();
    }

    private void send() {
        RpcStream<NodeStreamUp> open = stream;
        while (open != null && welcome && !closed && open.isWritable() && isAnythingDue()) {
            disksDue = false;
            List<ReplicaReport> some = new ArrayList<>();
            var each = reports.values().iterator();
            while (each.hasNext() && some.size() < REPORTS_PER_FRAME_MAX) {
                some.add(each.next());
                each.remove();
            }
            List<DiskReport> disks = node.disks();
            open.send(new NodeStreamUp()
                    .setReport(new NodeReport(
                                    identity.incarnation(),
                                    term,
                                    some,
                                    disks.stream()
                                            .mapToLong(DiskReport::getCapacityBytes)
                                            .sum(),
                                    disks.stream()
                                            .mapToLong(DiskReport::getAvailableBytes)
                                            .sum(),
                                    removed.stream().map(Wire::gpid).toList())
                            .setDisks(disks)));
            removed.clear();
        }
    }

    /** Ends the stream. The lease goes on until it ends by itself, but nothing extends it. */
    @Override
    public void close() {
        loop.execute(() -> {
            closed = true;
            generation++;
            if (stream != null) {
                stream.close();
            }
        });
    }

    private final class Listener implements RpcStream.Listener<NodeStreamDown> {
        private final HostPort from;
        private final int mine;

        private Listener(HostPort from, int mine) {
            this.from = from;
            this.mine = mine;
        }

        @Override
        public void onFrame(NodeStreamDown frame) {
            loop.execute(() -> {
                if (mine == generation) {
                    NodeStream.this.onFrame(from, frame);
                }
            });
        }

        @Override
        public void onWritable() {
            loop.execute(() -> {
                if (mine == generation) {
                    send();
                }
            });
        }

        @Override
        public void onClosed(String reason) {
            loop.execute(() -> {
                if (mine == generation) {
                    if (welcome) {
                        LOG.info("Node stream to {} closed: {}", from, reason);
                    }
                    hint = null;
                    retry(from + " closed: " + reason);
                }
            });
        }
    }
}
