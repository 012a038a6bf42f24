package dev.sluice.replica.replica;

import dev.sluice.replica.engine.Engine;
import dev.sluice.replica.engine.EngineException;
import java.util.function.BiConsumer;

/** Where a replica has its engine, which a checkpoint may replace. All but {@link #engine} belongs to the replica's loop. */
final class EngineSlot {
    private final BiConsumer<Engine, EngineException> onDamage;
    private volatile Engine engine;
    private volatile Engine watched;
    private boolean vacant;

    /** @param onDamage hears of the damage that reads find, with the engine it was found in; any thread */
    EngineSlot(Engine engine, BiConsumer<Engine, EngineException> onDamage) {
        this.onDamage = onDamage;
        this.engine = engine;
        this.watched = new WatchedEngine(engine, damage -> onDamage.accept(engine, damage));
    }

    /** Any thread; a closed one while the slot is vacant. */
    Engine engine() {
        return engine;
    }

    /** The same for whoever reads rows: damage that it finds is told. */
    Engine watched() {
        return watched;
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
        watched = new WatchedEngine(another, damage -> onDamage.accept(another, damage));
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
