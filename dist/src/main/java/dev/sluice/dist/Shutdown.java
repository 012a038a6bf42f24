package dev.sluice.dist;

import java.util.concurrent.CountDownLatch;

/** Ends a server when the process is asked to end (SIGTERM, Ctrl-C). */
final class Shutdown {
    private Shutdown() {}

    /** On a signal runs the action, then releases the latch that the main thread waits for. */
    static void onSignal(Runnable close, CountDownLatch ended) {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            close.run();
                            ended.countDown();
                        },
                        "shutdown"));
    }
}
