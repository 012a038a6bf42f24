package dev.sluice.common.config;

/** A configuration that cannot be used. The message names every bad option and what was expected of it. */
public final class ConfigException extends RuntimeException {
    public ConfigException(String message) {
        super(message);
    }

    public ConfigException(String message, Throwable cause) {
        super(message, cause);
    }
}
