package dev.sluice.replica.engine.testing;

import dev.sluice.common.file.FileSystem;
import dev.sluice.replica.engine.Engine;
import dev.sluice.replica.engine.EngineException;
import dev.sluice.replica.engine.EngineFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * Opens in-memory engines, whose durable state is a file in a {@link FileSystem}: crash that, make a new factory, and open
 * again.
 */
public final class InMemoryEngineFactory implements EngineFactory {
    private final FileSystem files;
    private final StagedRows stagedRows;
    private final Set<Path> open = new HashSet<>();
    private CrashPoint crashPoint = step -> {};

    /** Steps of an engine between which a test may let it crash. */
    public enum Step {
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

    /** Told of every step; what it throws comes out of the engine. */
    @FunctionalInterface
    public interface CrashPoint {
        void reached(Step step);
    }

    public InMemoryEngineFactory(FileSystem files, StagedRows stagedRows) {
        this.files = files;
        this.stagedRows = stagedRows;
    }

    /** Tells of the steps of all engines from now on. */
    public synchronized void setCrashPoint(CrashPoint newCrashPoint) {
        crashPoint = newCrashPoint;
    }

    @Override
    public synchronized Engine open(Path directory, boolean allowsBehind) {
        if (!open.add(directory)) {
            throw new EngineException(directory + ": the engine is open already");
        }
        try {
            return new InMemoryEngine(this, directory, files, stagedRows, allowsBehind);
        } catch (IOException e) {
            open.remove(directory);
            throw new EngineException(directory + ": the engine cannot be opened: " + e.getMessage(), e);
        } catch (EngineException e) {
            open.remove(directory);
            throw e;
        }
    }

    @Override
    public void close() {}

    synchronized void closed(Path directory) {
        open.remove(directory);
    }

    void reached(Step step) {
        CrashPoint told;
        synchronized (this) {
            told = crashPoint;
        }
        told.reached(step);
    }
}
