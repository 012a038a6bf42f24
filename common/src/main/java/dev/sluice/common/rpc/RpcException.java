package dev.sluice.common.rpc;

import dev.sluice.common.ErrorCode;

/**
 * A request that brought no reply body: the header error of the reply, {@code ERR_TIMEOUT} if none came in time (the
 * request may have been carried out), {@code ERR_NETWORK_FAILURE} if the connection could not be made or was lost (if it
 * was lost, the request may have been carried out).
 */
public final class RpcException extends RuntimeException {
    private final ErrorCode error;

    public RpcException(ErrorCode error, String message) {
        super(error + ": " + message);
        this.error = error;
    }

    public RpcException(ErrorCode error, String message, Throwable cause) {
        super(error + ": " + message, cause);
        this.error = error;
    }

    public ErrorCode error() {
        return error;
    }
}
