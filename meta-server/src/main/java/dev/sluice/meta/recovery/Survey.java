package dev.sluice.meta.recovery;

import dev.sluice.common.Ballot;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.Wire;
import dev.sluice.common.time.EventLoop;
import dev.sluice.meta.node.ReportListener;
import dev.sluice.meta.recovery.NodeDisk.Description;
import dev.sluice.meta.recovery.NodeDisk.Replica;
import dev.sluice.meta.recovery.Rebuilding.Result;
import dev.sluice.meta.state.FunctionLevel;
import dev.sluice.wire.internal.AppDescription;
import dev.sluice.wire.internal.NodeHello;
import dev.sluice.wire.internal.ReplicaOnDisk;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what replica servers say of their disks while there is no cluster: they try again about every second until there is
 * one. Belongs to the leader's event loop.
 */
public final class Survey implements ReportListener {
    /** What a node said longer ago counts no more: it has gone. */
    private static final long FRESH_MS = 10_000;

    private static final int NODES_MAX = 10_000;

    private final EventLoop loop;
    private final FunctionLevel level;
    private final Map<HostPort, Heard> heard = new TreeMap<>();

    private record Heard(NodeDisk disk, long atMs) {}

    /** @param level of the cluster once it is rebuilt */
    public Survey(EventLoop loop, FunctionLevel level) {
        this.loop = loop;
        this.level = level;
    }

    @Override
    public void onStranger(HostPort node, NodeHello hello) {
        if (heard.size() < NODES_MAX || heard.containsKey(node)) {
            heard.put(node, new Heard(diskOf(node, hello), loop.nowMs()));
        }
    }

    /**
     * Rebuilds from what these nodes say.
     *
     * @param skipBad nodes that were not heard of are left out; otherwise they are a reason to do nothing
     */
    public Result rebuild(Collection<HostPort> nodes, boolean skipBad, boolean skipLost, long wallMs) {
        long nowMs = loop.nowMs();
        List<NodeDisk> disks = new ArrayList<>();
        List<HostPort> bad = new ArrayList<>();
        for (HostPort node : nodes) {
            Heard said = heard.get(node);
            if (said == null || nowMs - said.atMs > FRESH_MS) {
                bad.add(node);
            } else {
                disks.add(said.disk);
            }
        }
        if (!bad.isEmpty() && !skipBad) {
            return new Result(ErrorCode.ERR_TRY_AGAIN, List.of(), "not heard of: " + bad);
        }
        List<HostPort> others = heard.entrySet().stream()
                .filter(other -> nowMs - other.getValue().atMs <= FRESH_MS
                        && !nodes.contains(other.getKey())
                        && !other.getValue().disk.replicas().isEmpty())
                .map(Map.Entry::getKey)
                .toList();
        Result result = Rebuilding.of(disks, skipLost, wallMs, level);
        List<String> hints = new ArrayList<>();
        if (!bad.isEmpty()) {
            hints.add("left out, since not heard of: " + bad);
        }
        if (!others.isEmpty()) {
            hints.add("have replicas as well, and were not named: " + others);
        }
        if (!result.hint().isEmpty()) {
            hints.add(result.hint());
        }
        return new Result(result.error(), result.records(), String.join("\n", hints));
    }

    private static NodeDisk diskOf(HostPort node, NodeHello hello) {
        List<Replica> replicas = new ArrayList<>();
        if (hello.getReplicas() != null) {
            hello.getReplicas().forEach(found -> replicas.add(replicaOf(found)));
        }
        return new NodeDisk(node, hello.getClusterId() == null ? "" : hello.getClusterId(), replicas);
    }

    private static Replica replicaOf(ReplicaOnDisk found) {
        return new Replica(
                Wire.gpid(found.getGpid()),
                new Ballot(found.getBallot()),
                new Ballot(found.getLastPreparedBallot()),
                found.getLastCommittedDecree(),
                found.getLastPreparedDecree(),
                describe(found.getApp()));
    }

    private static @Nullable Description describe(@Nullable AppDescription app) {
        return app == null || app.getAppName() == null || app.getAppName().isEmpty() || app.getPartitionCount() < 1
                ? null
                : new Description(
                        app.getAppName(),
                        app.getPartitionCount(),
                        Math.max(1, app.getMaxReplicaCount()),
                        app.getEnvs() == null ? new TreeMap<>() : new TreeMap<>(app.getEnvs()));
    }
}
