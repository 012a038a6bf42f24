package dev.sluice.integration.simulation;

import dev.sluice.bulkload.store.BlockStores;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.config.Config;
import dev.sluice.common.rpc.InternalRpcs;
import dev.sluice.common.rpc.RpcHandlers;
import dev.sluice.common.rpc.testing.SimulatedNetwork;
import dev.sluice.integration.simulation.SimulatedProcess.ClockOfMachine;
import dev.sluice.meta.MetaOptions;
import dev.sluice.meta.journal.testing.InMemoryJournalGroup;
import dev.sluice.meta.leader.MetaLeader;
import dev.sluice.meta.leader.StateListener;
import dev.sluice.meta.state.App;
import dev.sluice.meta.state.Configuration;
import dev.sluice.meta.state.MetaRecord;
import dev.sluice.meta.state.MetaState;
import dev.sluice.meta.state.Partition;
import dev.sluice.meta.state.PartitionRecord.PartitionsConfigured;
import dev.sluice.replica.ReplicaOptions;
import dev.sluice.replica.ReplicaWiring;
import dev.sluice.replica.engine.EngineFactory;
import dev.sluice.replica.engine.EngineSnapshot;
import dev.sluice.replica.replica.Replica;
import dev.sluice.replica.replication.RoleName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Three meta servers and four replica servers in one thread. */
final class Cluster implements StateListener {
    static final int METAS = 3;
    static final int NODES = 4;
    static final int REPLICAS = 3;

    /** Clocks of machines go this much too fast or too slow at most; the grace is longer than the lease by more. */
    private static final double DRIFT_MAX = 0.05;

    private static final long WALL_SKEW_MS_MAX = 200;
    private static final Map<String, String> META_OPTIONS = Map.of(
            "meta_server.node_lease_ms", "1000",
            "meta_server.node_grace_ms", "1300",
            "meta_server.node_beat_interval_ms", "250",
            "meta_server.directive_repeat_interval_ms", "2000",
            "meta_server.replica_assign_delay_ms_for_dropouts", "2000",
            "meta_server.bulk_load_node_max_ingesting_count", "1",
            "meta_server.bulk_load_verify", "size");
    private static final InMemoryJournalGroup.Options JOURNAL = new InMemoryJournalGroup.Options(400, 600);

    private final World world = new World();
    private final Chance chance;
    private final Chance samples;
    private final SimulatedNetwork network;
    private final InMemoryJournalGroup journals;
    private final FileSets fileSets = new FileSets();
    private final Ledger ledger = new Ledger(fileSets::rowsOf);
    private final PublishesInHistories publishes = new PublishesInHistories();
    private final List<SimulatedMeta> metas = new ArrayList<>();
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private final Config metaConfig;
    private final Config replicaConfig;
    private final Sabotage sabotage;
    private final Set<Long> publishedLoads = new TreeSet<>();
    private final Map<Gpid, Long> configured = new TreeMap<>();
    private boolean looks = true;

    Cluster(long seed, boolean logFsync, Sabotage sabotage) {
        this.sabotage = sabotage;
        chance = Chance.of(seed);
        samples = chance.fork("samples");
        network = new SimulatedNetwork(
                world.time(),
                chance.fork("network"),
                Set.of(
                        InternalRpcs.PREPARE.taskCode(),
                        InternalRpcs.GROUP_LOAD.taskCode(),
                        InternalRpcs.LOAD_PROGRESS.taskCode(),
                        InternalRpcs.LEARN_FILE.taskCode()),
                world::await,
                world::failed);
        network.setTrace(this::onMessage);
        metaConfig = Config.of(MetaOptions.schema(), META_OPTIONS);
        replicaConfig = Config.of(
                ReplicaOptions.schema(),
                Map.of(
                        "meta_server.server_list",
                        String.join(
                                ",",
                                metaAddresses().stream().map(HostPort::toString).toList()),
                        "replication.prepare_timeout_ms_for_secondaries",
                        "500",
                        "replication.checkpoint_interval_seconds",
                        Integer.toString(1 + chance.nextInt(3)),
                        "replication.log_private_reserve_max_size_mb",
                        Integer.toString(chance.nextInt(2)),
                        "replication.plog_force_flush",
                        Boolean.toString(logFsync),
                        "replication.bulk_load_repack_above_files",
                        Integer.toString(1 + chance.fork("repacking").nextInt(2)),
                        "replication.gc_disk_garbage_replica_interval_seconds",
                        "3",
                        "replication.report_interval_ms",
                        "2000",
                        // A download is one step of the simulation: it cannot wait for time to pass.
                        "replication.transfer_throttle_adaptive",
                        "false"));
        journals = new InMemoryJournalGroup(
                world.time(),
                chance.fork("journal"),
                JOURNAL,
                new InMemoryJournalGroup.Reach() {
                    @Override
                    public boolean isRunning(int member) {
                        return metas.get(member).machine().isRunning();
                    }

                    @Override
                    public boolean isConnected(int one, int other) {
                        return !network.isBlocked(metaAddress(one), metaAddress(other))
                                && !network.isBlocked(metaAddress(other), metaAddress(one));
                    }
                },
                metaAddresses());
        sabotage.onJournals(journals);
        for (int i = 0; i < METAS; i++) {
            metas.add(new SimulatedMeta(
                    this, i, metaAddress(i), machine("meta-" + (i + 1)), chance.fork("meta-" + (i + 1))));
        }
        for (int i = 0; i < NODES; i++) {
            nodes.add(new SimulatedNode(
                    this,
                    new HostPort("10.0.1." + (i + 1), 34801),
                    machine("node-" + (i + 1)),
                    chance.fork("node-" + (i + 1))));
        }
        metas.forEach(SimulatedMeta::start);
        nodes.forEach(SimulatedNode::start);
    }

