package dev.sluice.replica.replica;

import dev.sluice.common.time.EventLoop;
import dev.sluice.replica.engine.Engine;
import dev.sluice.replica.mutation.Change.Publish;
import dev.sluice.replica.mutation.Change.Rows;
import dev.sluice.replica.mutation.Mutation;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Applies committed mutations to the engine, one after the other. Rows are applied at once; a publish runs on the maintenance
 * pool, and what is behind it waits.
 */
final class Applier {
    private final EventLoop loop;
    private final Executor maintenance;
    private final Listener listener;
    private final Deque<Item> queue = new ArrayDeque<>();
    private Engine engine;
    private boolean publishing;
    private boolean stopped;

    Applier(EventLoop loop, Executor maintenance, Engine engine, Listener listener) {
        this.loop = loop;
        this.maintenance = maintenance;
        this.engine = engine;
        this.listener = listener;
    }

    /** What the replica does around an apply. */
    interface Listener {
        /** Whether a publish that is next can be applied. */
        Readiness readiness(Publish publish);

        List<Path> stagedFiles(Publish publish);

        void onPublished(Publish publish, long decree);

        /** A mutation could not be applied; nothing behind it will be. */
        void onApplyFailed(String message, RuntimeException cause);
    }

    /** How a publish stands that is next. */
    enum Readiness {
        READY,
        /** Applied before: only the decree moves. */
        APPLIED,
        /** Nobody else has the data: it waits until its files are staged. */
        WAIT,
        /** Its files are not here. */
        IMPOSSIBLE
    }

    /** Applies a mutation behind those before, then runs {@code then} on the loop. */
    void apply(Mutation mutation, Runnable then) {
        queue.addLast(new Item(mutation, then));
        goOn();
    }

    /** Runs behind everything applied so far. */
    void afterwards(Runnable task) {
        queue.addLast(new Item(null, task));
        goOn();
    }

    /** Applies what can be applied; tries again what waits. */
    void goOn() {
        while (!publishing && !stopped && !queue.isEmpty()) {
            Item next = queue.peekFirst();
            if (next.mutation() != null && !applyNow(next.mutation(), next.then())) {
                return;
            }
            queue.removeFirst();
            next.then().run();
        }
    }

    boolean isIdle() {
        return queue.isEmpty() && !publishing;
    }

    boolean isPublishing() {
        return publishing;
    }

    /** Drops what is left. */
    void stop() {
        stopped = true;
        queue.clear();
    }

    /** Begins anew on another engine. */
    void restartWith(Engine another) {
        engine = another;
        queue.clear();
        stopped = false;
    }

    /** False if it is not applied (yet). */
    private boolean applyNow(Mutation mutation, Runnable then) {
        if (mutation.change() instanceof Publish publish) {
            publishNow(mutation.decree(), publish, then);
            return false;
        }
        try {
            engine.apply(mutation.decree(), mutation.change() instanceof Rows rows ? rows.rows() : List.of());
            return true;
        } catch (RuntimeException e) {
            fail(mutation.decree(), e);
            return false;
        }
    }

    private void publishNow(long decree, Publish publish, Runnable then) {
        Readiness readiness = listener.readiness(publish);
        if (readiness == Readiness.WAIT) {
            return;
        }
        if (readiness == Readiness.IMPOSSIBLE) {
            fail(decree, new IllegalStateException("the files of load " + publish.loadId() + " are not staged here"));
            return;
        }
        List<Path> staged = readiness == Readiness.APPLIED ? List.of() : listener.stagedFiles(publish);
        Engine target = engine;
        publishing = true;
        maintenance.execute(() -> {
            RuntimeException failure = null;
            try {
                target.publish(decree, publish, staged);
            } catch (RuntimeException e) {
                failure = e;
            }
            RuntimeException result = failure;
            loop.execute(() -> published(decree, publish, result, then));
        });
    }

    private void published(long decree, Publish publish, @Nullable RuntimeException failure, Runnable then) {
        publishing = false;
        if (failure != null) {
            fail(decree, failure);
            return;
        }
        queue.pollFirst();
        then.run();
        listener.onPublished(publish, decree);
        goOn();
    }

    private void fail(long decree, RuntimeException failure) {
        stop();
        listener.onApplyFailed("mutation " + decree + " cannot be applied: " + failure.getMessage(), failure);
    }

    /** A mutation to apply, and what comes behind it; or only the latter. */
    private record Item(@Nullable Mutation mutation, Runnable then) {}
}
