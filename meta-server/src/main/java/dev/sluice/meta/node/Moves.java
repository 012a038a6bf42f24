package dev.sluice.meta.node;

import dev.sluice.common.Gpid;
import dev.sluice.common.time.EventLoop;
import dev.sluice.meta.balancer.Balancer;
import dev.sluice.meta.balancer.LoadPauses;
import dev.sluice.meta.balancer.Situation;
import dev.sluice.meta.guardian.ClusterView;
import dev.sluice.meta.guardian.Move;
import dev.sluice.meta.state.MetaState;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The moves under way while this server leads: the balancer's, and those that operators proposed. */
final class Moves {
    private static final Logger LOG = LoggerFactory.getLogger(Moves.class);
    /** A partition whose move failed is left alone for so long. */
    private static final long REST_MS = 60_000;

    private final EventLoop loop;
    private final Supplier<BalanceOptions> options;
    private final Balancer balancer = new Balancer();
    private final LoadPauses pauses = new LoadPauses();
    private final Map<Gpid, Move> underWay = new TreeMap<>();
    private final Map<Gpid, Long> restUntilMs = new TreeMap<>();
    /** For other threads. */
    private volatile Map<Gpid, Move> seen = Map.of();

    Moves(EventLoop loop, Supplier<BalanceOptions> options) {
        this.loop = loop;
        this.options = options;
    }

    LoadPauses pauses() {
        return pauses;
    }

    Map<Gpid, Move> underWay() {
        return underWay;
    }

    /** Those under way; from any thread. */
    Map<Gpid, Move> seen() {
        return seen;
    }

    void clear() {
        if (!underWay.isEmpty()) {
            LOG.info("{} moves are dropped", underWay.size());
        }
        underWay.clear();
        seen = Map.of();
        restUntilMs.clear();
    }

    /** Begins one that somebody proposed; false if the partition has another. */
    boolean begin(Gpid gpid, Move move) {
        if (underWay.putIfAbsent(gpid, move) != null) {
            return false;
        }
        seen = Map.copyOf(underWay);
        LOG.info("{}: move begins: {}", gpid, move);
        return true;
    }

    /** Begins those that the balancer wants, and returns them. */
    Map<Gpid, Move> balance(MetaState state, ClusterView view) {
        if (!state.functionLevel().balances()) {
            return Map.of();
        }
        long nowMs = loop.nowMs();
        restUntilMs.values().removeIf(untilMs -> untilMs <= nowMs);
        BalanceOptions now = options.get();
        Map<Gpid, Move> planned = balancer.plan(
                state,
                view,
                new Situation(
                        underWay,
                        gpid -> restUntilMs.containsKey(gpid)
                                || now.ignoredApps().contains(gpid.appId())
                                || pauses.isPaused(state, gpid, nowMs),
                        now.movesMax(),
                        now.onlyPrimaries(),
                        now.inTurn()));
        planned.forEach(this::begin);
        return planned;
    }

    /** A move is under way no more. */
    void ended(Gpid gpid, String why) {
        Move move = underWay.remove(gpid);
        if (move == null) {
            return;
        }
        seen = Map.copyOf(underWay);
        if (why.isEmpty()) {
            LOG.info("{}: moved: {}", gpid, move);
        } else {
            LOG.warn("{}: move is given up, {}: {}", gpid, why, move);
            restUntilMs.put(gpid, loop.nowMs() + REST_MS);
        }
    }
}
