package dev.sluice.replica.engine;

/** Hears that the engine stands between two durable steps. For tests, which crash there, and for drills. */
@FunctionalInterface
interface StepListener {
    StepListener NONE = step -> {};

    /** What the engine has just done, or is about to do. The twin has the same steps. */
    enum Step {
        APPLIED,
        BEFORE_FLUSH,
        FLUSHED,
        LINKED,
        BEFORE_INGEST,
        INGESTED,
        TOKEN_WRITTEN,
        CHECKPOINT_FLUSHED,
        CHECKPOINT_WRITTEN
    }

    void reached(Step step);
}
