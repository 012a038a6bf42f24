package dev.sluice.common.rpc;

import dev.sluice.common.ErrorCode;

/**
 * A request that brought no reply body: the header error of the reply, {@code ERR_TIMEOUT} if none came in time (the
 * request may have been carried out), {@code ERR_NETWORK_FAILURE} if the connection could not be made or was lost (if it
 * was lost, the request may have been carried out).
 */
public final class RpcException extends RuntimeException {
    private final ErrorCode error;
    private final boolean unsent;

    public RpcException(ErrorCode error, String message) {
        super(error + ": " + message);
        this.error = error;
        this.unsent = false;
    }

    public RpcException(ErrorCode error, String message, Throwable cause) {
        super(error + ": " + message, cause);
        this.error = error;
        this.unsent = false;
    }

    private RpcException(RpcException cause) {
        super(cause.getMessage(), cause);
        this.error = cause.error;
        this.unsent = true;
    }

    /** The same failure, of a request of which no byte was sent. */
    public RpcException ofUnsent() {
        return new RpcException(this);
    }

    public ErrorCode error() {
        return error;
    }

    /** True if no byte of the request was sent: then it was certainly not carried out. */
    public boolean isUnsent() {
        return unsent;
    }
}
