package dev.sluice.benchmarks.control;

import dev.sluice.bulkload.fileset.FileSetLocation;
import dev.sluice.bulkload.load.AppLoad;
import dev.sluice.bulkload.store.BlockStores;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.command.RemoteCommands;
import dev.sluice.common.command.ServerInfo;
import dev.sluice.common.config.Config;
import dev.sluice.common.rpc.AdminRpcs;
import dev.sluice.common.rpc.RequestHeader;
import dev.sluice.common.rpc.Rpc;
import dev.sluice.common.rpc.RpcClient;
import dev.sluice.common.rpc.RpcHandlers;
import dev.sluice.common.rpc.testing.SimulatedNetwork;
import dev.sluice.common.time.EventLoop;
import dev.sluice.common.time.testing.VirtualTime;
import dev.sluice.meta.MetaOptions;
import dev.sluice.meta.MetaWiring;
import dev.sluice.meta.journal.testing.InMemoryJournal;
import dev.sluice.meta.leader.MetaLeader;
import dev.sluice.meta.leader.StateListener;
import dev.sluice.meta.state.MetaRecord;
import dev.sluice.meta.state.MetaState;
import dev.sluice.wire.WireErrorCode;
import dev.sluice.wire.admin.CreateAppOptions;
import dev.sluice.wire.admin.CreateAppRequest;
import dev.sluice.wire.bulkload.StartBulkLoadRequest;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.apache.thrift.TBase;

/** A meta server that leads alone, and as many nodes as wanted, in one thread and in virtual time. */
final class ImaginaryCluster implements StateListener {
    static final HostPort META = new HostPort("10.0.0.1", 34601);

    private static final HostPort ADMINISTRATOR = new HostPort("10.0.0.9", 1);
    private static final String APP = "app";
    private static final String STORE = "imaginary";
    private static final int REPLICAS = 3;
    private static final int TIMEOUT_MS = 60_000;
    private static final long STEP_MS = 100;
    private static final long PATIENCE_MS = 3_600_000;
    private static final Map<String, String> OPTIONS = Map.of(
            "meta_server.max_allowed_partition_count", "65536",
            "meta_server.meta_function_level_on_start", "steady",
            "meta_server.bulk_load_verify", "checksum");

    private final VirtualTime time = new VirtualTime();
    private final BusyTime busy = new BusyTime(time);
    private final CountedStreams.Traffic traffic = new CountedStreams.Traffic();
    private final SimulatedNetwork network;
    private final RpcClient administrator;
    private final CountedJournal journal;
    private final MetaLeader leader;
    private final Map<HostPort, ImaginaryNode> nodes = new LinkedHashMap<>();
    private final Map<Gpid, ImaginaryGroup> groups = new HashMap<>();
    private long records;

    /**
     * What the leader has done so far.
     *
     * @param busyNanos that its tasks took
     * @param atMs virtual time
     */
    record Work(
            long busyNanos,
            long entries,
            long records,
            long journalBytes,
            long bytesUp,
            long bytesDown,
            long frames,
            long atMs) {
        Work since(Work before) {
            return new Work(
                    busyNanos - before.busyNanos,
                    entries - before.entries,
                    records - before.records,
                    journalBytes - before.journalBytes,
                    bytesUp - before.bytesUp,
                    bytesDown - before.bytesDown,
                    frames - before.frames,
                    atMs - before.atMs);
        }
    }

