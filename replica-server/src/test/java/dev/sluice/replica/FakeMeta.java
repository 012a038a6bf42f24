package dev.sluice.replica;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.InternalRpcs;
import dev.sluice.common.rpc.NettyRpcServer;
import dev.sluice.common.rpc.RpcHandlers;
import dev.sluice.common.rpc.RpcHandlers.Access;
import dev.sluice.common.rpc.RpcIo;
import dev.sluice.common.rpc.RpcLimits;
import dev.sluice.common.rpc.RpcStream;
import dev.sluice.common.rpc.ServerIdentity;
import dev.sluice.common.rpc.Wire;
import dev.sluice.wire.internal.AppDescription;
import dev.sluice.wire.internal.BeatReply;
import dev.sluice.wire.internal.Directives;
import dev.sluice.wire.internal.DiskReport;
import dev.sluice.wire.internal.NodeStreamDown;
import dev.sluice.wire.internal.NodeStreamUp;
import dev.sluice.wire.internal.NodeWelcome;
import dev.sluice.wire.internal.PartitionDirective;
import dev.sluice.wire.internal.ReplicaReport;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A meta leader that says what the test wants. */
final class FakeMeta implements AutoCloseable {
    private static final Map<String, String> ENVS = Map.of("default_ttl", "0", "business.info", "shop");

    static final String CLUSTER = "test-cluster";

    private final RpcIo io = RpcIo.start("fake-meta", 1);
    private final NettyRpcServer server;
    private final Map<HostPort, RpcStream<NodeStreamDown>> streams = new ConcurrentHashMap<>();
    private final Map<HostPort, Long> incarnations = new ConcurrentHashMap<>();
    private final Map<HostPort, List<DiskReport>> disks = new ConcurrentHashMap<>();
    private final Map<HostPort, Map<Gpid, ReplicaReport>> reports = new ConcurrentHashMap<>();
    private final Map<Gpid, PartitionDirective> wanted = new ConcurrentHashMap<>();
    final Set<Gpid> removed = ConcurrentHashMap.newKeySet();
    volatile boolean answersBeats = true;

    FakeMeta() {
        RpcHandlers handlers = new RpcHandlers();
        handlers.onStream(InternalRpcs.NODE_STREAM, Access.SERVERS, (caller, stream) -> new Session(stream));
        HostPort[] self = new HostPort[1];
        server = NettyRpcServer.start(
                io, "127.0.0.1", 0, handlers, () -> new ServerIdentity(CLUSTER, self[0], 1), RpcLimits.DEFAULT);
        self[0] = server.address();
    }

    HostPort address() {
        return server.address();
    }

    /** Says who has a partition, to all nodes, now and when they register. */
    void configure(
            Gpid gpid, long ballot, @Nullable HostPort primary, List<HostPort> secondaries, List<HostPort> learners) {
        PartitionDirective directive = new PartitionDirective()
                .setGpid(Wire.gpid(gpid))
                .setBallot(ballot)
                .setSecondaries(Wire.addresses(secondaries))
                .setLearners(Wire.addresses(learners))
                .setApp(new AppDescription(gpid.appId(), "orders", 1, 3, ENVS))
                .setMinReplicaCount(2);
        if (primary != null) {
            directive.setPrimary(Wire.address(primary));
        }
        say(gpid, directive);
    }

    void giveUp(Gpid gpid, HostPort node, long ballot) {
        PartitionDirective directive = new PartitionDirective()
                .setGpid(Wire.gpid(gpid))
                .setBallot(ballot)
                .setSecondaries(List.of())
                .setLearners(List.of())
                .setApp(new AppDescription(gpid.appId(), "orders", 1, 3, ENVS))
                .setGiveUp(true);
        send(node, directive);
    }

    private void say(Gpid gpid, PartitionDirective directive) {
        wanted.put(gpid, directive);
        streams.keySet().forEach(node -> send(node, directive));
    }

    private void send(HostPort node, PartitionDirective directive) {
        RpcStream<NodeStreamDown> stream = streams.get(node);
        if (stream != null) {
            stream.send(new NodeStreamDown().setDirectives(new Directives(1, List.of(directive), false)));
        }
    }

    boolean isRegistered(HostPort node) {
        return streams.containsKey(node);
    }

    long incarnationOf(HostPort node) {
        return incarnations.getOrDefault(node, 0L);
    }

    /** What a node said last of its disks. */
    List<DiskReport> disks(HostPort node) {
        return disks.getOrDefault(node, List.of());
    }

    @Nullable
    ReplicaReport report(HostPort node, Gpid gpid) {
        return reports.getOrDefault(node, Map.of()).get(gpid);
    }

    @Override
    public void close() {
        server.close();
        io.close();
    }

    private final class Session implements RpcStream.Listener<NodeStreamUp> {
        private final RpcStream<NodeStreamDown> stream;
        private @Nullable HostPort node;

        private Session(RpcStream<NodeStreamDown> stream) {
            this.stream = stream;
        }

        @Override
        public void onFrame(NodeStreamUp frame) {
            if (frame.isSetHello()) {
                HostPort from = Wire.hostPort(frame.getHello().getAddress());
                node = from;
                incarnations.put(from, frame.getHello().getIncarnation());
                stream.send(new NodeStreamDown()
                        .setWelcome(new NodeWelcome()
                                .setErr(Wire.error(ErrorCode.ERR_OK))
                                .setTerm(1)
                                .setClusterId(CLUSTER)
                                .setLeaseMs(1_000)
                                .setBeatIntervalMs(100)
                                .setHint("")));
                streams.put(from, stream);
                stream.send(new NodeStreamDown().setDirectives(new Directives(1, List.copyOf(wanted.values()), true)));
            } else if (frame.isSetBeat() && answersBeats) {
                stream.send(new NodeStreamDown()
                        .setBeat(new BeatReply(frame.getBeat().getSequence(), 1)));
            } else if (frame.isSetReport() && node != null) {
                disks.put(node, frame.getReport().getDisks());
                Map<Gpid, ReplicaReport> known = reports.computeIfAbsent(node, any -> new ConcurrentHashMap<>());
                for (ReplicaReport report : frame.getReport().getReplicas()) {
                    known.put(Wire.gpid(report.getGpid()), report);
                }
                frame.getReport().getRemoved().forEach(gpid -> removed.add(Wire.gpid(gpid)));
            }
        }

        @Override
        public void onWritable() {}

        @Override
        public void onClosed(String reason) {
            if (node != null) {
                streams.remove(node, stream);
                reports.remove(node);
            }
        }
    }
}
