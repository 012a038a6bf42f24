package dev.sluice.replica.replica;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.rpc.Responder;
import dev.sluice.common.time.EventLoop;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Brings replies from network threads to the loop that waits for them, and sees to it that those who wait elsewhere get one. */
final class Replies {
    private Replies() {}

    /** Exactly one of the two arguments of {@code heard} is there. */
    static <R> void hear(
            CompletableFuture<R> reply, EventLoop loop, BiConsumer<@Nullable R, @Nullable Throwable> heard) {
        var unused = reply.whenComplete((answer, lost) -> loop.execute(() -> heard.accept(answer, lost)));
    }

    /** The task; if it throws, whoever waits for {@code responder} is answered {@code ERR_UNKNOWN}, and it throws on. */
    static Runnable guarded(Responder<?> responder, Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                responder.fail(ErrorCode.ERR_UNKNOWN);
                throw e;
            }
        };
    }
}
