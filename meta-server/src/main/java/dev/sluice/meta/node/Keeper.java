package dev.sluice.meta.node;

import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.Wire;
import dev.sluice.common.time.EventLoop;
import dev.sluice.meta.guardian.Arrivals;
import dev.sluice.meta.guardian.ClusterView;
import dev.sluice.meta.guardian.Guardian;
import dev.sluice.meta.guardian.Move;
import dev.sluice.meta.guardian.Plan;
import dev.sluice.meta.guardian.Wishes;
import dev.sluice.meta.leader.Decision;
import dev.sluice.meta.leader.MetaLeader;
import dev.sluice.meta.leader.StateListener;
import dev.sluice.meta.state.App;
import dev.sluice.meta.state.AppRecord.AppExpired;
import dev.sluice.meta.state.ClusterRecord.FunctionLevelSet;
import dev.sluice.meta.state.Configuration;
import dev.sluice.meta.state.LoadRecord;
import dev.sluice.meta.state.MetaRecord;
import dev.sluice.meta.state.MetaState;
import dev.sluice.meta.state.NodeRecord.NodeRegistered;
import dev.sluice.meta.state.Partition;
import dev.sluice.meta.state.PartitionRecord.PartitionsConfigured;
import dev.sluice.wire.internal.ReplicaReport;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the guardian whenever something happened, and has its configurations recorded.
 *
 * <p>The guardian decides inside a command, so on the very state that its records follow. Only partitions that something
 * happened to are looked at, and all of them at a slow beat. One command is under way at a time.
 */
