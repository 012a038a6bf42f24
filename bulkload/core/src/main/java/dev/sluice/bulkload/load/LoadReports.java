package dev.sluice.bulkload.load;

import dev.sluice.common.Ballot;
import dev.sluice.common.HostPort;
import dev.sluice.wire.internal.MemberPhase;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the leader has heard of one load from the primaries. Never journaled: a new leader hears it again.
 *
 * <p>What is older than what was heard before changes nothing: by the ballot of the primary that says it, and by
 * incarnation and change sequence of the member that it is about. Belongs to the leader's event loop.
 */
public final class LoadReports {
    private final long loadId;
    private final Map<Integer, Heard> byPartition = new TreeMap<>();
    /** What replicas without a group said of themselves, by partition. */
    private final Map<Integer, Map<HostPort, MemberReport>> alone = new TreeMap<>();

    private final Set<Integer> changed = new TreeSet<>();

    /** Nothing heard yet of the load of that id. */
    public LoadReports(long loadId) {
        this.loadId = loadId;
    }

    public long loadId() {
        return loadId;
    }

    /** Takes what a primary says of its group. False if it is old or the same as before. */
    public boolean hear(int index, Ballot ballot, long ofLoadId, Map<HostPort, MemberReport> members) {
        Heard before = byPartition.get(index);
        if (ofLoadId != loadId || (before != null && ballot.isOlderThan(before.ballot))) {
            return false;
        }
        TreeMap<HostPort, MemberReport> next = new TreeMap<>();
        members.forEach((member, report) -> {
            MemberReport known = before == null ? null : before.members.get(member);
            next.put(member, known == null || report.isNewerThan(known) ? report : known);
        });
        Heard now = new Heard(ballot, next);
        if (now.equals(before)) {
            return false;
        }
        byPartition.put(index, now);
        changed.add(index);
        return true;
    }

    /** Takes what a replica without a group says of itself. False if it is old, the same as before or of another load. */
    public boolean hearAlone(int index, HostPort node, MemberReport report) {
        if (report.loadId() != loadId) {
            return false;
        }
        Map<HostPort, MemberReport> known = alone.computeIfAbsent(index, unknown -> new TreeMap<>());
        MemberReport before = known.get(node);
        if (before != null && (before.equals(report) || !report.isNewerThan(before))) {
            return false;
        }
        known.put(node, report);
        return true;
    }

    /** A partition has another configuration: it is to be looked at again. */
    public void reconsider(int index) {
        changed.add(index);
    }

    /** What was heard of since {@link #decided} was called. */
    Collection<Integer> changed() {
        return List.copyOf(changed);
    }

    /** What was heard so far has been decided upon. */
    public void decided() {
        changed.clear();
    }

    /** What that member says; null if nothing was heard of it. */
    public @Nullable MemberReport find(int index, HostPort member) {
        Heard heard = byPartition.get(index);
        return heard == null ? null : heard.members.get(member);
    }

    /** By member, in their order. */
    public Map<HostPort, MemberReport> of(int index) {
        Heard heard = byPartition.get(index);
        return heard == null ? Map.of() : heard.members;
    }

    boolean allStaged(int index, PartitionLoad partition, boolean deepChecks) {
        ManifestPin pin = partition.pin();
        Heard heard = byPartition.get(index);
        if (pin == null || heard == null || !heard.ballot.equals(partition.ballot())) {
            return false;
        }
        HostPort verifier = partition.verifier();
        return partition.members().stream().allMatch(member -> {
            MemberReport report = heard.members.get(member);
            boolean hasToVerify =
                    deepChecks && !partition.isVerified() && (verifier == null || verifier.equals(member));
            return report != null
                    && report.loadId() == loadId
                    && report.isReadyToPublish()
                    && report.manifestDigest().equals(pin.digest())
                    && (report.verified() || !hasToVerify);
        });
    }

