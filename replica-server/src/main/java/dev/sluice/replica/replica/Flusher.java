package dev.sluice.replica.replica;

import dev.sluice.common.Gpid;
import dev.sluice.common.time.EventLoop;
import dev.sluice.replica.engine.Engine;
import dev.sluice.replica.log.MutationLog;
import dev.sluice.replica.mutation.Change.RowChange;
import dev.sluice.replica.mutation.Change.Rows;
import dev.sluice.replica.mutation.Mutation;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Flushes the engine every so often, and gives back the log that nobody needs any more. */
final class Flusher {
    private static final Logger LOG = LoggerFactory.getLogger(Flusher.class);

    private final ReplicaServices services;
    private final Gpid gpid;
    private final EventLoop loop;
    private final MutationLog log;
    private final LongConsumer onDurable;
    private final Deque<Mark> marks = new ArrayDeque<>();
    private long appendedBytes;
    private long flushedBytes;
    private long flushedAtMs;
    private boolean soon;
    private volatile boolean busy;
    private volatile boolean stopped;

    /** Up to that decree the log had taken so many bytes. */
    private record Mark(long decree, long bytes) {}

    Flusher(ReplicaServices services, Gpid gpid, EventLoop loop, MutationLog log, LongConsumer onDurable) {
        this.services = services;
        this.gpid = gpid;
        this.loop = loop;
        this.log = log;
        this.onDurable = onDurable;
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

    /** At the next tick. */
    void flushSoon() {
        soon = true;
    }

    boolean isBusy() {
        return busy;
    }

    void onTick(Engine engine) {
        long unflushed = appendedBytes - flushedBytes;
        boolean due = soon
                || unflushed >= services.settings().flushBytes()
                || (unflushed > 0
                        && loop.nowMs() - flushedAtMs >= services.settings().flushIntervalMs());
        if (!due || busy) {
            return;
        }
        busy = true;
        soon = false;
        flushedAtMs = loop.nowMs();
        flushedBytes = appendedBytes;
        services.maintenance().execute(() -> {
            long durable = -1;
            try {
                durable = stopped ? -1 : engine.flush();
            } catch (RuntimeException e) {
                LOG.warn("{}: flush failed; it is tried again", gpid, e);
            }
            long reached = durable;
            busy = false;
            loop.execute(() -> onFlushed(reached));
        });
    }

    private void onFlushed(long durable) {
        if (durable < 0 || stopped) {
            return;
        }
        marks.addLast(new Mark(durable, flushedBytes));
        long dropBefore = 0;
        while (!marks.isEmpty()
                && appendedBytes - marks.peekFirst().bytes()
                        > services.settings().logReserveBytes()) {
            dropBefore = marks.removeFirst().decree() + 1;
        }
        if (dropBefore > 0) {
            log.truncateBefore(Math.min(dropBefore, durable + 1));
        }
        onDurable.accept(durable);
    }

    /** No flush begins from here on; waits for one that runs. Blocks. */
    void stop() {
        stopped = true;
        while (busy) {
            Thread.onSpinWait();
        }
    }
}
