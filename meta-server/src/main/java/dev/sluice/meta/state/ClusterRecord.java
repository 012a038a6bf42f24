package dev.sluice.meta.state;

import com.fasterxml.jackson.annotation.JsonTypeName;

/** What concerns the cluster as a whole. */
public sealed interface ClusterRecord extends MetaRecord {
    /** The first record of all: the cluster has a name for ever. */
    @JsonTypeName("cluster_created")
    record ClusterCreated(String clusterId, long atMs, FunctionLevel level) implements ClusterRecord {
        @Override
        public MetaState replayOn(MetaState state) {
            if (!state.clusterId().isEmpty()) {
                throw new IllegalArgumentException(
                        "cluster " + state.clusterId() + " would be created again as " + clusterId);
            }
            return state.withClusterId(clusterId).withFunctionLevel(level);
        }
    }

    /** An operator said how much the meta server does by itself. */
    @JsonTypeName("function_level_set")
    record FunctionLevelSet(FunctionLevel level) implements ClusterRecord {
        @Override
        public MetaState replayOn(MetaState state) {
            return state.withFunctionLevel(level);
        }
    }
}
