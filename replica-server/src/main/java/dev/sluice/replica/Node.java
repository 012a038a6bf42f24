package dev.sluice.replica;

import dev.sluice.common.Gpid;
import dev.sluice.common.file.FileSystem;
import dev.sluice.replica.node.NodeStream;
import dev.sluice.replica.replica.Replicas;
import dev.sluice.wire.internal.PartitionDirective;
import dev.sluice.wire.internal.ReplicaOnDisk;
import dev.sluice.wire.internal.ReplicaReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Between the replicas and the node stream: directives down, reports up. */
final class Node implements Replicas.Listener, NodeStream.Node {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);

    private final FileSystem files;
    private final Path data;
    private volatile @Nullable Replicas replicas;
    private volatile @Nullable NodeStream stream;

    Node(FileSystem files, Path data) {
        this.files = files;
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
    public long diskCapacityBytes() {
        try {
            return files.totalBytes(data);
        } catch (IOException e) {
            LOG.warn("{}: size unknown", data, e);
            return 0;
        }
    }

    @Override
    public long diskAvailableBytes() {
        try {
            return files.usableBytes(data);
        } catch (IOException e) {
            LOG.warn("{}: free space unknown", data, e);
            return 0;
        }
    }
}
