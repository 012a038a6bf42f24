package dev.sluice.meta.state;

import com.fasterxml.jackson.annotation.JsonTypeInfo;

/**
 * One change of the meta state, as it stands in the journal.
 *
 * <p>A record carries all that replaying it needs (times, ids, limits), and replaying reads nothing else. Its name in the
 * journal is its {@code JsonTypeName} and never changes; a field may be added with a value that stands for its absence.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "record")
public sealed interface MetaRecord permits ClusterRecord, AppRecord, PartitionRecord, NodeRecord, LoadRecord {
    /** Returns the state after this record. */
    MetaState replayOn(MetaState state);
}
