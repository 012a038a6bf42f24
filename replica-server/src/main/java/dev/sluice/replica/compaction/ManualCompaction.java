package dev.sluice.replica.compaction;

import dev.sluice.common.Gpid;
import dev.sluice.common.time.EventLoop;
import dev.sluice.replica.engine.Engine;
import dev.sluice.replica.engine.Engine.CompactionMark;
import dev.sluice.replica.engine.EngineException;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compacts a replica when the envs of its app ask for it. Every member does so for itself, since files are no part of what is
 * replicated; what has finished is noted in the engine, so that a restart does not begin again. Belongs to the replica's event
 * loop, but for {@link #view}.
 */
public final class ManualCompaction {
    private static final Logger LOG = LoggerFactory.getLogger(ManualCompaction.class);
    private static final long INTERVAL_MS = 1_000;
    private static final long RETRY_MS = 60_000;

    private final Gpid gpid;
    private final EventLoop loop;
    private final CompactionTurns turns;
    private final Settings settings;
    private final Runnable onFinished;
    /** One was due at a time of the day, and has not had its turn. */
    private boolean periodicWaits;

    private boolean running;
    private long nextAtMs;
    private long notBeforeMs;
    private volatile CompactionView view = CompactionView.NONE;

    /**
     * Options.
     *
     * @param minIntervalSeconds from the end of a compaction of a replica to the begin of its next
     * @param zone of times of the day
     */
    public record Settings(int minIntervalSeconds, ZoneId zone) {}

    /** @param onFinished on the loop, when {@link #view} tells of another compaction that has finished */
    public ManualCompaction(Gpid gpid, EventLoop loop, CompactionTurns turns, Settings settings, Runnable onFinished) {
        this.gpid = gpid;
        this.loop = loop;
        this.turns = turns;
        this.settings = settings;
        this.onFinished = onFinished;
    }

    /** As of the last tick; any thread. */
    public CompactionView view() {
        return view;
    }

    /**
     * Begins what is due.
     *
     * @param engine of a member
     * @param envs of the app
     * @param mayBegin false while there is something that goes first, or no space
     */
    public void onTick(Engine engine, Map<String, String> envs, boolean mayBegin) {
        if (running || loop.nowMs() < nextAtMs) {
            return;
        }
        nextAtMs = loop.nowMs() + INTERVAL_MS;
        CompactionMark last = engine.lastCompaction();
        boolean isNews = !last.equals(view.last());
        CompactionEnvs wanted = CompactionEnvs.of(envs);
        CompactionOrder order = order(wanted, last);
        if (order == null) {
            view = new CompactionView(last, view.lastTookMs(), 0, 0);
        } else {
            long queuedAtMs = view.queuedAtMs() == 0 ? loop.wallMs() : view.queuedAtMs();
            view = new CompactionView(last, view.lastTookMs(), queuedAtMs, 0);
            if (mayBegin && isTime(last) && begin(engine, order, wanted.onceTrigger())) {
                running = true;
                view = new CompactionView(last, view.lastTookMs(), queuedAtMs, loop.wallMs());
            }
        }
        if (isNews) {
            onFinished.run();
        }
    }

    private @Nullable CompactionOrder order(CompactionEnvs envs, CompactionMark last) {
        CompactionOrder order = envs.due(last, loop.wallMs() / 1000, settings.zone())
                .or(() -> periodicWaits ? envs.stillDue() : Optional.empty())
                .orElse(null);
        periodicWaits = order != null && order.isPeriodic();
        return order;
    }

    private boolean isTime(CompactionMark last) {
        return loop.nowMs() >= notBeforeMs
                && loop.wallMs() / 1000 - last.finishedAtSeconds() >= settings.minIntervalSeconds();
    }

    private boolean begin(Engine engine, CompactionOrder order, long trigger) {
        return turns.begin(order.concurrentMax(), () -> {
            LOG.info("{}: compaction begins: {}", gpid, order);
            boolean done = false;
            try {
                engine.compact(order.targetLevel(), order.rewritesLast());
                engine.noteCompaction(new CompactionMark(trigger, Math.max(1, loop.wallMs() / 1000)));
                done = true;
            } catch (EngineException e) {
                LOG.warn("{}: not compacted; it is tried again if it is still wanted", gpid, e);
            } finally {
                boolean isDone = done;
                loop.execute(() -> onEnded(isDone));
            }
        });
    }

    private void onEnded(boolean isDone) {
        running = false;
        long tookMs = Math.max(1, loop.wallMs() - view.startedAtMs());
        if (isDone) {
            periodicWaits = false;
            LOG.info("{}: compaction has finished after {} ms", gpid, tookMs);
        } else {
            notBeforeMs = loop.nowMs() + RETRY_MS;
        }
        view = new CompactionView(view.last(), isDone ? tookMs : view.lastTookMs(), view.queuedAtMs(), 0);
        nextAtMs = loop.nowMs();
    }
}
