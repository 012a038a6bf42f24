package dev.sluice.meta.state;

import dev.sluice.bulkload.load.AppLoad;
import dev.sluice.bulkload.load.Loads;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/**
 * All that the meta group has agreed on, as a value that never changes.
 *
 * <p>Replaying a record gives the next state and leaves this one as it is, so a reference is a snapshot, and a state made by
 * trying something out is simply dropped. A change costs the logarithm of the size of the map that it touches.
 *
 * <p>The digest is the sum of the hashes of all parts, kept on the way: two members at the same index of the journal have
 * the same one.
 *
 * <p>Every change of a configuration goes through {@link #withPartition}.
 */
public final class MetaState {
    /** The state before the first record. */
    public static final MetaState EMPTY = new MetaState(
            "",
            FunctionLevel.STEADY,
            TreePMap.empty(),
            TreePMap.empty(),
            TreePMap.empty(),
            TreePMap.empty(),
            0,
            Loads.NONE,
            0);

    private final String clusterId;
    private final FunctionLevel functionLevel;
    private final PSortedMap<Integer, App> apps;
    private final PSortedMap<String, Integer> appIdsByName;
    private final PSortedMap<Gpid, Partition> partitions;
    private final PSortedMap<HostPort, Node> nodes;
    private final int lastAppId;
    private final Loads loads;
    private final long digest;

    private MetaState(
            String clusterId,
            FunctionLevel functionLevel,
            PSortedMap<Integer, App> apps,
            PSortedMap<String, Integer> appIdsByName,
            PSortedMap<Gpid, Partition> partitions,
            PSortedMap<HostPort, Node> nodes,
            int lastAppId,
            Loads loads,
            long digest) {
        this.clusterId = clusterId;
        this.functionLevel = functionLevel;
        this.apps = apps;
        this.appIdsByName = appIdsByName;
        this.partitions = partitions;
        this.nodes = nodes;
        this.lastAppId = lastAppId;
        this.loads = loads;
        this.digest = digest;
    }

    /** Returns the state after these records. */
    public MetaState replay(List<MetaRecord> records) {
        MetaState next = this;
        for (MetaRecord record : records) {
            next = record.replayOn(next);
        }
        return next;
    }

    /**
     * Returns the state after a committed entry. One that was decided in another term than the journal gave it was decided
     * on a state that was not the latest, and changes nothing.
     */
    public MetaState replay(JournalEntry entry, long journalTerm) {
        return entry.term() == journalTerm ? replay(entry.records()) : this;
    }

    /** Empty before the group's first start is recorded. */
    public String clusterId() {
        return clusterId;
    }

    public FunctionLevel functionLevel() {
        return functionLevel;
    }

    /** By id, with those that were dropped and have not expired. */
    public Collection<App> apps() {
        return apps.values();
    }

    public Optional<App> findApp(int appId) {
        return Optional.ofNullable(apps.get(appId));
    }

    /** Finds an app that is not dropped. */
    public Optional<App> findApp(String name) {
        Integer id = appIdsByName.get(name);
        return id == null ? Optional.empty() : findApp(id);
    }

    /** Throws if there is no app of that id. */
    public App requireApp(int appId) {
        return require(apps.get(appId), "app " + appId);
    }

    /** The highest id that was ever given. */
    public int lastAppId() {
        return lastAppId;
    }

    /** True if there was an app of that id, and a record says that it is gone for good. */
    public boolean isExpired(int appId) {
        return appId <= lastAppId && !apps.containsKey(appId);
    }

    /** By gpid, with those of dropped apps. */
    public Collection<Partition> partitions() {
        return partitions.values();
    }

    public Optional<Partition> findPartition(Gpid gpid) {
        return Optional.ofNullable(partitions.get(gpid));
    }

    /** Throws if there is no such partition. */
    public Partition requirePartition(Gpid gpid) {
        return require(partitions.get(gpid), "partition " + gpid);
    }

    /** By index; empty for an app that is not there. */
    public List<Partition> partitionsOf(int appId) {
        App app = apps.get(appId);
        if (app == null) {
            return List.of();
        }
        List<Partition> found = new ArrayList<>(app.partitionCount());
        for (int index = 0; index < app.partitionCount(); index++) {
            found.add(requirePartition(new Gpid(appId, index)));
        }
        return found;
    }

    /** By address: every replica server that ever registered. */
    public Collection<Node> nodes() {
        return nodes.values();
    }

    public Optional<Node> findNode(HostPort address) {
        return Optional.ofNullable(nodes.get(address));
    }

    /** The last load of each app, under way or ended. */
    public Loads loads() {
        return loads;
    }

    /** Equal for equal states. */
    public long digest() {
        return digest;
    }

    MetaState withClusterId(String id) {
        return copy(id, functionLevel, apps, appIdsByName, partitions, nodes, lastAppId)
                .digestMoved("cluster", clusterId, id);
    }

    MetaState withFunctionLevel(FunctionLevel level) {
        return copy(clusterId, level, apps, appIdsByName, partitions, nodes, lastAppId)
                .digestMoved("level", functionLevel, level);
    }

