package dev.sluice.meta.node;

import dev.sluice.common.Gpid;
import dev.sluice.meta.state.MetaState;
import dev.sluice.wire.internal.LoadDirective;
import java.util.Optional;

/** Says what the leader wants of a partition's members in a load; worked out from the state. */
@FunctionalInterface
public interface LoadDirectives {
    /** No loads. */
    LoadDirectives NONE = (state, gpid) -> Optional.empty();

    Optional<LoadDirective> findDirective(MetaState state, Gpid gpid);
}
