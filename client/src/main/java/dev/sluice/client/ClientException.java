package dev.sluice.client;

import dev.sluice.common.ErrorCode;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * A request that failed for good. The message names what was asked, of which table, key and server, and why it failed.
 *
 * <p>After {@code ERR_TIMEOUT} and {@code ERR_NETWORK_FAILURE} a write may have been carried out all the same.
 */
public final class ClientException extends RuntimeException {
    private final ErrorCode error;
    private final String hint;

    ClientException(ErrorCode error, String message) {
        this(error, message, "");
    }

    ClientException(ErrorCode error, String message, String hint) {
        super(error + ": " + message + (hint.isEmpty() ? "" : " [hint: " + hint + "]"));
        this.error = error;
        this.hint = hint;
    }

    /** What a future failed with, without the wrapping that futures put around it. Of another failure: {@code ERR_UNKNOWN}. */
    public static ClientException of(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof ClientException known
                ? known
                : new ClientException(ErrorCode.ERR_UNKNOWN, String.valueOf(cause));
    }

    /** Why it failed, in the words of the protocol. */
    public ErrorCode error() {
        return error;
    }

    /** What the server added to the error; empty if it added nothing. */
    public String hint() {
        return hint;
    }

    /** Waits for the result, and throws what the future failed with as it is. */
    public static <T> T await(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof ClientException known) {
                throw known;
            }
            if (cause instanceof RuntimeException other) {
                throw other;
            }
            throw e;
        }
    }
}