    MetaState withNewApp(App app) {
        if (app.id() <= lastAppId) {
            throw new IllegalArgumentException(
                    "app id " + app.id() + " was given before: the last one is " + lastAppId);
        }
        return copy(clusterId, functionLevel, apps, appIdsByName, partitions, nodes, app.id())
                .digestMoved("lastAppId", lastAppId, app.id())
                .withApp(app);
    }

    MetaState withApp(App app) {
        App before = apps.get(app.id());
        PSortedMap<String, Integer> names = appIdsByName;
        if (before != null && before.isAvailable()) {
            names = names.minus(before.name());
        }
        if (app.isAvailable()) {
            Integer other = names.get(app.name());
            if (other != null) {
                throw new IllegalArgumentException(
                        "app " + app.id() + " and app " + other + " would both be named '" + app.name() + "'");
            }
            names = names.plus(app.name(), app.id());
        }
        return copy(clusterId, functionLevel, apps.plus(app.id(), app), names, partitions, nodes, lastAppId)
                .digestMoved("app", before, app);
    }

    MetaState withoutApp(int appId) {
        App app = requireApp(appId);
        PSortedMap<Gpid, Partition> fewer = partitions;
        long left = digest - EntityHash.of("app", app);
        for (Partition partition : partitionsOf(appId)) {
            fewer = fewer.minus(partition.gpid());
            left -= EntityHash.of("partition", partition);
        }
        PSortedMap<String, Integer> names = app.isAvailable() ? appIdsByName.minus(app.name()) : appIdsByName;
        return new MetaState(clusterId, functionLevel, apps.minus(appId), names, fewer, nodes, lastAppId, loads, left)
                .withLoads(loads.without(appId));
    }

    /** The one door through which a configuration changes. */
    MetaState withPartition(Partition partition) {
        requireApp(partition.gpid().appId());
        return copy(
                        clusterId,
                        functionLevel,
                        apps,
                        appIdsByName,
                        partitions.plus(partition.gpid(), partition),
                        nodes,
                        lastAppId)
                .digestMoved("partition", partitions.get(partition.gpid()), partition)
                .withLoadIn(partition.configuration());
    }

    /** A load knows the configurations of its partitions: a member that is new takes back that all are staged. */
    private MetaState withLoadIn(Configuration configuration) {
        int appId = configuration.gpid().appId();
        AppLoad load =
                loads.find(appId).filter(found -> found.phase().isLoading()).orElse(null);
        if (load == null) {
            return this;
        }
        return withLoads(loads.with(load.configured(
                configuration.gpid().partitionIndex(),
                configuration.ballot(),
                configuration.primary(),
                configuration.members())));
    }

    /** With other loads. The digest moves by what is different in each load, not by whole loads. */
    MetaState withLoads(Loads next) {
        long moved = digest
                + EntityHash.of("loadIds", List.of(next.lastLoadId(), next.lastEpoch()))
                - EntityHash.of("loadIds", List.of(loads.lastLoadId(), loads.lastEpoch()));
        Set<Integer> appIds = new TreeSet<>(loads.byApp().keySet());
        appIds.addAll(next.byApp().keySet());
        for (int appId : appIds) {
            moved +=
                    LoadDigest.difference(loads.byApp().get(appId), next.byApp().get(appId));
        }
        return new MetaState(clusterId, functionLevel, apps, appIdsByName, partitions, nodes, lastAppId, next, moved);
    }

    MetaState withNode(Node node) {
        return copy(
                        clusterId,
                        functionLevel,
                        apps,
                        appIdsByName,
                        partitions,
                        nodes.plus(node.address(), node),
                        lastAppId)
                .digestMoved("node", nodes.get(node.address()), node);
    }

    private MetaState copy(
            String newClusterId,
            FunctionLevel newLevel,
            PSortedMap<Integer, App> newApps,
            PSortedMap<String, Integer> newNames,
            PSortedMap<Gpid, Partition> newPartitions,
            PSortedMap<HostPort, Node> newNodes,
            int newLastAppId) {
        return new MetaState(
                newClusterId, newLevel, newApps, newNames, newPartitions, newNodes, newLastAppId, loads, digest);
    }

    private MetaState digestMoved(String kind, @Nullable Object before, Object after) {
        long moved = digest + EntityHash.of(kind, after) - (before == null ? 0 : EntityHash.of(kind, before));
        return new MetaState(clusterId, functionLevel, apps, appIdsByName, partitions, nodes, lastAppId, loads, moved);
    }

    private static <T> T require(@Nullable T found, String what) {
        if (found == null) {
            throw new IllegalArgumentException("there is no " + what);
        }
        return found;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof MetaState that
                && clusterId.equals(that.clusterId)
                && functionLevel == that.functionLevel
                && lastAppId == that.lastAppId
                && loads.equals(that.loads)
                && apps.equals(that.apps)
                && partitions.equals(that.partitions)
                && nodes.equals(that.nodes);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(digest);
    }

    @Override
    public String toString() {
        return "MetaState[cluster=" + clusterId + ", apps=" + apps.size() + ", partitions=" + partitions.size()
                + ", nodes=" + nodes.size() + ", digest=" + Long.toHexString(digest) + "]";
    }
}
