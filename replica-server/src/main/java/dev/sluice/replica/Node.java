package dev.sluice.replica;

import dev.sluice.common.Gpid;
import dev.sluice.replica.disk.DataDirectories;
import dev.sluice.replica.node.NodeStream;
import dev.sluice.replica.replica.Replicas;
import dev.sluice.wire.internal.DiskReport;
import dev.sluice.wire.internal.PartitionDirective;
import dev.sluice.wire.internal.ReplicaOnDisk;
import dev.sluice.wire.internal.ReplicaReport;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Between the replicas and the node stream: directives down, reports up. */
final class Node implements Replicas.Listener, NodeStream.Node {
    private final DataDirectories data;
    private volatile @Nullable Replicas replicas;
    private volatile @Nullable NodeStream stream;

    Node(DataDirectories data) {
        this.data = data;
    }

    void connect(Replicas replicasOfNode, NodeStream streamOfNode) {
        replicas = replicasOfNode;
        stream = streamOfNode;
    }

    @Override
    public void onReport(ReplicaReport report) {
        NodeStream up = stream;
        if (up != null) {
            up.onReport(report);
        }
    }

    @Override
    public void onRemoved(Gpid gpid) {
        NodeStream up = stream;
        if (up != null) {
            up.onRemoved(gpid);
        }
    }

    @Override
    public CompletableFuture<List<ReplicaOnDisk>> onDisk() {
        Replicas down = replicas;
        return down == null ? CompletableFuture.completedFuture(List.of()) : down.onDisk();
    }

    @Override
    public CompletableFuture<List<ReplicaReport>> reports() {
        Replicas down = replicas;
        return down == null ? CompletableFuture.completedFuture(List.of()) : down.reports();
    }

    @Override
    public void onDirective(PartitionDirective directive) {
        Replicas down = replicas;
        if (down != null) {
            down.onDirective(directive);
        }
    }

    @Override
    public void onListed(Set<Gpid> named) {
        Replicas down = replicas;
        if (down != null) {
            down.onListed(named);
        }
    }

    @Override
    public List<DiskReport> disks() {
        Replicas down = replicas;
        return data.statuses().stream()
                .map(disk -> new DiskReport(
                                disk.directory().tag(),
                                disk.directory().path().toString(),
                                disk.capacityBytes(),
                                disk.availableBytes(),
                                down == null ? 0 : down.countIn(disk.directory()))
                        .setTrouble(disk.trouble()))
                .toList();
    }
}
