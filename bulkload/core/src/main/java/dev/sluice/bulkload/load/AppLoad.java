package dev.sluice.bulkload.load;

import dev.sluice.bulkload.load.AppPhase.Downloaded;
import dev.sluice.bulkload.load.AppPhase.Downloading;
import dev.sluice.bulkload.load.LoadChange.ManifestsPinned;
import dev.sluice.bulkload.load.LoadChange.Moved;
import dev.sluice.bulkload.load.LoadChange.PartitionsStaged;
import dev.sluice.bulkload.load.LoadChange.StagedPartition;
import dev.sluice.common.Ballot;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One load of one app, as the journal knows it: a value that never changes.
 *
 * <p>{@code decide…} says which changes a command or the replicas' reports lead to, and changes nothing; {@link #replay}
 * gives the load after a change. The load knows the configuration of its partitions, which the meta state replays into it
 * in the same step in which it changes: so whether all members of all partitions are staged is always said of the current
 * members, and a publish that is decided on it is right.
 *
 * @param partitions by index
 */
public record AppLoad(LoadPlan plan, AppPhase phase, List<PartitionLoad> partitions) {
    public AppLoad {
        partitions = List.copyOf(partitions);
    }

    /** A load that begins. */
    public static AppLoad start(LoadPlan plan, List<PartitionLoad> partitions) {
        return new AppLoad(
                plan,
                new Downloading(),
                plan.isRollback()
                        ? partitions.stream()
                                .map(partition -> partition.pinned(generationPin(plan)))
                                .toList()
                        : partitions);
    }

    /** A rollback reads no manifests: what every member is to have is the generation. */
    private static ManifestPin generationPin(LoadPlan plan) {
        return new ManifestPin(Long.toString(plan.rollbackTo()), 0, 0, true);
    }

    AppLoad with(AppPhase newPhase, List<PartitionLoad> newPartitions) {
        return new AppLoad(plan, newPhase, newPartitions);
    }

    /** The load after a change. */
    public AppLoad replay(LoadChange change) {
        return change.replayOn(this).settled();
    }

    /** The load after a partition got another configuration. */
    public AppLoad configured(int index, Ballot ballot, @Nullable HostPort primary, List<HostPort> members) {
        List<PartitionLoad> next = new ArrayList<>(partitions);
        next.set(index, partitions.get(index).configured(ballot, primary, members));
        return with(phase, next).settled();
    }

    /** The load after its app was dropped: before publish it is given up, after publish it rests. */
    public AppLoad appDropped() {
        return moved(AppEvent.of(AppEvent.Kind.APP_DROPPED));
    }

    /** Whether all is staged follows from the partitions; the phase says so too. */
    private AppLoad settled() {
        if (phase instanceof Downloading && allStaged()) {
            return moved(AppEvent.of(AppEvent.Kind.ALL_STAGED));
        }
        if (phase instanceof Downloaded && !allStaged()) {
            return moved(AppEvent.of(AppEvent.Kind.STEPPED_BACK));
        }
        return this;
    }

    private AppLoad moved(AppEvent event) {
        return phase.on(event) instanceof Ruling.Go go ? with(go.next(), partitions) : this;
    }

    public long loadId() {
        return plan.loadId();
    }

    /** True if every member of every partition is staged. */
    public boolean allStaged() {
        return partitions.stream().allMatch(partition -> partition.isStaged(plan.minReplicaCount()));
    }

    /** True once every partition's manifest was read: one record pins all of them. */
    public boolean isPinned() {
        return !partitions.isEmpty() && partitions.get(0).pin() != null;
    }

    /** True while the leader has to read the manifests. */
    public boolean needsManifests() {
        return phase instanceof Downloading && !isPinned();
    }

