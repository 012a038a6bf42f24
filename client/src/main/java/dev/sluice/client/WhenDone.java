package dev.sluice.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Goes on when a future is done, where nobody waits for what comes after. */
final class WhenDone {
    private static final Logger LOG = LoggerFactory.getLogger(WhenDone.class);

    private WhenDone() {}

    /** Hears the result, or the failure without the wrapping that futures put around it: exactly one is there. */
    interface Continuation<T> {
        void accept(@Nullable T result, @Nullable Throwable failure);
    }

    // What the continuation throws is logged here, so the dependent future has nothing to tell.
    @SuppressWarnings("FutureReturnValueIgnored")
    static <T> void run(CompletableFuture<T> future, Continuation<T> continuation) {
        future.whenComplete((result, failure) -> {
            try {
                continuation.accept(result, failure instanceof CompletionException ? failure.getCause() : failure);
            } catch (RuntimeException | Error e) {
                LOG.error("What follows a request failed", e);
            }
        });
    }
}