public final class Keeper implements StateListener, ReportListener {
    private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);
    /** All partitions are looked at so often. */
    private static final long SWEEP_INTERVAL_MS = 1000;
    /** A plan that could not be recorded is made anew after this. */
    private static final long RETRY_MS = 100;

    private final EventLoop loop;
    private final MetaLeader leader;
    private final NodeRegistry registry;
    private final Supplier<Guardian> guardians;
    private final Freeze freeze;
    private final Moves moves;
    private final Set<Gpid> due = new LinkedHashSet<>();
    private final Map<Gpid, String> waiting = new TreeMap<>();
    private boolean leading;
    private boolean planned;
    private boolean underWay;
    private boolean isFreezed;
    private EventLoop.@Nullable Timer sweep;

    /** @param guardians one for each plan, as the options are then */
    public Keeper(
            EventLoop loop,
            MetaLeader leader,
            NodeRegistry registry,
            Supplier<Guardian> guardians,
            Freeze freeze,
            Supplier<BalanceOptions> balancing) {
        this.moves = new Moves(loop, balancing);
        this.loop = loop;
        this.leader = leader;
        this.registry = registry;
        this.guardians = guardians;
        this.freeze = freeze;
    }

    /** Why partitions are not as they should be; on the event loop. */
    public Map<Gpid, String> waiting() {
        return waiting;
    }

    /** What moves, and how; from any thread. */
    public Map<Gpid, Move> moves() {
        return moves.seen();
    }

    /** Begins a move that an operator proposes; on the event loop. Returns false if the partition has one already. */
    public boolean begin(Gpid gpid, Move move) {
        boolean began = leading && moves.begin(gpid, move);
        if (began) {
            look(gpid);
        }
        return began;
    }

    /** Looks at a partition soon; on the event loop. */
    public void look(Gpid gpid) {
        due.add(gpid);
        planSoon();
    }

    @Override
    public void onLeading(long term, MetaState state) {
        leading = true;
        underWay = false;
        isFreezed = false;
        waiting.clear();
        moves.clear();
        moves.pauses().onLeading(state, loop.nowMs());
        sweep();
    }

    @Override
    public void onLeadershipLost() {
        leading = false;
        due.clear();
        waiting.clear();
        moves.clear();
        if (sweep != null) {
            sweep.cancel();
        }
    }

    @Override
    public void onCommitted(MetaState before, MetaState after, List<MetaRecord> records) {
        if (!leading) {
            return;
        }
        Set<Gpid> touched = TouchedPartitions.of(before, after, records);
        touched.stream().filter(gpid -> after.findPartition(gpid).isEmpty()).forEach(waiting::remove);
        due.addAll(touched);
        for (MetaRecord record : records) {
            if (record instanceof FunctionLevelSet set) {
                if (!set.level().balances()) {
                    moves.clear();
                }
                lookAtAll();
            } else if (record instanceof NodeRegistered) {
                lookAtAll();
            } else if (record instanceof LoadRecord load) {
                moves.pauses().onChange(after, load.appId(), loop.nowMs());
            } else if (record instanceof PartitionsConfigured configured) {
                configured.configurations().forEach(next -> log(before, next));
            }
        }
        if (!due.isEmpty()) {
            planSoon();
        }
    }

    @Override
    public void onReport(HostPort node, long incarnation, ReplicaReport report) {
        moves.pauses().onReport(report, loop.nowMs());
        if (report.isSetLearners() && !report.getLearners().isEmpty()) {
            // Whether a learner may become a member also depends on the load.
            look(Wire.gpid(report.getGpid()));
        }
    }

    @Override
    public void onReplicaChanged(HostPort node, Gpid gpid) {
        look(gpid);
    }

    @Override
    public void onStandingChanged(HostPort node) {
        if (leading) {
            lookAtAll();
        }
    }

    private void lookAtAll() {
        leader.state().partitions().forEach(partition -> due.add(partition.gpid()));
        planSoon();
    }

    private void sweep() {
        if (leading) {
            noteFreeze();
            lookAtAll();
            expireApps();
            balance();
            sweep = loop.schedule(SWEEP_INTERVAL_MS, this::sweep);
        }
    }

    private void noteFreeze() {
        if (freeze.isOn() != isFreezed) {
            isFreezed = !isFreezed;
            if (isFreezed) {
                LOG.warn("Too few replica servers are alive: everything is left as it is. {}", registry.standings());
            } else {
                LOG.info("Enough replica servers are alive again");
            }
        }
    }

    /** Begins what the balancer wants. */
    private void balance() {
        if (freeze.isOn()) {
            return;
        }
        MetaState state = leader.state();
        moves.balance(state, registry.view(state)).keySet().forEach(this::look);
    }

    private void planSoon() {
        if (leading && !planned && !underWay) {
            planned = true;
            loop.execute(() -> {
                planned = false;
                plan();
            });
        }
    }

    private void plan() {
        if (!leading || underWay) {
            return;
        }
        underWay = true;
        List<Gpid> looked = List.copyOf(due);
        due.clear();
        var unused = leader.submit((state, wallMs) -> decide(state, looked)).whenComplete((plan, failure) -> {
            underWay = false;
            if (failure != null) {
                LOG.debug("The guardian's plan was not recorded", failure);
                due.addAll(looked);
                loop.schedule(RETRY_MS, this::planSoon);
            } else if (leading) {
                registry.setLearners(looked, plan.learners());
                // All that was decided before is in the state by now: nothing is on its way that makes another primary.
                registry.setHandingOver(looked, plan.handingOver());
                plan.movesEnded().forEach(moves::ended);
                if (!plan.movesEnded().isEmpty()) {
                    balance();
                }
                looked.forEach(waiting::remove);
                waiting.putAll(plan.waiting());
                lookAgain(plan.againAtMs());
            }
            if (!due.isEmpty()) {
                planSoon();
            }
        });
    }

    private Decision<Plan> decide(MetaState state, List<Gpid> looked) {
        List<MetaRecord> records = new ArrayList<>(Arrivals.settle(state, registry.view(state)));
        MetaState settled = state.replay(records);
        if (!freeze.level(settled).repairs()) {
            return new Decision<>(Plan.nothing(nodesOf(registry.learners())), records);
        }
        ClusterView view = registry.view(settled);
        Plan plan = guardians
                .get()
                .plan(
                        settled,
                        looked,
                        view,
                        new Wishes(registry.learners(), moves.underWay(), registry.askedToHandOver()));
        if (!plan.configurations().isEmpty()) {
            records.add(new PartitionsConfigured(view.wallMs(), plan.configurations()));
        }
        return new Decision<>(plan, records);
    }

    private static Map<Gpid, List<HostPort>> nodesOf(Map<Gpid, Map<HostPort, Long>> learners) {
        Map<Gpid, List<HostPort>> nodes = new TreeMap<>();
        learners.forEach((gpid, signatures) -> nodes.put(gpid, List.copyOf(signatures.keySet())));
        return nodes;
    }

    private void lookAgain(OptionalLong againAtMs) {
        if (againAtMs.isPresent()) {
            loop.schedule(Math.min(SWEEP_INTERVAL_MS, againAtMs.getAsLong() - loop.wallMs()), () -> {
                if (leading) {
                    lookAtAll();
                }
            });
        }
    }

    private void expireApps() {
        long nowSecond = loop.wallMs() / 1000;
        for (App app : leader.state().apps()) {
            if (!app.isAvailable() && app.expireSecond() <= nowSecond) {
                var unused = leader.submit((state, wallMs) -> {
                    boolean still = state.findApp(app.id())
                            .filter(found -> !found.isAvailable() && found.expireSecond() <= wallMs / 1000)
                            .isPresent();
                    return still ? Decision.record(app.id(), new AppExpired(app.id())) : Decision.reply(app.id());
                });
            }
        }
    }

    private static void log(MetaState before, Configuration next) {
        Configuration old =
                before.findPartition(next.gpid()).map(Partition::configuration).orElse(next);
        LOG.info(
                "{}: ballot {} -> {}, {} -> {}",
                next.gpid(),
                old.ballot(),
                next.ballot(),
                old.members(),
                next.members());
    }
}
