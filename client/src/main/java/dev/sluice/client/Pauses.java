package dev.sluice.client;

import dev.sluice.common.time.EventLoop;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What waits between two attempts: goes on when its time has come, or ends with the client. */
final class Pauses {
    private final EventLoop loop;
    private final Set<Paused> paused = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    Pauses(EventLoop loop) {
        this.loop = loop;
    }

    /** One that waits; exactly one of the two is called for each pause. */
    interface Paused {
        void goOn();

        void onClosed();
    }

    /** One is in one pause at a time. */
    void pause(long delayMs, Paused one) {
        paused.add(one);
        if (closed) {
            end(one);
            return;
        }
        loop.schedule(delayMs, () -> {
            if (paused.remove(one)) {
                one.goOn();
            }
        });
    }

    void close() {
        closed = true;
        paused.forEach(this::end);
    }

    private void end(Paused one) {
        if (paused.remove(one)) {
            one.onClosed();
        }
    }
}
