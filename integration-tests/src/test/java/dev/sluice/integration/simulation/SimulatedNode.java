package dev.sluice.integration.simulation;

import dev.sluice.bulkload.transfer.DownloadOptions;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.command.RemoteCommands;
import dev.sluice.common.command.ServerInfo;
import dev.sluice.common.fault.FaultPoints;
import dev.sluice.common.rpc.RpcClient;
import dev.sluice.common.rpc.RpcHandlers;
import dev.sluice.common.rpc.ServerIdentity;
import dev.sluice.meta.state.MetaState;
import dev.sluice.replica.ReplicaWiring;
import dev.sluice.replica.disk.DataDirectories;
import dev.sluice.replica.disk.DataDirectory;
import dev.sluice.replica.engine.testing.InMemoryEngineFactory;
import dev.sluice.replica.load.NodeLoads;
import dev.sluice.replica.log.LogOptions;
import dev.sluice.replica.log.SegmentedMutationLog;
import dev.sluice.replica.node.NodeIdentity;
import dev.sluice.replica.replica.Replica;
import dev.sluice.replica.throttle.NodeThrottle;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** A replica server: the real one over simulated disk, network, threads and clocks. */
final class SimulatedNode {
    private static final List<DataDirectory> DATA = List.of(new DataDirectory("data", Path.of("/data")));
    private static final int AVAILABLE_PERCENT_MIN = 0;
    private static final DownloadOptions DOWNLOADS = new DownloadOptions(4096, 1, 1, 2, 0, 0, 0, false, 10);
    private static final int SEGMENT_BYTES = 4096;

    private final Cluster cluster;
    private final HostPort address;
    private final Machine machine;
    private final Chance chance;
    private @Nullable ReplicaWiring wired;
    private @Nullable NodeIdentity identity;
    private boolean ready;
    private int runs;

    SimulatedNode(Cluster cluster, HostPort address, Machine machine, Chance chance) {
        this.cluster = cluster;
        this.address = address;
        this.machine = machine;
        this.chance = chance;
    }

    HostPort address() {
        return address;
    }

    Machine machine() {
        return machine;
    }

    /** What runs there; null if nothing does, or it is still opening. */
    @Nullable
    ReplicaWiring wired() {
        return ready && machine.isAlive() ? wired : null;
    }

    /** True if the leader has settled what this run means for the configurations. */
    boolean isRegistered(MetaState state) {
        NodeIdentity known = identity;
        return known != null
                && state.findNode(address)
                        .filter(node -> node.incarnation() == known.incarnation())
                        .isPresent();
    }

    int runs() {
        return runs;
    }

    @Nullable
    Replica find(Gpid gpid) {
        ReplicaWiring now = wired();
        return now == null ? null : now.replicas().find(gpid);
    }

    void start() {
        ready = false;
        identity = null;
        runs++;
        SimulatedProcess process = machine.boot(() -> {
            cluster.world().tell(machine + " is killed in the middle of a disk operation");
            cluster.world().count("fault: kill between two steps");
            cluster.onNodeDown(this);
        });
        Invariants invariants = new Invariants(cluster, this);
        process.onTask(invariants::check);
        process.run(() -> {
            try {
                boot(process, invariants);
            } catch (IOException e) {
                cluster.world().tell(machine + " does not start: " + e.getMessage());
                kill();
                cluster.restartLater(this);
            }
        });
    }

    private void boot(SimulatedProcess process, Invariants invariants) throws IOException {
        DataDirectories disks = DataDirectories.open(machine.disk(), DATA, AVAILABLE_PERCENT_MIN);
        NodeIdentity begun = NodeIdentity.begin(
                machine.disk(), disks.usable().stream().map(DataDirectory::path).toList(), process.wallMs());
        identity = begun;
        RpcClient rpc = cluster.network()
                .client(address, process, () -> new ServerIdentity(begun.clusterId(), address, begun.incarnation()));
        Executor logWriter = process.thread(chance, 2);
        Executor maintenance = process.pool(chance, 8);
        NodeThrottle throttle = new NodeThrottle(cluster.replicaConfig(), process);
        NodeLoads loads = new NodeLoads(
                new NodeLoads.World(
                        machine.disk(),
                        disks::ledger,
                        cluster.stores(),
                        (sources, directory, targetBytes, onWritten, stop) -> {
                            cluster.world().count("files repacked", sources.size());
                            return FileSets.repack(machine.disk(), sources, directory);
                        },
                        process,
                        cluster.replicaConfig(),
                        throttle,
                        FaultPoints.none()),
                DOWNLOADS,
                process.pool(chance, 30),
                process.thread(chance, 10),
                Runnable::run);
        RpcHandlers handlers = new RpcHandlers();
        ReplicaWiring wiring = ReplicaWiring.wire(
                cluster.replicaConfig(),
                new ReplicaWiring.World(
                        address,
                        begun,
                        machine.disk(),
                        disks,
                        process,
                        process.loop(),
                        List.of(process.loop(), process.loop()),
                        rpc,
                        new ObservedEngines(
                                cluster.enginesOf(
                                        this,
                                        new InMemoryEngineFactory(
                                                machine.disk(), file -> FileSets.read(machine.disk(), file))),
                                invariants),
                        directory -> SegmentedMutationLog.open(
                                machine.disk(),
                                directory,
                                LogOptions.DEFAULT.withSegmentBytesMax(SEGMENT_BYTES),
                                logWriter),
                        loads,
                        throttle,
                        maintenance,
                        process.pool(chance, 200),
                        process.pool(chance, 5),
                        process.pool(chance, 3),
                        new RemoteCommands(ServerInfo.startedAt(process.wallMs()))),
                handlers);
        wired = wiring;
        var unused = wiring.replicas()
                .openAll()
                .whenComplete((opened, failure) -> process.execute(() -> {
                    if (failure != null) {
                        throw new AssertionError(machine + " cannot open its replicas", failure);
                    }
                    ready = true;
                    cluster.network().bind(address, cluster.handlersOf(this, handlers), process);
                    wiring.stream().start();
                }));
    }

    void kill() {
        machine.kill();
        cluster.network().unbind(address);
    }

    void losePower() {
        machine.losePower();
        cluster.network().unbind(address);
    }

    @Override
    public String toString() {
        return machine.toString();
    }
}
