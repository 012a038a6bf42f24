package dev.sluice.meta.load;

import dev.sluice.bulkload.load.AppLoad;
import dev.sluice.bulkload.load.AppPhase;
import dev.sluice.bulkload.load.LoadChange;
import dev.sluice.bulkload.load.LoadError;
import dev.sluice.bulkload.load.LoadReports;
import dev.sluice.bulkload.load.LoadWire;
import dev.sluice.bulkload.load.Loads;
import dev.sluice.bulkload.load.ManifestPin;
import dev.sluice.bulkload.load.MemberReport;
import dev.sluice.bulkload.load.PublishTurns;
import dev.sluice.bulkload.store.BlockStores;
import dev.sluice.common.Ballot;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.Wire;
import dev.sluice.common.time.EventLoop;
import dev.sluice.meta.leader.Decision;
import dev.sluice.meta.leader.MetaLeader;
import dev.sluice.meta.leader.StateListener;
import dev.sluice.meta.state.LoadRecord.LoadChanged;
import dev.sluice.meta.state.MetaRecord;
import dev.sluice.meta.state.MetaState;
import dev.sluice.meta.state.Partition;
import dev.sluice.wire.internal.LoadDirective;
import dev.sluice.wire.internal.LoadGoal;
import dev.sluice.wire.internal.PartitionLoadReport;
import dev.sluice.wire.internal.ReplicaReport;
import dev.sluice.wire.internal.ReplicaRole;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives the loads of all apps while this server leads. Belongs to the leader's event loop.
 *
 * <p>Whatever happens, a report, a record, a node that comes or goes, leads to the same question: what follows for that
 * app's load? It is put to {@link AppLoad} on the state; at most one such command per app is on its way.
 */
