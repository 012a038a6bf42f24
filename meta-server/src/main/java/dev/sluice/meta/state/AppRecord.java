package dev.sluice.meta.state;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.sluice.common.Gpid;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** What concerns one app. */
public sealed interface AppRecord extends MetaRecord {
    int appId();

    /** A new app, with partitions that nobody serves yet. */
    @JsonTypeName("app_created")
    record AppCreated(
            int appId,
            String name,
            String type,
            int partitionCount,
            int maxReplicaCount,
            SortedMap<String, String> envs,
            boolean stateful,
            boolean atomicIdempotent,
            long atSecond)
            implements AppRecord {
        public AppCreated {
            envs = Collections.unmodifiableSortedMap(new TreeMap<>(envs));
        }

        @Override
        public MetaState replayOn(MetaState state) {
            MetaState next = state.withNewApp(new App(
                    appId,
                    name,
                    type,
                    AppStatus.AVAILABLE,
                    partitionCount,
                    maxReplicaCount,
                    envs,
                    stateful,
                    atomicIdempotent,
                    atSecond,
                    0,
                    0));
            for (int index = 0; index < partitionCount; index++) {
                next = next.withPartition(Partition.unconfigured(new Gpid(appId, index)));
            }
            return next;
        }
    }

    /** The app is not found by its name any more; its replicas rest under a ballot of their own. */
    @JsonTypeName("app_dropped")
    record AppDropped(int appId, long atSecond, long expireSecond) implements AppRecord {
        @Override
        public MetaState replayOn(MetaState state) {
            App app = state.requireApp(appId);
            MetaState dropped = withNextBallots(state.withApp(app.dropped(atSecond, expireSecond)), app);
            return dropped.loads()
                    .find(appId)
                    .map(load -> dropped.withLoads(dropped.loads().with(load.appDropped())))
                    .orElse(dropped);
        }
    }

    /** A dropped app is there again, with the members that it had. */
    @JsonTypeName("app_recalled")
    record AppRecalled(int appId, String name) implements AppRecord {
        @Override
        public MetaState replayOn(MetaState state) {
            App app = state.requireApp(appId);
            return withNextBallots(state.withApp(app.recalledAs(name)), app);
        }
    }

    /** A dropped app is forgotten: from here on its replicas are garbage. */
    @JsonTypeName("app_expired")
    record AppExpired(int appId) implements AppRecord {
        @Override
        public MetaState replayOn(MetaState state) {
            return state.withoutApp(appId);
        }
    }

    @JsonTypeName("app_renamed")
    record AppRenamed(int appId, String name) implements AppRecord {
        @Override
        public MetaState replayOn(MetaState state) {
            return state.withApp(state.requireApp(appId).renamed(name));
        }
    }

    /** Some envs were set, others deleted. */
    @JsonTypeName("app_envs_changed")
    record AppEnvsChanged(int appId, SortedMap<String, String> set, List<String> deleted) implements AppRecord {
        public AppEnvsChanged {
            set = Collections.unmodifiableSortedMap(new TreeMap<>(set));
            deleted = List.copyOf(deleted);
        }

        @Override
        public MetaState replayOn(MetaState state) {
            App app = state.requireApp(appId);
            TreeMap<String, String> envs = new TreeMap<>(app.envs());
            deleted.forEach(envs::remove);
            envs.putAll(set);
            return state.withApp(app.withEnvs(envs));
        }
    }

    @JsonTypeName("app_max_replica_count_set")
    record MaxReplicaCountSet(int appId, int maxReplicaCount) implements AppRecord {
        @Override
        public MetaState replayOn(MetaState state) {
            return state.withApp(state.requireApp(appId).withMaxReplicaCount(maxReplicaCount));
        }
    }

    @JsonTypeName("app_atomic_idempotent_set")
    record AtomicIdempotentSet(int appId, boolean atomicIdempotent) implements AppRecord {
        @Override
        public MetaState replayOn(MetaState state) {
            return state.withApp(state.requireApp(appId).withAtomicIdempotent(atomicIdempotent));
        }
    }

    private static MetaState withNextBallots(MetaState state, App app) {
        MetaState next = state;
        for (Partition partition : state.partitionsOf(app.id())) {
            if (!partition.isUnconfigured()) {
                next = next.withPartition(partition.withNextBallot());
            }
        }
        return next;
    }
}
