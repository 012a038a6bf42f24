package dev.sluice.bulkload.load;

import dev.sluice.common.ErrorCode;

/**
 * Why a load failed.
 *
 * @param code what clients see
 * @param message file, replica and reason
 */
public record LoadError(ErrorCode code, String message) {
    /** The same, found by that replica. */
    LoadError at(String replica) {
        return new LoadError(code, replica + ": " + message);
    }

    @Override
    public String toString() {
        return code + ": " + message;
    }
}
