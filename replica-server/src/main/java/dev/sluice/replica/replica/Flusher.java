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

    /** A flush that did not bring what was wanted is repeated after this time. */
    private static final long RETRY_MS = 1_000;

    private final ReplicaServices services;
    private final Gpid gpid;
    private final EventLoop loop;
    private final MutationLog log;
    private final LongConsumer onDurable;
    private final Deque<Mark> marks = new ArrayDeque<>();
    private long appendedBytes;
    private long flushedBytes;
    private long flushedAtMs;
    /** To be durable soon; a publish keeps its staged files until it is. */
    private long wanted;

    private long durable;
    private long notBeforeMs;
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

    /** At the next tick, and again until that decree is durable. */
    void flushSoon(long decree) {
        wanted = Math.max(wanted, decree);
        notBeforeMs = loop.nowMs();
    }

    boolean isBusy() {
        return busy;
    }

    void onTick(Engine engine) {
        long unflushed = appendedBytes - flushedBytes;
        boolean due = (durable < wanted && loop.nowMs() >= notBeforeMs)
                || unflushed >= services.settings().flushBytes()
                || (unflushed > 0
                        && loop.nowMs() - flushedAtMs >= services.settings().flushIntervalMs());
        if (!due || busy) {
            return;
        }
        busy = true;
        notBeforeMs = loop.nowMs() + RETRY_MS;
        flushedAtMs = loop.nowMs();
        flushedBytes = appendedBytes;
        services.maintenance().execute(() -> {
            long reached = -1;
            try {
                reached = stopped ? -1 : engine.flush();
            } catch (RuntimeException e) {
                LOG.warn("{}: flush failed; it is tried again", gpid, e);
            }
            long flushed = reached;
            busy = false;
            loop.execute(() -> onFlushed(flushed));
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
