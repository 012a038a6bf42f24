package dev.sluice.meta.leader;

/**
 * A command was not carried out as far as this server knows: it does not lead, or stopped to lead while the command was on
 * its way, in which case it may have been carried out after all.
 */
public final class NotLeaderException extends RuntimeException {
    NotLeaderException(String message) {
        super(message);
    }
}
