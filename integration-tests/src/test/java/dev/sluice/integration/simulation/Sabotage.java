package dev.sluice.integration.simulation;

import dev.sluice.common.rpc.RpcHandlers;
import dev.sluice.meta.journal.testing.InMemoryJournalGroup;
import dev.sluice.replica.engine.EngineFactory;

/** How a cluster is broken on purpose, to see that it is found out. */
interface Sabotage {
    /** Nothing is broken. */
    Sabotage NONE = new Sabotage() {};

    /** What a replica server answers. */
    default RpcHandlers handlersOf(SimulatedNode node, RpcHandlers handlers) {
        return handlers;
    }

    /** Where a replica server keeps rows. */
    default EngineFactory enginesOf(SimulatedNode node, EngineFactory engines) {
        return engines;
    }

    /** The journal of the meta group. */
    default void onJournals(InMemoryJournalGroup journals) {}

    /** Once the app is there. */
    default void onReady(Cluster cluster) {}
}