    /** True if every member of that partition has applied the publish. */
    public boolean isPublished(int index, PartitionLoad partition) {
        return says(index, partition, report -> report.phase() == MemberPhase.PUBLISHED);
    }

    private boolean says(int index, PartitionLoad partition, Predicate<MemberReport> what) {
        Heard heard = byPartition.get(index);
        return heard != null
                && heard.ballot.equals(partition.ballot())
                && !partition.members().isEmpty()
                && partition.members().stream()
                        .map(heard.members::get)
                        .allMatch(report -> report != null && report.loadId() == loadId && what.test(report));
    }

    /** True if every member of that partition has what a publish needs, or has applied it. */
    boolean allReady(int index, PartitionLoad partition) {
        return says(
                index,
                partition,
                report -> report.phase() == MemberPhase.STAGED || report.phase() == MemberPhase.PUBLISHED);
    }

    boolean allPublished(AppLoad load) {
        return all(load, this::isPublished);
    }

    /** True if every live member of the partition says so; of a partition without live members there is nobody to ask. */
    public boolean allLive(int index, PartitionLoad partition, Predicate<HostPort> live, Predicate<MemberReport> says) {
        Set<HostPort> asked = new HashSet<>(partition.members());
        asked.removeIf(member -> !live.test(member));
        if (asked.isEmpty()) {
            return true;
        }
        Heard heard = byPartition.get(index);
        return heard != null
                && heard.ballot.equals(partition.ballot())
                && asked.stream()
                        .map(heard.members::get)
                        .allMatch(report -> report != null && report.loadId() == loadId && says.test(report));
    }

    boolean allLive(AppLoad load, Predicate<HostPort> live, Predicate<MemberReport> says) {
        return all(load, (index, partition) -> allLive(index, partition, live, says));
    }

    /**
     * True if every live replica that is heard of has nothing of the load any more. Members have to be heard of; what a
     * replica without a group says counts under any ballot, because what was cleaned up never comes back. After publish
     * learners are not waited for: what they have staged may be what their log needs.
     */
    boolean allClean(AppLoad load, Predicate<HostPort> live) {
        return all(load, (index, partition) -> {
            Heard heard = byPartition.get(index);
            Map<HostPort, MemberReport> group =
                    heard != null && heard.ballot.equals(partition.ballot()) ? heard.members : Map.of();
            boolean members = partition.members().stream()
                    .filter(live)
                    .allMatch(member -> isClean(group.get(member))
                            || isClean(alone.getOrDefault(index, Map.of()).get(member)));
            return members
                    && (load.phase().isPublished()
                            || group.entrySet().stream()
                                    .filter(replica -> !partition.members().contains(replica.getKey())
                                            && live.test(replica.getKey()))
                                    .allMatch(replica -> replica.getValue().isClean()));
        });
    }

    private boolean isClean(@Nullable MemberReport report) {
        return report != null && report.loadId() == loadId && report.isClean();
    }

    private static boolean all(AppLoad load, PartitionTest test) {
        for (int index = 0; index < load.partitions().size(); index++) {
            if (!test.test(index, load.partitions().get(index))) {
                return false;
            }
        }
        return true;
    }

    /** The first error that no other replica would be spared, with the replica that found it. */
    Optional<LoadError> findSourceError(AppLoad load) {
        for (int index : changed) {
            Heard heard = byPartition.get(index);
            if (heard != null
                    && heard.ballot.equals(load.partitions().get(index).ballot())) {
                for (Map.Entry<HostPort, MemberReport> member : heard.members.entrySet()) {
                    LoadError error = member.getValue().error();
                    if (error != null
                            && member.getValue().loadId() == loadId
                            && member.getValue().isSourceError()) {
                        return Optional.of(error.at(load.plan().appId() + "." + index + " on " + member.getKey()));
                    }
                }
            }
        }
        return Optional.empty();
    }

    private interface PartitionTest {
        boolean test(int index, PartitionLoad partition);
    }

    private record Heard(Ballot ballot, Map<HostPort, MemberReport> members) {}
}