    private Machine machine(String name) {
        Chance own = chance.fork(name + " hardware");
        ClockOfMachine clock =
                new ClockOfMachine(own.nextInt(1_000_000), 1 - DRIFT_MAX + own.nextDouble() * 2 * DRIFT_MAX, (long)
                        ((own.nextDouble() * 2 - 1) * WALL_SKEW_MS_MAX));
        return new Machine(world, name, own, clock);
    }

    World world() {
        return world;
    }

    Chance chance() {
        return chance;
    }

    SimulatedNetwork network() {
        return network;
    }

    InMemoryJournalGroup journals() {
        return journals;
    }

    FileSets fileSets() {
        return fileSets;
    }

    BlockStores stores() {
        return fileSets.stores();
    }

    Ledger ledger() {
        return ledger;
    }

    PublishesInHistories publishes() {
        return publishes;
    }

    Config metaConfig() {
        return metaConfig;
    }

    Config replicaConfig() {
        return replicaConfig;
    }

    List<SimulatedMeta> metas() {
        return metas;
    }

    List<SimulatedNode> nodes() {
        return nodes;
    }

    SimulatedNode node(HostPort address) {
        return nodes.stream()
                .filter(node -> node.address().equals(address))
                .findFirst()
                .orElseThrow();
    }

    /** Where a server keeps rows, as it is, or broken on purpose. */
    EngineFactory enginesOf(SimulatedNode node, EngineFactory engines) {
        return sabotage.enginesOf(node, engines);
    }

    /** What a server answers, as it is, or broken on purpose. */
    RpcHandlers handlersOf(SimulatedNode node, RpcHandlers handlers) {
        return sabotage.handlersOf(node, handlers);
    }

    List<HostPort> metaAddresses() {
        List<HostPort> addresses = new ArrayList<>();
        for (int i = 0; i < METAS; i++) {
            addresses.add(metaAddress(i));
        }
        return addresses;
    }

    private static HostPort metaAddress(int index) {
        return new HostPort("10.0.0." + (index + 1), 34601);
    }

    /** The meta server that leads and takes commands, if one does. */
    @Nullable
    SimulatedMeta leader() {
        OptionalInt index = journals.leader();
        if (index.isEmpty()) {
            return null;
        }
        SimulatedMeta meta = metas.get(index.getAsInt());
        MetaLeader leader = meta.leader();
        return leader != null && meta.machine().isRunning() && leader.holdsLease() ? meta : null;
    }

    /** The committed state, as the leader knows it, or else whoever knows most. */
    MetaState state() {
        SimulatedMeta leading = leader();
        MetaLeader leader = leading == null ? null : leading.leader();
        return leader == null ? MetaState.EMPTY : leader.state();
    }

    private void onMessage(String message) {
        world.trace(message);
        if (message.contains(InternalRpcs.LEARN_END.taskCode())) {
            world.count("learned from a checkpoint");
        }
    }

    /** True if the node runs, and is connected to the leader. */
    boolean isInTouch(SimulatedNode node) {
        SimulatedMeta leading = leader();
        ReplicaWiring wired = node.wired();
        return leading != null
                && wired != null
                && node.machine().isRunning()
                && leading.address().equals(wired.stream().leader())
                && wired.lease().isValid();
    }

