package dev.sluice.meta.state;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.sluice.common.HostPort;

/** What concerns replica servers. */
public sealed interface NodeRecord extends MetaRecord {
    /** A run of a replica server counts from here on; what the run before may have lost has been dealt with. */
    @JsonTypeName("node_registered")
    record NodeRegistered(HostPort address, long incarnation, long atMs) implements NodeRecord {
        @Override
        public MetaState replayOn(MetaState state) {
            return state.withNode(new Node(address, incarnation, atMs));
        }
    }
}
