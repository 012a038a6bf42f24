package dev.sluice.bulkload.load;

import static java.util.Objects.requireNonNull;

import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.wire.internal.LoadGoal;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Which partitions may publish now: an ingest costs a node disk and CPU, and writes of the partition wait for it, so only so
 * many partitions of a node do it at once, whatever app they belong to.
 *
 * <p>Whether a load is published was decided before, for all of its partitions; this only spreads it over time. A
 * partition takes its turn when all of its members have what they need, and ends it when all have applied the publish. One
 * whose members have to stage anew, are not live, or are too few, neither takes a turn nor keeps one, so that nobody waits for
 * a node that is gone. One that has had its turn for {@link #TURN_MAX_MS} keeps it, and is not waited for any longer, so that a
 * disk that hangs does not hold up others for ever.
 *
 * <p>So there may be more than the limit on a node: after such a time, after the limit was lowered or a member came to a
 * partition that has its turn, and with a new leader, as turns are never journaled: it gives them anew once it has heard of the
 * partitions. Belongs to the leader's event loop.
 */
public final class PublishTurns {
    /** How long a turn is waited for. A publish that goes well takes seconds. */
    public static final long TURN_MAX_MS = 30_000;

    /** Those that publish now. */
    private final Map<Gpid, Turn> publishing = new TreeMap<>();

    private final Set<Gpid> published = new TreeSet<>();

    /**
     * The turn of a partition.
     *
     * @param nodes where it publishes
     */
    private record Turn(Set<HostPort> nodes, long sinceMs) {}

    /** Whether the leader's directive may let the primary propose the publish. */
    public boolean mayPublish(Gpid gpid) {
        return publishing.containsKey(gpid) || published.contains(gpid);
    }

    /** Forgets all turns, as a new leader does. */
    public void clear() {
        publishing.clear();
        published.clear();
    }

    /**
     * Ends turns and gives new ones.
     *
     * @param partitionsPerNodeMax that may publish on one node at once, at least 1
     * @param nowMs of the loop's clock
     * @return the partitions whose directive is another one now
     */
    public Set<Gpid> update(
            Collection<AppLoad> loads,
            Function<AppLoad, LoadReports> reportsOf,
            Predicate<HostPort> live,
            int partitionsPerNodeMax,
            long nowMs) {
        Map<Gpid, Set<HostPort>> ready = new TreeMap<>();
        Set<Gpid> nowPublished = new TreeSet<>();
        for (AppLoad load : loads) {
            if (load.phase().goal() == LoadGoal.PUBLISH) {
                sort(load, reportsOf.apply(load), live, ready, nowPublished);
            }
        }
        Set<Gpid> before = new TreeSet<>(publishing.keySet());
        before.addAll(published);
        published.clear();
        published.addAll(nowPublished);
        publishing.keySet().retainAll(ready.keySet());
        publishing.replaceAll((gpid, turn) -> new Turn(requireNonNull(ready.get(gpid)), turn.sinceMs()));

        Map<HostPort, Integer> busy = new HashMap<>();
        publishing.values().stream()
                .filter(turn -> nowMs - turn.sinceMs() < TURN_MAX_MS)
                .forEach(turn -> turn.nodes().forEach(node -> busy.merge(node, 1, Integer::sum)));
        ready.forEach((gpid, nodes) -> {
            boolean fits = nodes.stream().allMatch(node -> busy.getOrDefault(node, 0) < partitionsPerNodeMax);
            if (fits && publishing.putIfAbsent(gpid, new Turn(nodes, nowMs)) == null) {
                nodes.forEach(node -> busy.merge(node, 1, Integer::sum));
            }
        });
        Set<Gpid> now = new TreeSet<>(publishing.keySet());
        now.addAll(published);
        return differences(before, now);
    }

    private static Set<Gpid> differences(Set<Gpid> one, Set<Gpid> other) {
        Set<Gpid> either = new TreeSet<>(one);
        either.addAll(other);
        either.removeIf(gpid -> one.contains(gpid) && other.contains(gpid));
        return either;
    }

    private static void sort(
            AppLoad load,
            LoadReports reports,
            Predicate<HostPort> live,
            Map<Gpid, Set<HostPort>> ready,
            Set<Gpid> published) {
        for (int index = 0; index < load.partitions().size(); index++) {
            Gpid gpid = new Gpid(load.plan().appId(), index);
            PartitionLoad partition = load.partitions().get(index);
            if (reports.isPublished(index, partition)) {
                published.add(gpid);
            } else if (partition.members().size() >= load.plan().minReplicaCount()
                    && partition.members().stream().allMatch(live)
                    && reports.allReady(index, partition)) {
                ready.put(gpid, new TreeSet<>(partition.members()));
            }
        }
    }
}
