package dev.sluice.meta.recovery;

import dev.sluice.common.Ballot;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.meta.recovery.NodeDisk.Description;
import dev.sluice.meta.recovery.NodeDisk.Replica;
import dev.sluice.meta.state.AppRecord.AppCreated;
import dev.sluice.meta.state.ClusterRecord.ClusterCreated;
import dev.sluice.meta.state.Configuration;
import dev.sluice.meta.state.FunctionLevel;
import dev.sluice.meta.state.MetaRecord;
import dev.sluice.meta.state.PartitionRecord.PartitionsConfigured;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Works out cluster, apps and configurations from what nodes hold.
 *
 * <p>A partition begins with one member: the replica whose last mutation was proposed under the highest ballot; then the one
 * that prepared the most. Every new primary writes a mutation of its own first, so nothing that was acknowledged is missing
 * there if a member of the last configuration is among the nodes. Its ballot is above all that were found. The other replicas
 * learn what they lack.
 *
 * <p>That an app was dropped, or that a replica was of no use any more, stands on no disk: such ones come back as well.
 */
public final class Rebuilding {
    private static final int NAMED_MAX = 10;

    private Rebuilding() {}

    /**
     * What comes of it.
     *
     * @param records none unless the error is OK
     * @param hint what was left out or renamed, or why nothing is done; a line each
     */
    public record Result(ErrorCode error, List<MetaRecord> records, String hint) {}

    /**
     * The records of a cluster that these disks are of.
     *
     * @param skipLost partitions of which nothing is left begin empty; otherwise they are a reason to do nothing
     */
    public static Result of(Collection<NodeDisk> disks, boolean skipLost, long wallMs, FunctionLevel level) {
        Set<String> clusters = new TreeSet<>();
        disks.stream().map(NodeDisk::clusterId).filter(id -> !id.isEmpty()).forEach(clusters::add);
        if (clusters.size() != 1) {
            return refused(
                    ErrorCode.ERR_INVALID_PARAMETERS,
                    clusters.isEmpty()
                            ? "no node has data of any cluster"
                            : "the nodes have data of several clusters: " + clusters);
        }
        List<String> hints = new ArrayList<>();
        TreeMap<Gpid, List<Found>> found = new TreeMap<>();
        for (NodeDisk disk : disks) {
            for (Replica replica : disk.replicas()) {
                found.computeIfAbsent(replica.gpid(), any -> new ArrayList<>()).add(new Found(disk.node(), replica));
            }
        }
        List<MetaRecord> records = new ArrayList<>();
        records.add(new ClusterCreated(clusters.iterator().next(), wallMs, level));
        List<Configuration> configurations = new ArrayList<>();
        List<Gpid> lost = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (int appId : appIds(found)) {
            Map<Gpid, List<Found>> ofApp =
                    found.subMap(new Gpid(appId, 0), true, new Gpid(appId, Integer.MAX_VALUE), true);
            Description app = newest(ofApp.values());
            if (app == null
                    || ofApp.keySet().stream().anyMatch(gpid -> gpid.partitionIndex() >= app.partitionCount())) {
                hints.add("app " + appId + " is left out: no replica says what it is, or they contradict each other");
                continue;
            }
            String name = app.name();
            if (!names.add(name)) {
                name = app.name() + "_" + appId;
                names.add(name);
                hints.add("app " + appId + " is named '" + name + "': there are two of name '" + app.name() + "'");
            }
            records.add(new AppCreated(
                    appId,
                    name,
                    "pegasus",
                    app.partitionCount(),
                    app.maxReplicaCount(),
                    app.envs(),
                    true,
                    false,
                    wallMs / 1000));
            for (int index = 0; index < app.partitionCount(); index++) {
                Gpid gpid = new Gpid(appId, index);
                List<Found> replicas = found.get(gpid);
                if (replicas == null) {
                    lost.add(gpid);
                } else {
                    configurations.add(configure(gpid, replicas));
                }
            }
        }
        if (!lost.isEmpty()) {
            String which = lost.size() + " partitions are lost: " + lost.subList(0, Math.min(NAMED_MAX, lost.size()))
                    + (lost.size() > NAMED_MAX ? " ..." : "");
            if (!skipLost) {
                return refused(ErrorCode.ERR_TRY_AGAIN, which);
            }
            hints.add(which + "; they begin empty");
        }
        if (!configurations.isEmpty()) {
            records.add(new PartitionsConfigured(wallMs, configurations));
        }
        return new Result(ErrorCode.ERR_OK, records, String.join("\n", hints));
    }

    private static Result refused(ErrorCode error, String hint) {
        return new Result(error, List.of(), hint);
    }

    private static Set<Integer> appIds(Map<Gpid, List<Found>> found) {
        Set<Integer> ids = new TreeSet<>();
        found.keySet().forEach(gpid -> ids.add(gpid.appId()));
        return ids;
    }

    /** What the replica says that heard of its partition's configuration last. */
    private static @Nullable Description newest(Collection<List<Found>> replicas) {
        return replicas.stream()
                .flatMap(List::stream)
                .map(Found::replica)
                .filter(replica -> replica.app() != null)
                .max(Comparator.comparing(Replica::ballot))
                .map(Replica::app)
                .orElse(null);
    }

    private static Configuration configure(Gpid gpid, List<Found> replicas) {
        Found best = replicas.stream()
                .max(Comparator.comparing((Found found) -> found.replica().lastBallot())
                        .thenComparingLong(found -> found.replica().lastPreparedDecree())
                        .thenComparingLong(found -> found.replica().lastCommittedDecree())
                        .thenComparing(Found::node, Comparator.reverseOrder()))
                .orElseThrow();
        Ballot highest = replicas.stream()
                .map(found -> found.replica().ballot())
                .max(Comparator.naturalOrder())
                .orElseThrow();
        return new Configuration(gpid, highest.next(), best.node(), List.of());
    }

    private record Found(HostPort node, Replica replica) {}
}
