package dev.sluice.meta.state;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.sluice.bulkload.load.AppLoad;
import dev.sluice.bulkload.load.LoadChange;
import dev.sluice.bulkload.load.LoadPlan;
import dev.sluice.bulkload.load.PartitionLoad;
import java.util.List;

/** What concerns loads. */
public sealed interface LoadRecord extends MetaRecord {
    int appId();

    /** True if the app's partitions are to do something else from here on. */
    default boolean changesDirectives() {
        return true;
    }

    /** A load begins; what was known of the app's last one is forgotten. */
    @JsonTypeName("load_started")
    record LoadStarted(LoadPlan plan) implements LoadRecord {
        @Override
        public int appId() {
            return plan.appId();
        }

        @Override
        public MetaState replayOn(MetaState state) {
            AppLoad load = AppLoad.start(plan, partitions(state, plan.appId()));
            return state.withLoads(state.loads().with(load));
        }

        /** How the partitions of an app stand when a load begins, by index. */
        public static List<PartitionLoad> partitions(MetaState state, int appId) {
            return state.partitionsOf(appId).stream()
                    .map(Partition::configuration)
                    .map(configuration ->
                            PartitionLoad.of(configuration.ballot(), configuration.primary(), configuration.members()))
                    .toList();
        }
    }

    /** Something is so in the load of that id. If the app has another by now, nothing changes. */
    @JsonTypeName("load_changed")
    record LoadChanged(int appId, long loadId, LoadChange change) implements LoadRecord {
        @Override
        public boolean changesDirectives() {
            // That all are staged is what they were asked for; what they are to do next follows from a publish.
            return !(change instanceof LoadChange.PartitionsStaged);
        }

        @Override
        public MetaState replayOn(MetaState state) {
            return state.loads()
                    .find(appId)
                    .filter(load -> load.loadId() == loadId)
                    .map(load -> state.withLoads(state.loads().with(load.replay(change))))
                    .orElse(state);
        }
    }

    /** The result of an app's last load is forgotten. */
    @JsonTypeName("load_cleared")
    record LoadCleared(int appId) implements LoadRecord {
        @Override
        public MetaState replayOn(MetaState state) {
            return state.withLoads(state.loads().without(appId));
        }
    }
}
