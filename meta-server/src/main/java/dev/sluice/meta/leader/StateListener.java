package dev.sluice.meta.leader;

import dev.sluice.meta.state.MetaRecord;
import dev.sluice.meta.state.MetaState;
import java.util.List;

/** Hears of committed changes and of leadership, on the leader's event loop. */
public interface StateListener {
    /** The committed state went from {@code before} to {@code after} by these records; on followers too. */
    default void onCommitted(MetaState before, MetaState after, List<MetaRecord> records) {}

    /** This server leads; {@code state} is all that earlier leaders committed, and commands are taken. */
    default void onLeading(long term, MetaState state) {}

    /** This server leads no more. */
    default void onLeadershipLost() {}
}