public final class LoadDriver implements StateListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LoadDriver.class);
    /** What could not be recorded is decided anew after this. */
    private static final long RETRY_MS = 100;
    /** A store that takes longer for one partition's manifest and the sizes of its files fails the load. */
    private static final long STORE_LIMIT_MS = 120_000;
    /** Turns to publish are given at most so often: all partitions are looked at for it. */
    private static final long TURNS_MS = 10;

    private static final long DECIDE_MS = 5;
    /** What changes turns without being told is noticed after this time. */
    private static final long TURNS_BEAT_MS = 1_000;

    private final MetaLeader leader;
    private final EventLoop loop;
    private final Nodes nodes;
    private final LoadFaults faults;
    private final ManifestReader manifests;
    private final Map<Integer, LoadReports> reports = new HashMap<>();
    private final Set<Integer> deciding = new HashSet<>();
    private final Set<Integer> again = new HashSet<>();
    /** When it was asked last what follows for an app. */
    private final Map<Integer, Long> decidedAtMs = new HashMap<>();

    private final Set<Long> reading = new HashSet<>();
    private final PublishTurns turns = new PublishTurns();
    private final LoadOptions options;
    private boolean turnsPlanned;
    private boolean turnsBeatPlanned;
    private long lastTurnsMs = Long.MIN_VALUE / 2;
    private boolean leading;

    /**
     * A driver of the loads of the group that this server leads.
     *
     * @param storeThreads run what waits for the store of that name, see {@link StoreThreads}
     * @param faults can hold the steps of loads, or end the process there
     */
    public LoadDriver(
            MetaLeader leader,
            EventLoop loop,
            BlockStores stores,
            Function<String, ? extends Executor> storeThreads,
            Nodes nodes,
            LoadFaults faults,
            LoadOptions options) {
        this.leader = leader;
        this.loop = loop;
        this.nodes = nodes;
        this.faults = faults;
        this.options = options;
        this.manifests = new ManifestReader(stores, STORE_LIMIT_MS, options.tinyFilesMax(), loop, storeThreads);
        faults.onRelease(() -> loop.execute(this::onRelease));
    }

    // ---- What the node streams ask and tell

    /** What the leader wants of a partition in a load; empty if the app has no load, nor the result of one. */
    public Optional<LoadDirective> findDirective(MetaState state, Gpid gpid) {
        return state.loads()
                .find(gpid.appId())
                // Before the manifests are read there is nothing to do.
                .filter(load -> load.phase().goal() != LoadGoal.DOWNLOAD || load.isPinned())
                .map(load -> directive(load, gpid));
    }

    private LoadDirective directive(AppLoad load, Gpid gpid) {
        LoadDirective directive = LoadWire.directive(load, gpid.partitionIndex());
        if (directive.getGoal() == LoadGoal.PUBLISH && !turns.mayPublish(gpid)) {
            directive.setAwaitsTurn(true);
        }
        return directive;
    }

    /** A registered node says how a replica stands. */
    public void onReport(HostPort node, ReplicaReport report) {
        PartitionLoadReport said = report.getLoad();
        Gpid gpid = Wire.gpid(report.getGpid());
        AppLoad load = leader.state().loads().find(gpid.appId()).orElse(null);
        Partition partition = leader.state().findPartition(gpid).orElse(null);
        if (!leading || said == null || load == null || partition == null) {
            return;
        }
        Ballot ballot = new Ballot(report.getBallot());
        boolean isOld = !node.equals(partition.primary()) || !ballot.equals(partition.ballot());
        boolean isNews;
        if (report.getRole() == ReplicaRole.INACTIVE) {
            MemberReport itself = LoadWire.reports(said.getMembers()).get(node);
            isNews = itself != null && reportsOf(load).hearAlone(gpid.partitionIndex(), node, itself);
        } else {
            isNews = !isOld
                    && reportsOf(load)
                            .hear(gpid.partitionIndex(), ballot, said.getLoadId(), LoadWire.reports(said.getMembers()));
        }
        if (isNews) {
            decide(gpid.appId());
            planTurns();
        }
    }

    /** A node came, or is dead. */
    public void onStandingChanged() {
        if (leading) {
            reconsiderAll();
            planTurns();
        }
    }

    /** Whether a learner that caught up may become a member: after publish only one that has what the load needs. */
    public boolean admits(MetaState state, Gpid gpid, HostPort learner) {
        AppLoad load = state.loads().find(gpid.appId()).orElse(null);
        return load == null || load.mayBecomeMember(gpid.partitionIndex(), learner, reportsOf(load));
    }

    // ---- What the journal tells

    @Override
    public void onLeading(long term, MetaState state) {
        leading = true;
        reports.clear();
        deciding.clear();
        again.clear();
        decidedAtMs.clear();
        reading.clear();
        turns.clear();
        reconsiderAll();
    }

    @Override
    public void onLeadershipLost() {
        leading = false;
    }

    @Override
    public void onCommitted(MetaState before, MetaState after, List<MetaRecord> records) {
        Loads now = after.loads();
        if (!leading || now.equals(before.loads())) {
            return;
        }
        for (AppLoad load : now.byApp().values()) {
            AppLoad old = before.loads().find(load.plan().appId()).orElse(null);
            if (!load.equals(old)) {
                onChanged(old, load);
            }
        }
        planTurns();
    }

    private void onChanged(@Nullable AppLoad old, AppLoad load) {
        AppPhase before = old != null && old.loadId() == load.loadId() ? old.phase() : null;
        if (!load.phase().equals(before)) {
            LOG.info("app {}: load {} {} -> {}", load.plan().appId(), load.loadId(), before, load.phase());
            giveTurns(); // before the directives of the new phase go out
        }
        reconsider(load);
    }

    // ---- What follows

    LoadReports reportsOf(AppLoad load) {
        int appId = load.plan().appId();
        LoadReports known = reports.get(appId);
        if (known == null || known.loadId() != load.loadId()) {
            known = new LoadReports(load.loadId());
            reports.put(appId, known);
        }
        return known;
    }

    Predicate<HostPort> live() {
        return nodes::isLive;
    }

    Nodes nodes() {
        return nodes;
    }

    PublishTurns turns() {
        return turns;
    }

    private void planTurns() {
        if (!turnsPlanned) {
            turnsPlanned = true;
            loop.schedule(Math.max(0, lastTurnsMs + TURNS_MS - loop.nowMs()), () -> {
                turnsPlanned = false;
                giveTurns();
            });
        }
    }

    private void giveTurns() {
        if (!leading) {
            return;
        }
        lastTurnsMs = loop.nowMs();
        Set<Gpid> changed = turns.update(
                leader.state().loads().byApp().values(),
                this::reportsOf,
                nodes::isLive,
                options.nodeIngestingMax().getAsInt(),
                loop.nowMs());
        if (!changed.isEmpty()) {
            nodes.tell(changed);
        }
        planTurnsBeat();
    }

    /** As long as somebody publishes: a turn may last too long, and the limit may be another one. */
    private void planTurnsBeat() {
        boolean publishes = leader.state().loads().byApp().values().stream()
                .anyMatch(load -> load.phase().goal() == LoadGoal.PUBLISH);
        if (publishes && !turnsBeatPlanned) {
            turnsBeatPlanned = true;
            loop.schedule(TURNS_BEAT_MS, () -> {
                turnsBeatPlanned = false;
                giveTurns();
            });
        }
    }

    ManifestReader manifests() {
        return manifests;
    }

    private void reconsiderAll() {
        leader.state().loads().byApp().values().forEach(this::reconsider);
    }

    private void reconsider(AppLoad load) {
        if (!load.phase().isLoading()) {
            return;
        }
        LoadReports known = reportsOf(load);
        for (int index = 0; index < load.partitions().size(); index++) {
            known.reconsider(index);
        }
        if (load.needsManifests() && reading.add(load.loadId())) {
            readManifests(load);
        }
        decide(load.plan().appId());
    }

    private void readManifests(AppLoad load) {
        long loadId = load.loadId();
        manifests.read(
                load,
                pins -> loop.execute(() -> {
                    reading.remove(loadId);
                    change(load.plan().appId(), now -> pinOrRefuse(now, loadId, pins));
                }),
                error -> loop.execute(() -> {
                    reading.remove(loadId);
                    LOG.warn("app {}: load {}: {}", load.plan().appId(), loadId, error);
                    change(load.plan().appId(), now -> now.decideFailed(loadId, error));
                }));
    }

    private List<LoadChange> pinOrRefuse(AppLoad load, long loadId, List<ManifestPin> pins) {
        Optional<LoadError> shortage = SpaceCheck.findShortage(load, pins, nodes);
        shortage.ifPresent(error -> LOG.warn("app {}: load {}: {}", load.plan().appId(), loadId, error));
        return shortage.map(error -> load.decideFailed(loadId, error))
                .orElseGet(() -> load.decideManifests(loadId, pins));
    }

    /**
     * Asks what follows, after all that happens in this turn of the event loop; of one app not more often than every few
     * milliseconds, since all its partitions are looked at.
     */
    private void decide(int appId) {
        if (!deciding.add(appId)) {
            again.add(appId);
            return;
        }
        long nowMs = loop.nowMs();
        long atMs = Math.max(nowMs, decidedAtMs.getOrDefault(appId, nowMs - DECIDE_MS) + DECIDE_MS);
        decidedAtMs.put(appId, atMs);
        loop.schedule(atMs - nowMs, () -> {
            if (leading) {
                submit(appId, true, this::whatFollows);
            } else {
                deciding.remove(appId);
            }
        });
    }

    private List<LoadChange> whatFollows(AppLoad load) {
        LoadReports known = reportsOf(load);
        List<LoadChange> changes = load.decide(known, nodes::isLive);
        known.decided();
        return changes;
    }

    private void change(int appId, Function<AppLoad, List<LoadChange>> decision) {
        if (leading) {
            submit(appId, false, decision);
        }
    }

    private void submit(int appId, boolean isQuestion, Function<AppLoad, List<LoadChange>> decision) {
        var unused = leader.submit((state, wallMs) -> {
                    AppLoad load = state.loads().find(appId).orElse(null);
                    if (load == null) {
                        return Decision.reply(Boolean.FALSE);
                    }
                    List<LoadChange> changes = decision.apply(load);
                    if (changes.isEmpty() && isQuestion && load.phase() instanceof AppPhase.Downloaded) {
                        // On the very state that is published: no configuration change can come between.
                        changes = load.decidePublish(state.loads().nextEpoch(wallMs));
                    }
                    List<LoadChanged> records = records(load, changes);
                    return faults.isHeld(records)
                            ? Decision.reply(Boolean.FALSE)
                            : faults.propose(!records.isEmpty(), records);
                })
                .whenComplete((changed, failure) -> loop.execute(() -> {
                    if (failure != null) {
                        LOG.warn("app {}: what follows for its load could not be decided", appId, failure);
                        // Until then the question stays open: what else happens does not ask sooner.
                        loop.schedule(RETRY_MS, () -> decideAnew(appId, isQuestion));
                    } else if (isQuestion) {
                        deciding.remove(appId);
                        if (again.remove(appId)) {
                            decide(appId);
                        }
                    }
                }));
    }

    private void onRelease() {
        if (leading) {
            reconsiderAll();
        }
    }

    private void decideAnew(int appId, boolean isQuestion) {
        if (isQuestion) {
            deciding.remove(appId);
            again.remove(appId);
        }
        if (leading) {
            leader.state().loads().find(appId).ifPresent(this::reconsider);
        }
    }

    LoadFaults faults() {
        return faults;
    }

    static List<LoadChanged> records(AppLoad load, List<LoadChange> changes) {
        return changes.stream()
                .map(change -> new LoadChanged(load.plan().appId(), load.loadId(), change))
                .toList();
    }

    @Override
    public void close() {
        leading = false;
        manifests.close();
    }
}