    /** Begins with one app whose partitions are all healthy. */
    ImaginaryCluster(int nodeCount, int partitions, int filesPerPartition) throws IOException {
        network = new SimulatedNetwork(
                time,
                new Random(1),
                Set.of(),
                (done, msMax) -> {
                    throw new IllegalStateException("nothing here waits");
                },
                failure -> {
                    throw new IllegalStateException("a handler failed", failure);
                });
        InMemoryJournal inMemory = InMemoryJournal.empty(busy);
        inMemory.setLeader(META);
        journal = new CountedJournal(inMemory);
        leader = new MetaLeader(busy, journal, fatal -> {
            throw new IllegalStateException("the leader cannot go on", fatal);
        });
        RpcHandlers handlers = new RpcHandlers();
        FileSetLocation set = new FileSetLocation("root", "cluster", APP);
        MetaWiring.wire(
                Config.of(MetaOptions.schema(), OPTIONS),
                new MetaWiring.World(
                        META,
                        List.of(META),
                        busy,
                        leader,
                        new BlockStores(List.of())
                                .with(STORE, new ImaginaryStore(set, 1, partitions, filesPerPartition)),
                        store -> busy,
                        new RemoteCommands(ServerInfo.startedAt(0)),
                        busy),
                handlers);
        leader.addListener(this);
        network.bind(META, handlers, busy);
        administrator = network.client(ADMINISTRATOR, time::execute, null);
        leader.start();
        inMemory.lead();
        for (int i = 0; i < nodeCount; i++) {
            HostPort address = new HostPort("10.0." + (1 + i / 250) + "." + (1 + i % 250), 34801);
            ImaginaryNode node = new ImaginaryNode(
                    this, address, new CountedStreams(network.client(address, time::execute, null), traffic));
            nodes.put(address, node);
            node.start();
        }
        await("the nodes are registered", () -> nodes.values().stream().allMatch(ImaginaryNode::isRegistered));
        ask(
                AdminRpcs.CREATE_APP,
                new CreateAppRequest()
                        .setAppName(APP)
                        .setOptions(new CreateAppOptions()
                                .setPartitionCount(partitions)
                                .setReplicaCount(REPLICAS)
                                .setAppType("pegasus")
                                .setIsStateful(true)),
                reply -> reply.getErr());
        await("every partition has its members", () -> isHealthy(partitions));
    }

    private boolean isHealthy(int partitions) {
        return leader.state().partitions().size() == partitions
                && leader.state().partitions().stream()
                        .allMatch(
                                partition -> partition.configuration().members().size() == REPLICAS);
    }

    /** Runs a load until the leader says that it succeeded and nothing of it is left. */
    void load(Runnable halfWay) {
        ask(
                AdminRpcs.START_BULK_LOAD,
                new StartBulkLoadRequest()
                        .setAppName(APP)
                        .setClusterName("cluster")
                        .setFileProviderType(STORE)
                        .setRemoteRootPath("root"),
                reply -> reply.getErr());
        await(
                "the load has published",
                () -> leader.state()
                        .loads()
                        .find(1)
                        .filter(load -> load.phase().isPublished())
                        .isPresent());
        halfWay.run();
        await(
                "the load has ended",
                () -> leader.state()
                        .loads()
                        .find(1)
                        .filter(load -> !load.phase().isLoading())
                        .isPresent());
        AppLoad ended = leader.state().loads().find(1).orElseThrow();
        if (!ended.phase().isPublished()) {
            throw new IllegalStateException("the load ended as " + ended.phase());
        }
    }

    Work work() {
        return new Work(
                busy.nanos(),
                journal.entries(),
                records,
                journal.bytes(),
                traffic.bytesUp(),
                traffic.bytesDown(),
                traffic.frames(),
                time.nowMs());
    }

    /** Lets virtual time go on. */
    void idle(long ms) {
        time.advance(ms);
    }

    EventLoop time() {
        return time;
    }

    ImaginaryNode node(HostPort address) {
        ImaginaryNode node = nodes.get(address);
        if (node == null) {
            throw new IllegalStateException("no node " + address);
        }
        return node;
    }

    ImaginaryGroup group(Gpid gpid) {
        return groups.computeIfAbsent(gpid, unknown -> new ImaginaryGroup(this));
    }

    @Override
    public void onCommitted(MetaState before, MetaState after, List<MetaRecord> committed) {
        records += committed.size();
    }

    private <Q extends TBase<?, ?>, R extends TBase<?, ?>> void ask(
            Rpc<Q, R> rpc, Q request, Function<R, WireErrorCode> errorOf) {
        StringBuilder answer = new StringBuilder();
        var unused = administrator
                .call(META, rpc, RequestHeader.toServer(TIMEOUT_MS), request)
                .whenComplete((reply, failure) -> answer.append(
                        reply == null
                                ? String.valueOf(failure)
                                : errorOf.apply(reply).name()));
        await(rpc + " is answered", () -> !answer.isEmpty());
        if (!answer.toString().equals("ERR_OK")) {
            throw new IllegalStateException(rpc + ": " + answer);
        }
    }

    private void await(String what, BooleanSupplier condition) {
        long endMs = time.nowMs() + PATIENCE_MS;
        while (!condition.getAsBoolean()) {
            if (time.nowMs() > endMs) {
                throw new IllegalStateException("not within " + PATIENCE_MS / 1000 + " s: " + what);
            }
            time.advance(STEP_MS);
        }
    }
}
