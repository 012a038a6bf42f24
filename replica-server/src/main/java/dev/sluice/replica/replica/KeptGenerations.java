package dev.sluice.replica.replica;

import dev.sluice.common.Gpid;
import dev.sluice.common.time.EventLoop;
import dev.sluice.replica.engine.Engine;
import dev.sluice.replica.engine.Engine.GenerationInfo;
import dev.sluice.replica.engine.EngineException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drops generations of a replica that are not current: those beyond the number that is kept, oldest first, and those that have
 * been kept long enough. The time counts from when this process first saw that they are not current, so that a restart keeps them
 * longer, never shorter. Belongs to the replica's event loop; the engine works on the maintenance pool.
 */
final class KeptGenerations {
    private static final Logger LOG = LoggerFactory.getLogger(KeptGenerations.class);
    private static final long INTERVAL_MS = 1_000;

    /** Envs of an app that go before the server's options. */
    static final String COUNT_ENV = "replica.bulk_load_generations_kept";

    static final String SECONDS_ENV = "replica.bulk_load_generation_kept_seconds";

    private final Gpid gpid;
    private final EventLoop loop;
    private final Executor maintenance;
    private final ReplicaSettings.Retention settings;
    private final Map<Long, Long> notCurrentSinceMs = new HashMap<>();
    private long nextAtMs;
    private boolean dropping;

    KeptGenerations(Gpid gpid, EventLoop loop, Executor maintenance, ReplicaSettings.Retention settings) {
        this.gpid = gpid;
        this.loop = loop;
        this.maintenance = maintenance;
        this.settings = settings;
    }

    /** @param envs of the app */
    void onTick(Engine engine, Map<String, String> envs) {
        if (dropping || loop.nowMs() < nextAtMs) {
            return;
        }
        nextAtMs = loop.nowMs() + INTERVAL_MS;
        List<Long> tooMany = tooMany(engine.generations(), envs);
        if (tooMany.isEmpty()) {
            return;
        }
        dropping = true;
        maintenance.execute(() -> {
            for (long id : tooMany) {
                try {
                    if (engine.dropGeneration(id)) {
                        LOG.info("{}: generation {} is dropped: it was kept long enough", gpid, id);
                    }
                } catch (EngineException e) {
                    LOG.warn("{}: generation {} cannot be dropped; it is tried again", gpid, id, e);
                }
            }
            loop.execute(() -> dropping = false);
        });
    }

    private List<Long> tooMany(List<GenerationInfo> generations, Map<String, String> envs) {
        List<Long> others = generations.stream()
                .filter(each -> !each.isCurrent())
                .map(GenerationInfo::id)
                .toList();
        notCurrentSinceMs.keySet().retainAll(others);
        long keptMs = number(envs, SECONDS_ENV, settings.keptMs() / 1000) * 1000;
        int beyond = others.size() - (int) Math.min(Integer.MAX_VALUE, number(envs, COUNT_ENV, settings.count()));
        List<Long> tooMany = new ArrayList<>();
        // By id, which grows from load to load.
        for (long id : others) {
            long sinceMs = notCurrentSinceMs.computeIfAbsent(id, any -> loop.nowMs());
            if (tooMany.size() < beyond || loop.nowMs() - sinceMs >= keptMs) {
                tooMany.add(id);
            }
        }
        return tooMany;
    }

    /** An env that is no number is as good as none: it was checked when it was set. */
    private static long number(Map<String, String> envs, String name, long otherwise) {
        String text = envs.get(name);
        return text != null && text.matches("\\d{1,9}") ? Long.parseLong(text) : otherwise;
    }
}