    /** An operator's pause, restart or cancel; {@code appName} is for the hint. */
    public Verdict decide(AppEvent.Kind control, String appName) {
        Ruling ruling = phase.on(AppEvent.of(control));
        if (ruling instanceof Ruling.Go go) {
            return Verdict.accept(List.of(new Moved(go.next())));
        }
        if (ruling instanceof Ruling.Refuse refusal) {
            if (!phase.isLoading()) {
                return Verdict.refuse(refusal.code(), "app(" + appName + ") is not executing bulk load");
            }
            String verb =
                    control == AppEvent.Kind.PAUSE ? "pause" : control == AppEvent.Kind.RESTART ? "restart" : "cancel";
            String hint = "can not " + verb + " bulk load for app(" + appName
                    + ") with status(replication::bulk_load_status::" + phase.status() + ")";
            return Verdict.refuse(refusal.code(), refusal.reason().isEmpty() ? hint : hint + ": " + refusal.reason());
        }
        return Verdict.accept(List.of());
    }

    /** All manifests were read for the load of that id. */
    public List<LoadChange> decideManifests(long ofLoadId, List<ManifestPin> pins) {
        boolean wanted = ofLoadId == loadId() && needsManifests() && pins.size() == partitions.size();
        return wanted ? List.of(new ManifestsPinned(pins)) : List.of();
    }

    /** The file set of the load of that id cannot be loaded. */
    public List<LoadChange> decideFailed(long ofLoadId, LoadError error) {
        return ofLoadId == loadId() ? moveBy(AppEvent.sourceFailed(error)) : List.of();
    }

    /** Makes the load visible, if all is staged. */
    public List<LoadChange> decidePublish(long epoch) {
        return allStaged() ? moveBy(AppEvent.publish(epoch)) : List.of();
    }

    /**
     * What the replicas' reports lead to.
     *
     * @param live nodes that are not dead; others are not waited for where that is right
     */
    public List<LoadChange> decide(LoadReports reports, Predicate<HostPort> live) {
        if (!phase.isLoading()) {
            return List.of();
        }
        Optional<LoadError> error = reports.findSourceError(this);
        if (error.isPresent() && !phase.isPublished()) {
            return moveBy(AppEvent.sourceFailed(error.get()));
        }
        return switch (phase.goal()) {
            case DOWNLOAD -> newlyStaged(reports);
            case PAUSE -> reports.allLive(this, live, MemberReport::isAtRest) ? moveBy(ALL_PAUSED) : List.of();
            case PUBLISH -> reports.allPublished(this) ? moveBy(ALL_PUBLISHED) : List.of();
            case CLEAN_UP -> reports.allClean(this, live) ? moveBy(ALL_CLEAN) : List.of();
        };
    }

    private static final AppEvent ALL_PAUSED = AppEvent.of(AppEvent.Kind.ALL_PAUSED);
    private static final AppEvent ALL_PUBLISHED = AppEvent.of(AppEvent.Kind.ALL_PUBLISHED);
    private static final AppEvent ALL_CLEAN = AppEvent.of(AppEvent.Kind.ALL_CLEAN);

    private List<LoadChange> newlyStaged(LoadReports reports) {
        List<StagedPartition> found = new ArrayList<>();
        for (int index : reports.changed()) {
            PartitionLoad partition = partitions.get(index);
            if (!partition.isStaged(plan.minReplicaCount())
                    && partition.members().size() >= plan.minReplicaCount()
                    && reports.allStaged(index, partition, plan.hasDeepChecks())) {
                found.add(new StagedPartition(index, partition.ballot(), partition.members()));
            }
        }
        return found.isEmpty() ? List.of() : List.of(new PartitionsStaged(found));
    }

    private List<LoadChange> moveBy(AppEvent event) {
        return phase.on(event) instanceof Ruling.Go go ? List.of(new Moved(go.next())) : List.of();
    }

    /** Whether a learner may become a member: after publish only one that has what the load needs. */
    public boolean mayBecomeMember(int index, HostPort learner, LoadReports reports) {
        if (!(phase instanceof AppPhase.Ingesting)) {
            return true;
        }
        MemberReport report = reports.find(index, learner);
        return report != null && report.loadId() == loadId() && report.isReadyToPublish();
    }

    /** Refusal of a start while this load is under way; null if another may be started. */
    public @Nullable Verdict refuseStart(String appName) {
        return phase.isLoading()
                ? Verdict.refuse(ErrorCode.ERR_BUSY, "app(" + appName + ") is already executing bulk load")
                : null;
    }
}
