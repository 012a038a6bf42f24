package dev.sluice.replica.log;

/** The log cannot be read or written: a failing or full disk, or damage before its end. */
public final class LogException extends RuntimeException {
    public LogException(String message) {
        super(message);
    }

    public LogException(String message, Throwable cause) {
        super(message, cause);
    }
}
