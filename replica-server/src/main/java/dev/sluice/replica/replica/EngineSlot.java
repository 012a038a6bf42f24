package dev.sluice.replica.replica;

import dev.sluice.replica.engine.Engine;

/** Where a replica has its engine, which a checkpoint may replace. All but {@link #engine} belongs to the replica's loop. */
final class EngineSlot {
    private volatile Engine engine;
    private boolean vacant;

    EngineSlot(Engine engine) {
        this.engine = engine;
    }

    /** Any thread; a closed one while the slot is vacant. */
    Engine engine() {
        return engine;
    }

    /** A checkpoint takes the engine's place; also after that failed: there is no engine to be used then. */
    boolean isVacant() {
        return vacant;
    }

    void vacate() {
        vacant = true;
    }

    void fill(Engine another) {
        engine = another;
        vacant = false;
    }

    long publishedLoadId() {
        return vacant ? 0 : engine.publishedLoadId();
    }

    long appliedDecree() {
        return vacant ? 0 : engine.appliedDecree();
    }

    long durableDecree() {
        return vacant ? 0 : engine.durableDecree();
    }
}
