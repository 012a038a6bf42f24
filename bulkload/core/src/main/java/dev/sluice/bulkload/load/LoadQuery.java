package dev.sluice.bulkload.load;

import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.Wire;
import dev.sluice.wire.WireAddress;
import dev.sluice.wire.WireErrorCode;
import dev.sluice.wire.bulkload.BulkLoadStatus;
import dev.sluice.wire.bulkload.IngestionStatus;
import dev.sluice.wire.bulkload.PartitionBulkLoadState;
import dev.sluice.wire.bulkload.QueryBulkLoadResponse;
import dev.sluice.wire.internal.LoadGoal;
import dev.sluice.wire.internal.MemberPhase;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What a query is answered: in the words of the client protocol, and for each replica why it is not further. */
public final class LoadQuery {
    /** Partitions that the hint speaks of one by one; of the others it gives the number. */
    private static final int HINT_PARTITIONS_MAX = 16;

    private final String appName;
    private final int maxReplicaCount;
    private final Predicate<HostPort> live;
    private final Predicate<Gpid> mayPublish;

    /**
     * @param live nodes that are not dead
     * @param mayPublish partitions whose turn to publish has come, see {@link PublishTurns}
     */
    public LoadQuery(String appName, int maxReplicaCount, Predicate<HostPort> live, Predicate<Gpid> mayPublish) {
        this.appName = appName;
        this.maxReplicaCount = maxReplicaCount;
        this.live = live;
        this.mayPublish = mayPublish;
    }

    /** Of an app that has no load, nor the result of one. */
    public QueryBulkLoadResponse withoutLoad(int partitionCount) {
        QueryBulkLoadResponse answer = answer(BulkLoadStatus.BLS_INVALID, false);
        for (int index = 0; index < partitionCount; index++) {
            answer.getPartitionsStatus().add(BulkLoadStatus.BLS_INVALID);
            answer.getBulkLoadStates().add(new HashMap<>());
        }
        answer.setHintMsg(lastResult());
        return answer;
    }

    /** Of a load under way, or the result of the last one. */
    public QueryBulkLoadResponse of(AppLoad load, LoadReports reports) {
        AppPhase phase = load.phase();
        QueryBulkLoadResponse answer = answer(phase.status(), phase.isLoading());
        for (int index = 0; index < load.partitions().size(); index++) {
            answer.getPartitionsStatus().add(status(load, index, reports));
            answer.getBulkLoadStates()
                    .add(
                            phase.isLoading()
                                    ? states(load, index, reports)
                                    : cleanedUp(load.partitions().get(index)));
        }
        LoadError reason = reason(phase);
        if (!phase.isLoading()) {
            if (phase.status() == BulkLoadStatus.BLS_FAILED && reason != null) {
                answer.setErr(WireErrorCode.of(reason.code().name()));
            }
            String why = reason == null || reason.message().isEmpty() ? "" : ": " + reason.message();
            answer.setHintMsg(lastResult() + why);
        } else {
            answer.setHintMsg(hint(load, reports));
        }
        return answer;
    }

    private QueryBulkLoadResponse answer(BulkLoadStatus status, boolean loading) {
        QueryBulkLoadResponse answer = new QueryBulkLoadResponse();
        answer.setErr(WireErrorCode.of("ERR_OK"));
        answer.setAppName(appName);
        answer.setAppStatus(status);
        answer.setMaxReplicaCount(maxReplicaCount);
        answer.setIsBulkLoading(loading);
        answer.setPartitionsStatus(new ArrayList<>());
        answer.setBulkLoadStates(new ArrayList<>());
        return answer;
    }

    private String lastResult() {
        return "app(" + appName + ") is not during bulk load, return last time result";
    }

    private static @Nullable LoadError reason(AppPhase phase) {
        if (phase instanceof AppPhase.CleaningUp cleaning) {
            return cleaning.reason();
        }
        return phase instanceof AppPhase.Ended ended ? ended.reason() : null;
    }

    private BulkLoadStatus status(AppLoad load, int index, LoadReports reports) {
        PartitionLoad partition = load.partitions().get(index);
        return switch (load.phase().status()) {
            case BLS_DOWNLOADING ->
                partition.isStaged(load.plan().minReplicaCount())
                        ? BulkLoadStatus.BLS_DOWNLOADED
                        : BulkLoadStatus.BLS_DOWNLOADING;
            case BLS_INGESTING ->
                reports.isPublished(index, partition) ? BulkLoadStatus.BLS_SUCCEED : BulkLoadStatus.BLS_INGESTING;
            case BLS_PAUSING ->
                reports.allLive(index, partition, live, MemberReport::isAtRest)
                        ? BulkLoadStatus.BLS_PAUSED
                        : BulkLoadStatus.BLS_PAUSING;
            case BLS_INVALID, BLS_DOWNLOADED, BLS_SUCCEED, BLS_FAILED, BLS_PAUSED, BLS_CANCELED ->
                load.phase().status();
        };
    }

    private static Map<WireAddress, PartitionBulkLoadState> states(AppLoad load, int index, LoadReports reports) {
        Map<WireAddress, PartitionBulkLoadState> states = new HashMap<>();
        PartitionLoad partition = load.partitions().get(index);
        reports.of(index).forEach((member, report) -> {
            // Learners are not replicas of the partition yet: the hint speaks of them.
            if (partition.members().contains(member) && report.loadId() == load.loadId()) {
                states.put(Wire.address(member), state(load.phase(), report));
            }
        });
        return states;
    }

