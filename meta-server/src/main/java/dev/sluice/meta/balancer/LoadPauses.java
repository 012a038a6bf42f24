package dev.sluice.meta.balancer;

import dev.sluice.bulkload.load.AppLoad;
import dev.sluice.common.Gpid;
import dev.sluice.common.rpc.Wire;
import dev.sluice.meta.state.MetaState;
import dev.sluice.meta.state.Partition;
import dev.sluice.wire.internal.MemberLoadState;
import dev.sluice.wire.internal.PartitionLoadReport;
import dev.sluice.wire.internal.ReplicaReport;
import java.util.HashMap;
import java.util.Map;

/**
 * Which partitions do not move because of a load: those of an app that is loading, as long as the load gets on. A load that
 * rests or hangs holds nothing up for longer than the pause, so nobody has to switch balancing on again.
 */
public final class LoadPauses {
    private static final long PAUSE_MS = 30_000;

    private final Map<Gpid, Pause> pauses = new HashMap<>();

    private record Pause(long untilMs, long progress) {}

    /** Loads that are under way when a leader begins count as getting on. */
    public void onLeading(MetaState state, long nowMs) {
        pauses.clear();
        state.loads().byApp().keySet().forEach(appId -> onChange(state, appId, nowMs));
    }

    /** A load got on, or ended. */
    public void onChange(MetaState state, int appId, long nowMs) {
        boolean isLoading = isLoading(state, appId);
        pauses.keySet().removeIf(gpid -> gpid.appId() == appId && !isLoading);
        if (isLoading) {
            for (Partition partition : state.partitionsOf(appId)) {
                Pause before = pauses.get(partition.gpid());
                pauses.put(partition.gpid(), new Pause(nowMs + PAUSE_MS, before == null ? 0 : before.progress));
            }
        }
    }

    /** A replica says how its group's load stands. */
    public void onReport(ReplicaReport report, long nowMs) {
        PartitionLoadReport load = report.getLoad();
        Pause before = pauses.get(Wire.gpid(report.getGpid()));
        if (load == null || before == null) {
            return;
        }
        long progress = 0;
        for (MemberLoadState member : load.getMembers().values()) {
            progress += member.getBytesDone()
                    + member.getFilesDone()
                    + member.getPhase().getValue();
        }
        if (progress != before.progress) {
            pauses.put(Wire.gpid(report.getGpid()), new Pause(nowMs + PAUSE_MS, progress));
        }
    }

    /** True while the partition is not to move. */
    public boolean isPaused(MetaState state, Gpid gpid, long nowMs) {
        Pause pause = pauses.get(gpid);
        return pause != null && nowMs < pause.untilMs && isLoading(state, gpid.appId());
    }

    private static boolean isLoading(MetaState state, int appId) {
        return state.loads()
                .find(appId)
                .map(AppLoad::phase)
                .filter(phase -> phase.isLoading())
                .isPresent();
    }
}
