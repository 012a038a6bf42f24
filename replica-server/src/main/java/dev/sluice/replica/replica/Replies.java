package dev.sluice.replica.replica;

import dev.sluice.common.time.EventLoop;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Brings replies from network threads to the loop that waits for them. */
final class Replies {
    private Replies() {}

    /** Exactly one of the two arguments of {@code heard} is there. */
    static <R> void hear(
            CompletableFuture<R> reply, EventLoop loop, BiConsumer<@Nullable R, @Nullable Throwable> heard) {
        var unused = reply.whenComplete((answer, lost) -> loop.execute(() -> heard.accept(answer, lost)));
    }
}
