package dev.sluice.meta.admin;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.Wire;
import dev.sluice.meta.guardian.ClusterView;
import dev.sluice.meta.leader.Command;
import dev.sluice.meta.leader.Decision;
import dev.sluice.meta.state.App;
import dev.sluice.meta.state.AppRecord.AppEnvsChanged;
import dev.sluice.meta.state.MetaState;
import dev.sluice.meta.state.Partition;
import dev.sluice.wire.admin.QueryManualCompactRequest;
import dev.sluice.wire.admin.QueryManualCompactResponse;
import dev.sluice.wire.admin.StartManualCompactRequest;
import dev.sluice.wire.admin.StartManualCompactResponse;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Compactions that somebody asks for. What is asked is kept as envs of the app, which reach replicas with their directives as
 * all envs do: each member compacts once when it sees another trigger than it has compacted for, and then reports that one.
 */
final class ManualCompaction {
    private static final String DISABLED = "manual_compact.disabled";
    private static final String RUNNING_COUNT_MAX = "manual_compact.max_concurrent_running_count";
    private static final String TRIGGER = "manual_compact.once.trigger_time";
    private static final String TARGET_LEVEL = "manual_compact.once.target_level";
    private static final String BOTTOMMOST = "manual_compact.once.bottommost_level_compaction";

    private static final int TARGET_LEVEL_OF_ENGINE = -1;
    private static final String SUCCEED = "succeed";

    private final PartitionCare care;

    ManualCompaction(PartitionCare care) {
        this.care = care;
    }

    static Command<StartManualCompactResponse> start(StartManualCompactRequest request) {
        return (state, wallMs) -> decide(state, request, wallMs / 1000);
    }

    static StartManualCompactResponse startReply(ErrorCode error, String hint) {
        return new StartManualCompactResponse().setErr(Wire.error(error)).setHintMsg(hint);
    }

    QueryManualCompactResponse query(MetaState state, QueryManualCompactRequest request) {
        String name = request.getAppName();
        Optional<App> found = state.findApp(name);
        if (found.isEmpty()) {
            Absence absence = Absence.of(state, name);
            return queryReply(absence.error, absence.hint);
        }
        App app = found.get();
        OptionalLong trigger = trigger(app);
        if (trigger.isEmpty()) {
            return queryReply(ErrorCode.ERR_INVALID_STATE, "app " + name + " is not manual compaction");
        }
        int percent = percentDone(app, state.partitionsOf(app.id()), care.view(state), trigger.getAsLong());
        return queryReply(ErrorCode.ERR_OK, SUCCEED).setProgress(percent);
    }

    static QueryManualCompactResponse queryReply(ErrorCode error, String hint) {
        return new QueryManualCompactResponse().setErr(Wire.error(error)).setHintMsg(hint);
    }

    /**
     * How many of the replicas that the partitions should have are compacted. One that a partition lacks counts as not
     * compacted, one that it has too many makes no more than all.
     */
    static int percentDone(App app, List<Partition> partitions, ClusterView view, long trigger) {
        long finished = 0;
        for (Partition partition : partitions) {
            for (HostPort member : partition.configuration().members()) {
                boolean isFinished = view.findReplica(member, partition.gpid())
                        .filter(replica -> replica.compactedFor() == trigger)
                        .isPresent();
                finished += isFinished ? 1 : 0;
            }
        }
        long wanted = (long) app.partitionCount() * app.maxReplicaCount();
        return (int) Math.min(100, finished * 100 / wanted);
    }

    private static Decision<StartManualCompactResponse> decide(
            MetaState state, StartManualCompactRequest request, long nowSecond) {
        String name = request.getAppName();
        Optional<App> found = state.findApp(name);
        if (found.isEmpty()) {
            Absence absence = Absence.of(state, name);
            return refuse(absence.error, absence.hint);
        }
        App app = found.get();
        if (app.envs().getOrDefault(DISABLED, "").equalsIgnoreCase("true")) {
            return refuse(
                    ErrorCode.ERR_OPERATION_DISABLED,
                    "app " + name + " has the env " + DISABLED
                            + "=true: delete it, or set it to false, and start again");
        }
        SortedMap<String, String> envs =
                envs(request, request.isSetTriggerTime() ? request.getTriggerTime() : next(app, nowSecond));
        Optional<String> problem = AppEnvs.findProblem(envs);
        return problem.isPresent() ? refuse(ErrorCode.ERR_INVALID_PARAMETERS, problem.get()) : store(app, envs);
    }

    private static SortedMap<String, String> envs(StartManualCompactRequest request, long trigger) {
        SortedMap<String, String> envs = new TreeMap<>();
        envs.put(TRIGGER, Long.toString(trigger));
        envs.put(
                TARGET_LEVEL,
                Integer.toString(request.isSetTargetLevel() ? request.getTargetLevel() : TARGET_LEVEL_OF_ENGINE));
        envs.put(BOTTOMMOST, request.isBottommost() ? "force" : "skip");
        if (request.getMaxRunningCount() != 0) {
            envs.put(RUNNING_COUNT_MAX, Integer.toString(request.getMaxRunningCount()));
        }
        return envs;
    }

    /** All of it is one record: no replica sees the trigger of one request with the level of another. */
    private static Decision<StartManualCompactResponse> store(App app, SortedMap<String, String> envs) {
        envs.entrySet().removeIf(env -> env.getValue().equals(app.envs().get(env.getKey())));
        StartManualCompactResponse reply = startReply(ErrorCode.ERR_OK, SUCCEED);
        return envs.isEmpty()
                ? Decision.reply(reply)
                : Decision.record(reply, new AppEnvsChanged(app.id(), envs, List.of()));
    }

    private static Decision<StartManualCompactResponse> refuse(ErrorCode error, String hint) {
        return Decision.reply(startReply(error, hint));
    }

    /**
     * The trigger of a request that names none. Only another trigger than the last starts a compaction, also within the same
     * second and where the clock went back.
     */
    private static long next(App app, long nowSecond) {
        // Behind the highest long comes the lowest, and the greater one is now, which is another too.
        return Math.max(nowSecond, trigger(app).orElse(0) + 1);
    }

    /** Empty too for a value that is none: an app may have been created with it. */
    private static OptionalLong trigger(App app) {
        try {
            long trigger = Long.parseLong(app.envs().getOrDefault(TRIGGER, "0"));
            return trigger > 0 ? OptionalLong.of(trigger) : OptionalLong.empty();
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    /** Why there is no app of that name. */
    private record Absence(ErrorCode error, String hint) {
        private static Absence of(MetaState state, String name) {
            boolean isDropped = state.apps().stream().anyMatch(app -> app.name().equals(name));
            return isDropped
                    ? new Absence(ErrorCode.ERR_APP_DROPPED, "app " + name + " is not available")
                    : new Absence(ErrorCode.ERR_APP_NOT_EXIST, "app " + name + " is not existed");
        }
    }
}
