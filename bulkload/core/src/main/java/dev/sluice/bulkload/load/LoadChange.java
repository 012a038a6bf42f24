package dev.sluice.bulkload.load;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.sluice.common.Ballot;
import dev.sluice.common.HostPort;
import java.util.ArrayList;
import java.util.List;

/** A fact about a load, as it stands in the journal. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "change")
@JsonSubTypes({
    @JsonSubTypes.Type(LoadChange.ManifestsPinned.class),
    @JsonSubTypes.Type(LoadChange.PartitionsStaged.class),
    @JsonSubTypes.Type(LoadChange.Moved.class),
})
public sealed interface LoadChange {
    /** Returns the load after this. */
    AppLoad replayOn(AppLoad load);

    /** All manifests were read, and this is what they said; by partition index. */
    @JsonTypeName("manifests_pinned")
    record ManifestsPinned(List<ManifestPin> pins) implements LoadChange {
        public ManifestsPinned {
            pins = List.copyOf(pins);
        }

        @Override
        public AppLoad replayOn(AppLoad load) {
            List<PartitionLoad> next = new ArrayList<>(pins.size());
            for (int index = 0; index < pins.size(); index++) {
                next.add(load.partitions().get(index).pinned(pins.get(index)));
            }
            return load.with(load.phase(), next);
        }
    }

    /** In these partitions every member is staged. */
    @JsonTypeName("partitions_staged")
    record PartitionsStaged(List<StagedPartition> partitions) implements LoadChange {
        public PartitionsStaged {
            partitions = List.copyOf(partitions);
        }

        @Override
        public AppLoad replayOn(AppLoad load) {
            List<PartitionLoad> next = new ArrayList<>(load.partitions());
            for (StagedPartition staged : partitions) {
                PartitionLoad before = next.get(staged.index());
                if (before.ballot().equals(staged.ballot())) {
                    next.set(staged.index(), before.stagedOn(staged.members()));
                }
            }
            return load.with(load.phase(), next);
        }
    }

    /** One partition, the ballot of the configuration, and its members: all of them staged. */
    record StagedPartition(int index, Ballot ballot, List<HostPort> members) {
        public StagedPartition {
            members = List.copyOf(members);
        }
    }

    /** The load is in another phase. */
    @JsonTypeName("moved")
    record Moved(AppPhase to) implements LoadChange {
        @Override
        public AppLoad replayOn(AppLoad load) {
            return load.with(to, load.partitions());
        }
    }
}
