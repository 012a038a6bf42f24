package dev.sluice.benchmarks.control;

import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.file.testing.CrashableFileSystem;
import dev.sluice.common.rpc.RpcClient;
import dev.sluice.common.rpc.Wire;
import dev.sluice.replica.node.Lease;
import dev.sluice.replica.node.NodeIdentity;
import dev.sluice.replica.node.NodeStream;
import dev.sluice.wire.internal.DiskReport;
import dev.sluice.wire.internal.LearnerState;
import dev.sluice.wire.internal.PartitionDirective;
import dev.sluice.wire.internal.ReplicaOnDisk;
import dev.sluice.wire.internal.ReplicaReport;
import dev.sluice.wire.internal.ReplicaRole;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** A replica server as the leader sees it: a real node stream before replicas that hold nothing. */
final class ImaginaryNode implements NodeStream.Node {
    private static final int SLOTS = 5;
    private static final long REPORT_ALL_MS = 30_000;
    private static final long DISK_BYTES = 1L << 50;

    private final ImaginaryCluster cluster;
    private final HostPort self;
    private final NodeStream stream;
    private final Map<Gpid, PartitionDirective> told = new TreeMap<>();
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private int slotsInUse;

    ImaginaryNode(ImaginaryCluster cluster, HostPort self, RpcClient rpc) throws IOException {
        this.cluster = cluster;
        this.self = self;
        NodeIdentity identity = NodeIdentity.begin(
                new CrashableFileSystem(),
                List.of(Path.of("/" + self.port())),
                cluster.time().wallMs());
        this.stream = new NodeStream(
                cluster.time(),
                rpc,
                List.of(ImaginaryCluster.META),
                self,
                identity,
                new Lease(cluster.time()),
                this,
                REPORT_ALL_MS);
    }

    void start() {
        stream.start();
    }

    boolean isRegistered() {
        return stream.leader() != null;
    }

    @Override
    public CompletableFuture<List<ReplicaOnDisk>> onDisk() {
        return CompletableFuture.completedFuture(List.of());
    }

    @Override
    public CompletableFuture<List<ReplicaReport>> reports() {
        return CompletableFuture.completedFuture(
                told.values().stream().map(this::reportOf).toList());
    }

    @Override
    public void onDirective(PartitionDirective directive) {
        PartitionDirective before = told.put(Wire.gpid(directive.getGpid()), directive);
        if (directive.equals(before)) {
            return;
        }
        report(directive);
        if (roleIn(directive) == ReplicaRole.PRIMARY) {
            cluster.group(Wire.gpid(directive.getGpid())).onDirective(directive);
        }
    }

    @Override
    public void onListed(Set<Gpid> named) {
        // Nothing is on the disk that was not named.
    }

    @Override
    public List<DiskReport> disks() {
        return List.of(new DiskReport("one", "/", DISK_BYTES, DISK_BYTES, told.size()));
    }

    /** Says how a replica is. */
    void report(PartitionDirective directive) {
        stream.onReport(reportOf(told.getOrDefault(Wire.gpid(directive.getGpid()), directive)));
    }

    private ReplicaReport reportOf(PartitionDirective directive) {
        ReplicaRole role = roleIn(directive);
        ReplicaReport report = new ReplicaReport();
        report.setGpid(directive.getGpid());
        report.setBallot(directive.getBallot());
        report.setRole(role);
        report.setLearners(new ArrayList<>());
        report.setUnreachable(List.of());
        if (role == ReplicaRole.PRIMARY) {
            for (int i = 0; i < directive.getLearnersSize(); i++) {
                LearnerState learner = new LearnerState(
                        directive.getLearners().get(i),
                        true,
                        0,
                        directive.getSignatures().get(i));
                report.getLearners().add(learner);
            }
            cluster.group(Wire.gpid(directive.getGpid())).describe(report);
        }
        return report;
    }

    private ReplicaRole roleIn(PartitionDirective directive) {
        if (directive.isSetPrimary() && self.equals(Wire.hostPort(directive.getPrimary()))) {
            return ReplicaRole.PRIMARY;
        }
        if (Wire.hostPorts(directive.getSecondaries()).contains(self)) {
            return ReplicaRole.SECONDARY;
        }
        return Wire.hostPorts(directive.getLearners()).contains(self) ? ReplicaRole.LEARNER : ReplicaRole.INACTIVE;
    }

    // ---- Download slots

    void awaitSlot(Runnable download) {
        waiting.add(download);
        grant();
    }

    void releaseSlot() {
        slotsInUse--;
        grant();
    }

    private void grant() {
        while (slotsInUse < SLOTS && !waiting.isEmpty()) {
            slotsInUse++;
            waiting.remove().run();
        }
    }
}
