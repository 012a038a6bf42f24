package dev.sluice.integration.simulation;

import dev.sluice.common.rpc.RpcHandlers;
import dev.sluice.meta.journal.testing.InMemoryJournalGroup;

/** How a cluster is broken on purpose, to see that it is found out. */
interface Sabotage {
    /** Nothing is broken. */
    Sabotage NONE = new Sabotage() {};

    /** What a replica server answers. */
    default RpcHandlers handlersOf(SimulatedNode node, RpcHandlers handlers) {
        return handlers;
    }

    /** The journal of the meta group. */
    default void onJournals(InMemoryJournalGroup journals) {}

    /** Once the app is there. */
    default void onReady(Cluster cluster) {}
}
