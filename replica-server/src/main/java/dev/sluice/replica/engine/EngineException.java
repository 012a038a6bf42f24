package dev.sluice.replica.engine;

/** The engine cannot go on: damaged data, a full or failing disk, files that cannot be ingested. */
public final class EngineException extends RuntimeException {
    public EngineException(String message) {
        super(message);
    }

    public EngineException(String message, Throwable cause) {
        super(message, cause);
    }
}
