package dev.sluice.meta.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.rpc.RpcStream;
import dev.sluice.common.rpc.Wire;
import dev.sluice.common.time.testing.VirtualTime;
import dev.sluice.meta.guardian.Admission;
import dev.sluice.meta.guardian.Guardian;
import dev.sluice.meta.journal.testing.InMemoryJournal;
import dev.sluice.meta.leader.Decision;
import dev.sluice.meta.leader.MetaLeader;
import dev.sluice.meta.state.AppRecord.AppCreated;
import dev.sluice.meta.state.ClusterRecord.ClusterCreated;
import dev.sluice.meta.state.FunctionLevel;
import dev.sluice.meta.state.MetaRecord;
import dev.sluice.meta.state.Partition;
import dev.sluice.wire.internal.Beat;
import dev.sluice.wire.internal.LearnerState;
import dev.sluice.wire.internal.NodeHello;
import dev.sluice.wire.internal.NodeReport;
import dev.sluice.wire.internal.NodeStreamDown;
import dev.sluice.wire.internal.NodeStreamUp;
import dev.sluice.wire.internal.PartitionDirective;
import dev.sluice.wire.internal.ReplicaOnDisk;
import dev.sluice.wire.internal.ReplicaReport;
import dev.sluice.wire.internal.ReplicaRole;
import dev.sluice.wire.internal.internalConstants;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;

/** A leader with its node streams, registry and guardian, and nodes that a test plays, under virtual time. */
abstract class StreamFixture {
    static final Gpid P = new Gpid(1, 0);
    static final long GRACE_MS = 3_000;

    final VirtualTime time = new VirtualTime();
    final InMemoryJournal journal = InMemoryJournal.empty(time);
    final MetaLeader leader = new MetaLeader(time, journal, failure -> {
        throw new AssertionError(failure);
    });
    final NodeRegistry registry =
            new NodeRegistry(time, leader, new NodeOptions(2_000, GRACE_MS, 500, 10_000, 2), LoadDirectives.NONE);
    int livePercentMin;
    long replaceDelayMs = 10_000;
    final Freeze freeze = new Freeze(registry::standings, () -> livePercentMin);
    final Keeper keeper = new Keeper(
            time,
            leader,
            registry,
            () -> new Guardian(replaceDelayMs, Admission.ANY),
            freeze,
            () -> BalanceOptions.DEFAULT);

    @BeforeEach
    void lead() {
        registry.addListener(keeper);
        leader.addListener(registry);
        leader.addListener(keeper);
        leader.start();
        journal.lead();
        time.runDue();
        commit(new ClusterCreated("c-1", 1, FunctionLevel.STEADY));
    }

    List<FakeNode> cluster(int count) {
        List<FakeNode> nodes = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            nodes.add(new FakeNode(i, 7).hello());
        }
        return nodes;
    }

    void createApp(int replicas) {
        commit(new AppCreated(1, "orders", "pegasus", 1, replicas, new TreeMap<>(), true, false, 1));
    }

    void commit(MetaRecord record) {
        assertThat(leader.submit((state, wallMs) -> Decision.record("done", record)))
                .satisfies(done -> {
                    time.runDue();
                    assertThat(done).isCompletedWithValue("done");
                });
    }

    Partition partition() {
        return leader.state().requirePartition(P);
    }

    FakeNode primary(List<FakeNode> nodes) {
        return nodes.stream()
                .filter(node -> node.address.equals(partition().primary()))
                .findFirst()
                .orElseThrow();
    }

    static List<FakeNode> without(List<FakeNode> nodes, FakeNode one) {
        return nodes.stream().filter(node -> node != one).toList();
    }

    /** Lets time pass while these nodes beat. */
    void runFor(long durationMs, List<FakeNode> beating) {
        for (long passed = 0; passed < durationMs; passed += 100) {
            time.advance(100);
            beating.forEach(FakeNode::beat);
        }
    }

    ReplicaReport replica(long ballot) {
        return new ReplicaReport()
                .setGpid(Wire.gpid(P))
                .setBallot(ballot)
                .setRole(ReplicaRole.PRIMARY)
                .setLearners(List.of())
                .setUnreachable(List.of());
    }

    ReplicaReport unreachable(HostPort node) {
        return replica(1).setUnreachable(List.of(Wire.address(node)));
    }

    /** The other end of a node stream. */
    final class FakeNode implements RpcStream<NodeStreamDown> {
        final int number;
        final HostPort address;
        final long incarnation;
        final List<ReplicaOnDisk> onDisk = new ArrayList<>();
        final Map<Gpid, PartitionDirective> directives = new TreeMap<>();
        String clusterId = "";
        int format = internalConstants.FORMAT_VERSION;
        ErrorCode welcome = ErrorCode.ERR_UNKNOWN;
        HostPort leader = new HostPort("nobody", 1);
        boolean complete;
        boolean closed;
        boolean writable = true;
        int beatsAnswered;
        RpcStream.Listener<NodeStreamUp> up = registry.accept(this);
        private long sequence;

        FakeNode(int number, long incarnation) {
            this.number = number;
            this.address = new HostPort("127.0.0.1", 34800 + number);
            this.incarnation = incarnation;
        }

        FakeNode hello() {
            closed = false;
            up = registry.accept(this);
            up.onFrame(new NodeStreamUp().setHello(greeting()));
            time.runDue();
            return this;
        }

        NodeHello greeting() {
            return new NodeHello(format, clusterId, Wire.address(address), incarnation, onDisk);
        }

        void beat() {
            up.onFrame(new NodeStreamUp().setBeat(new Beat(++sequence)));
            time.runDue();
        }

        /** Says that a learner is caught up, under the signature that this primary was told. */
        void reportPrimary(long ballot, FakeNode caughtUp) {
            reportPrimary(ballot, caughtUp, signatureOf(caughtUp));
        }

        void reportPrimary(long ballot, FakeNode caughtUp, long signature) {
            report(
                    incarnation,
                    1,
                    replica(ballot)
                            .setLearners(
                                    List.of(new LearnerState(Wire.address(caughtUp.address), true, 5, signature))));
        }

        long signatureOf(FakeNode learner) {
            int place = told().getLearners().indexOf(Wire.address(learner.address));
            return told().getSignatures().get(place);
        }

        void report(long ofIncarnation, long ofTerm, ReplicaReport replica) {
            up.onFrame(new NodeStreamUp()
                    .setReport(new NodeReport(ofIncarnation, ofTerm, List.of(replica), 100, 50, List.of())));
            time.runDue();
        }

        PartitionDirective told() {
            assertThat(directives).containsKey(P);
            return directives.getOrDefault(P, new PartitionDirective());
        }

        @Override
        public void send(NodeStreamDown frame) {
            if (frame.isSetWelcome()) {
                welcome = Wire.error(frame.getWelcome().getErr());
                Wire.find(frame.getWelcome().getLeader()).ifPresent(found -> leader = found);
                if (welcome.isOk()) {
                    clusterId = frame.getWelcome().getClusterId();
                }
            } else if (frame.isSetBeat()) {
                beatsAnswered++;
            } else {
                frame.getDirectives()
                        .getPartitions()
                        .forEach(directive -> directives.put(Wire.gpid(directive.getGpid()), directive));
                complete |= frame.getDirectives().isComplete();
            }
        }

        @Override
        public boolean isWritable() {
            return writable;
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
