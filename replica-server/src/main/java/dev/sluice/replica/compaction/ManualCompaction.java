package dev.sluice.replica.compaction;

import dev.sluice.common.Gpid;
import dev.sluice.common.time.EventLoop;
import dev.sluice.replica.engine.Engine;
import dev.sluice.replica.engine.Engine.CompactionMark;
import dev.sluice.replica.engine.EngineException;
import java.io.IOException;
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
    private static final String LATER = ", and tried again if it is wanted still";

    private final Gpid gpid;
    private final EventLoop loop;
    private final CompactionTurns turns;
    private final CompactionSpace space;
    private final Settings settings;
    private final Runnable onFinished;
    private Map<String, String> envs = Map.of();
    private CompactionEnvs wanted = CompactionEnvs.of(envs);
    /** One was due at a time of the day, and has not had its turn. */
    private boolean periodicWaits;

    private boolean running;
    private long nextAtMs;
    private long notBeforeMs;
    /** The last that this process has done here, and what it took. */
    private CompactionMark done = CompactionMark.NONE;

    private long doneTookMs;
    private volatile CompactionView view = CompactionView.NONE;

    /**
     * Options.
     *
     * @param minIntervalSeconds from the end of a compaction of a replica to the begin of its next
     * @param zone of times of the day
     */
    public record Settings(int minIntervalSeconds, ZoneId zone) {}

    /** @param onFinished on the loop, when {@link #view} tells of another compaction that has finished */
    public ManualCompaction(
            Gpid gpid,
            EventLoop loop,
            CompactionTurns turns,
            CompactionSpace space,
            Settings settings,
            Runnable onFinished) {
        this.gpid = gpid;
        this.loop = loop;
        this.turns = turns;
        this.space = space;
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
     * @param envsNow of the app
     * @param mayBegin false for one that is no member, or whose disk is nearly full: what is due waits
     */
    public void onTick(Engine engine, Map<String, String> envsNow, boolean mayBegin) {
        if (running || loop.nowMs() < nextAtMs) {
            return;
        }
        nextAtMs = loop.nowMs() + INTERVAL_MS;
        if (!envsNow.equals(envs)) {
            envs = Map.copyOf(envsNow);
            wanted = CompactionEnvs.of(envs);
        }
        CompactionMark last = engine.lastCompaction();
        boolean isNews = !last.equals(view.last());
        CompactionOrder order = order(last);
        if (order == null) {
            show(last, 0, 0);
        } else {
            long queuedAtMs = view.queuedAtMs() == 0 ? loop.wallMs() : view.queuedAtMs();
            running = mayBegin && hasRested(last) && begin(engine, order, wanted.onceTrigger());
            show(last, queuedAtMs, running ? loop.wallMs() : 0);
        }
        if (isNews) {
            onFinished.run();
        }
    }

    private void show(CompactionMark last, long queuedAtMs, long startedAtMs) {
        view = new CompactionView(last, last.equals(done) ? doneTookMs : 0, queuedAtMs, startedAtMs);
    }

    /** One that was due at a time of the day stays so until it has had its turn. */
    private @Nullable CompactionOrder order(CompactionMark last) {
        CompactionOrder order = wanted.due(last, loop.wallMs() / 1000, settings.zone())
                .or(() -> periodicWaits ? wanted.stillDue() : Optional.empty())
                .orElse(null);
        periodicWaits = order != null && order.isPeriodic();
        return order;
    }

    /** A mark from the future was made by another clock, and holds nothing back. */
    private boolean hasRested(CompactionMark last) {
        long restedSeconds = loop.wallMs() / 1000 - last.finishedAtSeconds();
        return loop.nowMs() >= notBeforeMs && (restedSeconds < 0 || restedSeconds >= settings.minIntervalSeconds());
    }

    private boolean begin(Engine engine, CompactionOrder order, long trigger) {
        return turns.begin(order.concurrentMax(), () -> {
            CompactionMark mark = null;
            try {
                mark = compact(engine, order, trigger);
            } finally {
                CompactionMark noted = mark;
                loop.execute(() -> onEnded(noted));
            }
        });
    }

    /** On a thread of the compactions; null if it was not done. */
    private @Nullable CompactionMark compact(Engine engine, CompactionOrder order, long trigger) {
        try {
            space.require(engine.compactionBytes(order.rewritesLast()));
            LOG.info("{}: compaction begins: {}", gpid, order);
            engine.compact(order.targetLevel(), order.rewritesLast());
            CompactionMark mark = new CompactionMark(trigger, Math.max(1, loop.wallMs() / 1000));
            engine.noteCompaction(mark);
            return mark;
        } catch (EngineException e) {
            if (e.kind() == EngineException.Kind.OTHER) { // cut short, most likely
                LOG.warn("{}: not compacted{}: {}", gpid, LATER, e.getMessage());
            } else {
                LOG.warn("{}: not compacted{}", gpid, LATER, e);
            }
            return null;
        } catch (IOException e) {
            LOG.warn("{}: not compacted{}: {}", gpid, LATER, e.getMessage());
            return null;
        }
    }

    private void onEnded(@Nullable CompactionMark noted) {
        running = false;
        if (noted == null) {
            notBeforeMs = loop.nowMs() + RETRY_MS;
        } else {
            periodicWaits = false;
            done = noted;
            doneTookMs = Math.max(1, loop.wallMs() - view.startedAtMs());
            LOG.info("{}: compaction has finished after {} ms", gpid, doneTookMs);
        }
        show(view.last(), view.queuedAtMs(), 0);
        nextAtMs = loop.nowMs();
    }
}