    /** Nothing inside the servers is judged from here on. */
    void lookAway() {
        looks = false;
    }

    boolean looks() {
        return looks;
    }

    Sabotage sabotage() {
        return sabotage;
    }

    /** Of every meta server. */
    @Override
    public void onCommitted(MetaState before, MetaState after, List<MetaRecord> records) {
        after.loads().byApp().values().stream()
                .filter(load -> load.phase().isPublished())
                .forEach(load -> publishedLoads.add(load.loadId()));
        for (MetaRecord record : records) {
            if (record instanceof PartitionsConfigured configured) {
                configured.configurations().forEach(next -> onConfigured(before, next));
            }
        }
    }

    private void onConfigured(MetaState before, Configuration next) {
        if (next.ballot().number() <= configured.getOrDefault(next.gpid(), 0L)) {
            return;
        }
        configured.put(next.gpid(), next.ballot().number());
        HostPort old = before.findPartition(next.gpid()).map(Partition::primary).orElse(null);
        if (old != null && !old.equals(next.primary())) {
            world.count("failovers");
        }
    }

    /** The loads that the journal says are published. */
    boolean isPublished(long loadId) {
        return publishedLoads.contains(loadId);
    }

    void onNodeDown(SimulatedNode node) {
        network.unbind(node.address());
        restartLater(node);
    }

    void restartLater(SimulatedNode node) {
        int run = node.runs();
        world.time().schedule(100 + chance.nextInt(2_000), () -> {
            if (node.runs() == run && !node.machine().isAlive()) {
                world.tell(node + " starts again");
                node.start();
            }
        });
    }

    // ---- How it stands

    /** Why the cluster is not whole: every partition full, all its replicas equal; empty if it is. */
    String faults() {
        MetaState state = state();
        if (state.clusterId().isEmpty()) {
            return "no leader";
        }
        for (App app : state.apps()) {
            if (!app.isAvailable()) {
                continue;
            }
            for (Partition partition : state.partitionsOf(app.id())) {
                String fault = faultOf(partition);
                if (!fault.isEmpty()) {
                    return partition.gpid() + ": " + fault + ", " + partition.configuration();
                }
            }
        }
        return state.loads().byApp().values().stream()
                .filter(load -> load.phase().isLoading())
                .map(load -> "load " + load.loadId() + " is " + load.phase())
                .findFirst()
                .orElse("");
    }

    private String faultOf(Partition partition) {
        Gpid gpid = partition.gpid();
        List<HostPort> members = partition.configuration().members();
        if (members.size() != REPLICAS) {
            return members.size() + " members";
        }
        long decree = looks ? ledger.lastDecree(gpid) : -1;
        for (HostPort member : members) {
            SimulatedNode node = node(member);
            Replica replica = node.find(gpid);
            if (replica == null) {
                return node + " has no replica";
            }
            if (!replica.view().ballot().equals(partition.ballot())) {
                return node + " is at ballot " + replica.view().ballot();
            }
            if (looks && (replica.engine().appliedDecree() != decree || replica.preparedDecree() != decree)) {
                return node + " has applied " + replica.engine().appliedDecree() + " and prepared "
                        + replica.preparedDecree() + " of " + decree;
            }
        }
        return "";
    }

    /** Compares every engine of a configuration with a naive replay. */
    void requireEngines() {
        for (Partition partition : state().partitions()) {
            for (HostPort member : partition.configuration().members()) {
                SimulatedNode node = node(member);
                Replica replica = node.find(partition.gpid());
                if (replica != null) {
                    requireEngine(node, replica);
                }
            }
        }
    }

    /** Now and then: a naive replay takes its time. */
    boolean isSampled(Replica replica) {
        if (!samples.oneIn(40)) {
            return false;
        }
        RoleName role = replica.view().role();
        // An ingest is durable at once, before its decree: until the publish is applied again the rows are ahead.
        boolean mayBeAhead = publishedLoads.stream()
                .anyMatch(loadId -> loadId > replica.engine().publishedLoadId());
        return !mayBeAhead && (role == RoleName.PRIMARY || role == RoleName.SECONDARY);
    }

    void requireEngine(SimulatedNode node, Replica replica) {
        try (EngineSnapshot snapshot = replica.engine().snapshot()) {
            ledger.requireReplayed(
                    replica.gpid(), node.toString(), replica.engine().appliedDecree(), snapshot);
        }
    }
}
