package dev.sluice.meta.state;

import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.List;

/** What concerns the configurations of partitions. */
public sealed interface PartitionRecord extends MetaRecord {
    /**
     * Partitions have new configurations.
     *
     * @param atMs since 1970
     */
    @JsonTypeName("partitions_configured")
    record PartitionsConfigured(long atMs, List<Configuration> configurations) implements PartitionRecord {
        public PartitionsConfigured {
            configurations = List.copyOf(configurations);
        }

        @Override
        public MetaState replayOn(MetaState state) {
            MetaState next = state;
            for (Configuration configuration : configurations) {
                Partition before = next.requirePartition(configuration.gpid());
                next = next.withPartition(before.configuredAs(configuration, atMs));
            }
            return next;
        }
    }
}
