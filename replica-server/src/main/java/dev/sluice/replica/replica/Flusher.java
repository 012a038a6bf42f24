package dev.sluice.replica.replica;

import dev.sluice.common.Gpid;
import dev.sluice.common.time.EventLoop;
import dev.sluice.replica.engine.Engine;
import dev.sluice.replica.engine.EngineException;
import dev.sluice.replica.log.LogException;
import dev.sluice.replica.log.MutationLog;
import dev.sluice.replica.mutation.Change.RowChange;
import dev.sluice.replica.mutation.Change.Rows;
import dev.sluice.replica.mutation.Mutation;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Flushes the engine every so often, and gives back the log that nobody needs any more. */
final class Flusher {
    private static final Logger LOG = LoggerFactory.getLogger(Flusher.class);

    /** A flush that did not bring what was wanted is repeated after this time. */
    private static final long RETRY_MS = 1_000;
    /** So many times the reserve is kept for learners that are taught from the log. */
    private static final long LEARNERS_KEEP_TIMES_MAX = 4;

    private static final long MIN_RESERVE_BYTES = 16 << 20;

    private final ReplicaServices services;
    private final Gpid gpid;
    private final EventLoop loop;
    private final MutationLog log;
    private final LongConsumer onDurable;
    private final Consumer<EngineException> onBroken;
    private final Deque<Mark> marks = new ArrayDeque<>();
    private final LongSupplier neededFrom;
    private long appendedBytes;
    private long keptSinceBytes;
    private long flushedBytes;
    private long flushedAtMs;
    /** To be durable soon; a publish keeps its staged files until it is. */
    private long wanted;

    private long durable;
    private long notBeforeMs;
    private volatile CompletableFuture<Void> running = CompletableFuture.completedFuture(null);
    private volatile boolean stopped;

    /** Up to that decree the log had taken so many bytes. */
    private record Mark(long decree, long bytes) {}

    Flusher(
            ReplicaServices services,
            Gpid gpid,
            EventLoop loop,
            MutationLog log,
            LongConsumer onDurable,
            Consumer<EngineException> onBroken,
            LongSupplier neededFrom) {
        this.neededFrom = neededFrom;
        this.services = services;
        this.gpid = gpid;
        this.loop = loop;
        this.log = log;
        this.onDurable = onDurable;
        this.onBroken = onBroken;
        this.flushedAtMs = loop.nowMs();
    }

    void onAppended(Mutation mutation) {
        appendedBytes += 64;
        if (mutation.change() instanceof Rows rows) {
            for (RowChange row : rows.rows()) {
                byte[] value = row.value();
                appendedBytes += row.key().length + (value == null ? 0L : value.length);
            }
        }
    }

    /** At the next tick, and again until that decree is durable. */
    void flushSoon(long decree) {
        wanted = Math.max(wanted, decree);
        notBeforeMs = loop.nowMs();
    }

    /** Another engine took the place of the one before, and may stand behind it. */
    void onInstalled(long durableDecree) {
        durable = durableDecree;
        wanted = durableDecree;
    }

    boolean isBusy() {
        return !running.isDone();
    }

    void onTick(Engine engine) {
        long unflushed = appendedBytes - flushedBytes;
        boolean due = (durable < wanted && loop.nowMs() >= notBeforeMs)
                || unflushed >= services.settings().flushBytes()
                || (unflushed > 0
                        && loop.nowMs() - flushedAtMs >= services.settings().flushIntervalMs());
        if (!due || isBusy()) {
            return;
        }
        notBeforeMs = loop.nowMs() + RETRY_MS;
        CompletableFuture<Void> mine = new CompletableFuture<>();
        running = mine;
        flushedAtMs = loop.nowMs();
        flushedBytes = appendedBytes;
        services.maintenance().execute(() -> {
            long reached = -1;
            try {
                reached = stopped ? -1 : engine.flush();
            } catch (RuntimeException e) {
                LOG.warn("{}: flush failed; it is tried again", gpid, e);
                if (e instanceof EngineException broken && broken.kind() != EngineException.Kind.OTHER) {
                    loop.execute(() -> onBroken.accept(broken));
                }
            }
            long flushed = reached;
            // First: whoever waits for the end of this must not be overtaken by its result.
            loop.execute(() -> onFlushed(flushed));
            mine.complete(null);
        });
    }

    private void onFlushed(long flushed) {
        if (flushed < 0 || stopped) {
            return;
        }
        durable = flushed;
        marks.addLast(new Mark(flushed, flushedBytes));
        long dropBefore = 0;
        while (!marks.isEmpty()
                && appendedBytes - marks.peekFirst().bytes()
                        > services.settings().logReserveBytes()) {
            dropBefore = marks.removeFirst().decree() + 1;
        }
        if (dropBefore > 0) {
            try {
                truncate(Math.min(dropBefore, durable + 1));
            } catch (LogException e) {
                LOG.warn("{}: the log gives nothing back", gpid, e);
            }
        }
        onDurable.accept(durable);
    }

    /** What learners are being taught from stays, until it is too much. */
    private void truncate(long dropBefore) {
        long needed = neededFrom.getAsLong();
        boolean tooMuch = appendedBytes - keptSinceBytes
                > LEARNERS_KEEP_TIMES_MAX
                        * Math.max(MIN_RESERVE_BYTES, services.settings().logReserveBytes());
        if (needed >= dropBefore || tooMuch) {
            keptSinceBytes = appendedBytes;
            log.truncateBefore(dropBefore);
        } else {
            log.truncateBefore(needed);
        }
    }

    /** No flush begins from here on; done when none runs any more. */
    CompletableFuture<Void> stop() {
        stopped = true;
        return running;
    }
}
