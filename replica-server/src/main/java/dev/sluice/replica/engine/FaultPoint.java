package dev.sluice.replica.engine;

/** Hears that the engine stands between two durable steps. For tests, which crash there. */
@FunctionalInterface
interface FaultPoint {
    FaultPoint NONE = step -> {};

    /** Steps by name, in the order in which a publish and a checkpoint take them. */
    enum Step {
        BEFORE_APPLY,
        APPLIED,
        BEFORE_FLUSH,
        FLUSHED,
        LINKED,
        BEFORE_INGEST,
        INGESTED,
        TOKEN_WRITTEN,
        LINKS_REMOVED,
        CHECKPOINT_FLUSHED,
        CHECKPOINT_WRITTEN
    }

    void reached(Step step);
}