    /** Of a load that ended: it does so only once its replicas have cleaned up. */
    private static Map<WireAddress, PartitionBulkLoadState> cleanedUp(PartitionLoad partition) {
        Map<WireAddress, PartitionBulkLoadState> states = new HashMap<>();
        for (HostPort member : partition.members()) {
            PartitionBulkLoadState state = new PartitionBulkLoadState();
            state.setIsCleanedUp(true);
            states.put(Wire.address(member), state);
        }
        return states;
    }

    private static PartitionBulkLoadState state(AppPhase phase, MemberReport report) {
        PartitionBulkLoadState state = new PartitionBulkLoadState();
        switch (phase.goal()) {
            case DOWNLOAD -> {
                LoadError error = report.error();
                state.setDownloadProgress(report.percent());
                state.setDownloadStatus(
                        WireErrorCode.of(error == null ? "ERR_OK" : error.code().name()));
            }
            case PAUSE -> {
                state.setDownloadProgress(report.percent());
                state.setIsPaused(report.isAtRest());
            }
            case PUBLISH -> {
                boolean published = report.phase() == MemberPhase.PUBLISHED;
                state.setDownloadProgress(report.percent());
                state.setIngestStatus(published ? IngestionStatus.IS_SUCCEED : IngestionStatus.IS_RUNNING);
            }
            case CLEAN_UP -> state.setIsCleanedUp(report.isClean());
        }
        return state;
    }

    private String hint(AppLoad load, LoadReports reports) {
        if (load.needsManifests()) {
            return "the leader reads the manifests of " + load.partitions().size() + " partitions";
        }
        if (load.phase() instanceof AppPhase.CleaningUp cleaning && cleaning.result() == BulkLoadStatus.BLS_FAILED) {
            return cleaning.reason().message();
        }
        StringBuilder hint = new StringBuilder(rate(load, reports));
        int unsaid = 0;
        int said = 0;
        for (int index = 0; index < load.partitions().size(); index++) {
            String text = hint(load, index, reports);
            if (!text.isEmpty()) {
                if (said < HINT_PARTITIONS_MAX) {
                    hint.append(hint.length() == 0 ? "" : "; ").append(text);
                    said++;
                } else {
                    unsaid++;
                }
            }
        }
        return unsaid == 0
                ? hint.toString()
                : hint.append("; and ").append(unsaid).append(" more").toString();
    }

    private static String rate(AppLoad load, LoadReports reports) {
        long done = 0;
        long perSecond = 0;
        long total = 0;
        for (int index = 0; index < load.partitions().size(); index++) {
            PartitionLoad partition = load.partitions().get(index);
            ManifestPin pin = partition.pin();
            total += pin == null ? 0 : pin.bytes() * partition.members().size();
            for (MemberReport report : reports.of(index).values()) {
                done += report.isReadyToPublish() && pin != null ? pin.bytes() : report.bytesDone();
                perSecond += report.phase() == MemberPhase.DOWNLOADING ? report.bytesPerSecond() : 0;
            }
        }
        if (load.phase().status() != BulkLoadStatus.BLS_DOWNLOADING || perSecond <= 0) {
            return "";
        }
        return String.format(
                Locale.ROOT,
                "%d of %d bytes, %d bytes/s, about %d s left",
                Math.min(done, total),
                total,
                perSecond,
                (Math.max(0, total - done) + perSecond - 1) / perSecond);
    }

    /** Why this partition is not further; empty if it is as far as it can be. */
    private String hint(AppLoad load, int index, LoadReports reports) {
        PartitionLoad partition = load.partitions().get(index);
        String name = load.plan().appId() + "." + index;
        List<String> parts = new ArrayList<>();
        if (partition.primary() == null) {
            parts.add("has no primary");
        }
        if (partition.members().size() < load.plan().minReplicaCount()) {
            parts.add("has " + partition.members().size() + " members, waits for "
                    + load.plan().minReplicaCount());
        }
        boolean isReady = load.phase().goal() == LoadGoal.PUBLISH
                && parts.isEmpty()
                && partition.members().stream().allMatch(live)
                && reports.allReady(index, partition);
        if (isReady && !mayPublish.test(new Gpid(load.plan().appId(), index))) {
            return name + ": is staged, and waits until fewer partitions of its nodes publish at once"
                    + " (bulk_load_node_max_ingesting_count)";
        }
        Map<HostPort, MemberReport> heard = reports.of(index);
        Set<HostPort> replicas = new TreeSet<>(partition.members());
        replicas.addAll(heard.keySet());
        for (HostPort replica : replicas) {
            MemberReport report = heard.get(replica);
            if (!live.test(replica)) {
                parts.add(replica + " is dead");
            } else if (report == null || report.loadId() != load.loadId()) {
                parts.add(replica + " has said nothing yet");
            } else if (!isThere(load.phase(), report)) {
                String progress = report.phase() == MemberPhase.DOWNLOADING ? " " + report.percent() + "%" : "";
                parts.add(replica + " " + report.message() + progress);
            }
        }
        return parts.isEmpty() ? "" : name + ": " + String.join(", ", parts);
    }

    private static boolean isThere(AppPhase phase, MemberReport report) {
        return switch (phase.goal()) {
            case DOWNLOAD -> report.isReadyToPublish();
            case PAUSE -> report.isAtRest() && report.error() == null;
            case PUBLISH -> report.phase() == MemberPhase.PUBLISHED;
            case CLEAN_UP -> report.isClean();
        };
    }
}
