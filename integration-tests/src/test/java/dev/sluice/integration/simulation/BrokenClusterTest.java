package dev.sluice.integration.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.HostPort;
import dev.sluice.common.data.StoredValue;
import dev.sluice.common.rpc.DataRpcs;
import dev.sluice.common.rpc.Responder;
import dev.sluice.common.rpc.RpcHandlers;
import dev.sluice.common.time.EventLoop;
import dev.sluice.meta.journal.testing.InMemoryJournalGroup;
import dev.sluice.meta.leader.Decision;
import dev.sluice.meta.leader.MetaLeader;
import dev.sluice.meta.state.Configuration;
import dev.sluice.meta.state.Partition;
import dev.sluice.meta.state.PartitionRecord.PartitionsConfigured;
import dev.sluice.replica.ReplicaWiring;
import dev.sluice.replica.engine.EngineFactory;
import dev.sluice.replica.replica.Replica;
import dev.sluice.replica.replica.ReplicaView;
import dev.sluice.wire.Blob;
import dev.sluice.wire.data.ReadResponse;
import dev.sluice.wire.data.UpdateRequest;
import dev.sluice.wire.data.UpdateResponse;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.thrift.TBase;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A cluster that is broken on purpose is found out by what its clients see: their histories have no explanation. */
final class BrokenClusterTest {
    private static final int SEEDS_MAX = 400;
    private static final long FAULTY_MS = 10_000;
    private static final long LEASE_LOOK_MS = 1_000;
    private static final long DEAF_MS = 900;
    private static final long APART_EVERY_MS = 4_000;
    private static final long APART_MS = 3_500;

    private final Logger logs = (Logger) LoggerFactory.getLogger("dev.sluice");
    private Level before = Level.INFO;

    @BeforeEach
    void silenceTheServers() {
        before = logs.getEffectiveLevel();
        logs.setLevel(Level.OFF);
    }

    @AfterEach
    void letThemTalk() {
        logs.setLevel(before);
    }

    @Test
    void acknowledgingBeforePrepareIsCaught() {
        assertCaught(new Sabotage() {
            @Override
            public RpcHandlers handlersOf(SimulatedNode node, RpcHandlers handlers) {
                return replaced(handlers, DataRpcs.PUT.taskCode(), new Before<UpdateRequest, UpdateResponse>() {
                    @Override
                    public void handle(Gpid gpid, UpdateRequest request, Responder<UpdateResponse> responder) {
                        if (servingPrimary(node, gpid) != null) {
                            responder.reply(
                                    new UpdateResponse().setAppId(gpid.appId()).setDecree(0));
                        }
                    }
                });
            }
        });
    }

    /**
     * The lease is looked at every so often, ahead of reads. (Were it looked at when a read has come, and not again, no history
     * could tell: what the replica holds then is what it held while the lease was valid and the read already under way.)
     */
    @Test
    void checkingTheLeaseBeforeTheReadInsteadOfBehindItIsCaught() {
        assertCaught(new Sabotage() {
            @Override
            public RpcHandlers handlersOf(SimulatedNode node, RpcHandlers handlers) {
                LeaseSeen seen = new LeaseSeen(node);
                seen.look();
                return replaced(handlers, DataRpcs.GET.taskCode(), new Instead<Blob, ReadResponse>() {
                    @Override
                    public void handle(Gpid gpid, Blob request, Responder<ReadResponse> responder) {
                        seen.read(gpid, request, responder);
                    }
                });
            }

            @Override
            public void onReady(Cluster cluster) {
                setApartAgainAndAgain(cluster, false);
            }
        });
    }

    /** What a node saw of its lease lately. */
    private static final class LeaseSeen {
        private final SimulatedNode node;
        private final EventLoop loop;
        private boolean valid;

        private LeaseSeen(SimulatedNode node) {
            this.node = node;
            this.loop = Objects.requireNonNull(node.machine().process()).loop();
        }

        private void look() {
            ReplicaWiring wired = node.wired();
            valid = wired != null && wired.lease().isValid();
            loop.schedule(LEASE_LOOK_MS, this::look);
        }

        private void read(Gpid gpid, Blob key, Responder<ReadResponse> responder) {
            Replica replica = node.find(gpid);
            if (valid
                    && replica != null
                    && replica.view().isPrimary()
                    && replica.view().serving()) {
                byte[] value = replica.engine().get(key.bytes());
                responder.reply(new ReadResponse()
                        .setError(value == null ? 1 : 0)
                        .setValue(Blob.of(value == null ? new byte[0] : StoredValue.userData(value))));
            } else {
                responder.fail(ErrorCode.ERR_INVALID_STATE);
            }
        }
    }

    @Test
    void aDeposedMetaLeaderThatAnswersBeatsIsCaught() {
        assertCaught(new Sabotage() {
            @Override
            public void onJournals(InMemoryJournalGroup journals) {
                journals.believeEveryLeader();
            }

            @Override
            public void onReady(Cluster cluster) {
                setApartAgainAndAgain(cluster, true);
            }
        });
    }

    private static void setApartAgainAndAgain(Cluster cluster, boolean withLeader) {
        cluster.world().time().schedule(APART_EVERY_MS, () -> {
            setApart(cluster, withLeader);
            setApartAgainAndAgain(cluster, withLeader);
        });
    }

    /**
     * A primary hears no other server for so long that another takes its place, but clients, and the meta leader if it is set
     * apart as well.
     */
    private static void setApart(Cluster cluster, boolean withLeader) {
        SimulatedMeta meta = cluster.leader();
        Optional<SimulatedNode> primary = cluster.nodes().stream()
                .filter(node -> servingPrimary(node, new Gpid(1, 0)) != null)
                .findFirst();
        if (meta == null || primary.isEmpty()) {
            return;
        }
        HostPort first = primary.get().address();
        List<HostPort> pair = withLeader ? List.of(first, meta.address()) : List.of(first);
        List<HostPort> others = Stream.concat(
                        cluster.metaAddresses().stream(),
                        cluster.nodes().stream().map(SimulatedNode::address))
                .filter(server -> !pair.contains(server))
                .toList();
        for (HostPort one : pair) {
            for (HostPort other : others) {
                cluster.network().block(one, other);
                cluster.network().block(other, one);
            }
        }
        cluster.world().time().schedule(APART_MS, cluster.network()::heal);
    }

    @Test
    void switchingAPrimaryWithoutItsGivingUpIsCaught() {
        assertCaught(new Sabotage() {
            @Override
            public void onReady(Cluster cluster) {
                cluster.world().time().schedule(1_500, () -> {
                    switchPrimaries(cluster);
                    onReady(cluster);
                });
            }
        });
    }

    @Test
    void replayingAnIncrementAsAnOperationIsCaught() {
        // A node is equal only to itself.
        Map<SimulatedNode, Map<Path, Deque<ReplayedIncrements.Increment>>> tails = new HashMap<>();
        assertCaught(new Sabotage() {
            @Override
            public EngineFactory enginesOf(SimulatedNode node, EngineFactory engines) {
                return new ReplayedIncrements(engines, tails.computeIfAbsent(node, each -> new HashMap<>()));
            }
        });
    }

    /** What the engines hold is right all the while: only the histories can tell, and only with the loads in them. */
    @Test
    void answeringFromACacheThatAPublishDoesNotEmptyIsCaught() {
        int seed = 0;
        String failure = failureOf(seed, false);
        while (failure.isEmpty() && seed < SEEDS_MAX) {
            seed++;
            failure = failureOf(seed, false);
        }
        System.out.println("caught with seed " + seed);
        assertThat(failure).as("within %d seeds", SEEDS_MAX).contains("Linearizable: the history of key ");
        assertThat(failureOf(seed, true))
                .as("the same seed with a cache that a publish empties")
                .isEmpty();
    }

    /** Why a run fails with caches in front of the engines; empty if it does not. */
    private static String failureOf(int seed, boolean emptiedByPublish) {
        try {
            new Simulation(seed, new CachedReads(emptiedByPublish)).run(FAULTY_MS);
            return "";
        } catch (AssertionError e) {
            return e.toString();
        }
    }

    /** Servers that give the same answer again until the row is written. */
    private static final class CachedReads implements Sabotage {
        private final boolean emptiedByPublish;
        // A node is equal only to itself.
        private final Map<SimulatedNode, Map<ByteBuffer, Optional<byte[]>>> caches = new HashMap<>();

        private CachedReads(boolean emptiedByPublish) {
            this.emptiedByPublish = emptiedByPublish;
        }

        @Override
        public EngineFactory enginesOf(SimulatedNode node, EngineFactory engines) {
            Map<ByteBuffer, Optional<byte[]>> cache = new HashMap<>();
            caches.put(node, cache);
            return new ObservedEngines(engines, (engine, gpid, decree, rows, publish) -> {
                rows.forEach(row -> cache.remove(ByteBuffer.wrap(row.key())));
                if (publish != null && emptiedByPublish) {
                    cache.clear();
                }
            });
        }

        @Override
        public RpcHandlers handlersOf(SimulatedNode node, RpcHandlers handlers) {
            Map<ByteBuffer, Optional<byte[]>> cache = Objects.requireNonNull(caches.get(node));
            return replaced(handlers, DataRpcs.GET.taskCode(), new Instead<Blob, ReadResponse>() {
                @Override
                public void handle(Gpid gpid, Blob request, Responder<ReadResponse> responder) {
                    Replica replica = servingPrimary(node, gpid);
                    if (replica == null) {
                        responder.fail(ErrorCode.ERR_INVALID_STATE);
                    } else {
                        byte[] key = request.bytes();
                        responder.reply(answer(cache.computeIfAbsent(
                                ByteBuffer.wrap(key),
                                each -> Optional.ofNullable(replica.engine().get(key)))));
                    }
                }
            });
        }

        private static ReadResponse answer(Optional<byte[]> value) {
            return new ReadResponse()
                    .setError(value.isEmpty() ? 1 : 0)
                    .setValue(Blob.of(value.map(StoredValue::userData).orElse(new byte[0])));
        }
    }

    /** Another member takes the place of the primary, which is alive, and hears of it only later. */
    private static void switchPrimaries(Cluster cluster) {
        SimulatedMeta meta = cluster.leader();
        MetaLeader leader = meta == null ? null : meta.leader();
        if (meta == null || leader == null) {
            return;
        }
        HostPort address = meta.address();
        var unused = leader.submit((state, wallMs) -> {
            for (Partition partition : state.partitions()) {
                HostPort old = partition.primary();
                if (old != null && partition.secondaries().size() == 2) {
                    Configuration now = partition.configuration();
                    Configuration next = now.next(
                            now.secondaries().get(0), List.of(now.secondaries().get(1)));
                    cluster.network().block(address, old);
                    cluster.world().time().schedule(DEAF_MS, cluster.network()::heal);
                    return Decision.record(true, new PartitionsConfigured(wallMs, List.of(next)));
                }
            }
            return Decision.reply(false);
        });
    }

    private static @Nullable Replica servingPrimary(SimulatedNode node, Gpid gpid) {
        ReplicaWiring wired = node.wired();
        Replica replica = wired == null ? null : wired.replicas().find(gpid);
        if (wired == null || replica == null) {
            return null;
        }
        ReplicaView view = replica.view();
        return view.isPrimary() && view.serving() && wired.lease().isValid() ? replica : null;
    }

    /** Clients alone have to notice: nothing looks inside the servers meanwhile. */
    private static void assertCaught(Sabotage sabotage) {
        Optional<String> caught = Optional.empty();
        int seed = 0;
        while (caught.isEmpty() && seed < SEEDS_MAX) {
            caught = new Simulation(seed, sabotage).findUnexplained(FAULTY_MS);
            seed++;
        }
        System.out.println("caught with seed " + (seed - 1));
        assertThat(caught).as("within %d seeds", SEEDS_MAX).isPresent();
        assertThat(new Simulation(seed - 1, Sabotage.NONE).findUnexplained(FAULTY_MS))
                .as("the same seed with nothing broken")
                .isEmpty();
    }

    /** Does something before the real handler. */
    private interface Before<Q, R> {
        void handle(Gpid gpid, Q request, Responder<R> responder);
    }

    /** Does something instead of the real handler, which only answers if this does not. */
    private interface Instead<Q, R> extends Before<Q, R> {}

    /** The same table with another handler of one code. */
    private static <Q extends TBase<?, ?>, R extends TBase<?, ?>> RpcHandlers replaced(
            RpcHandlers handlers, String taskCode, Before<Q, R> broken) {
        RpcHandlers copy = new RpcHandlers();
        handlers.entries().forEach((code, entry) -> add(copy, entry, code.equals(taskCode) ? broken : null));
        return copy;
    }

    // The table is by task code, and a code has one pair of types.
    @SuppressWarnings("unchecked")
    private static <Q extends TBase<?, ?>, R extends TBase<?, ?>> void add(
            RpcHandlers copy, RpcHandlers.Entry<Q, R> entry, @Nullable Before<?, ?> broken) {
        RpcHandlers.Handler<Q, R> handler = entry.handler();
        if (entry.streamHandler() != null) {
            copy.onStream(entry.rpc(), entry.access(), entry.streamHandler());
        } else if (handler != null && entry.oneWay()) {
            copy.onOneWay(entry.rpc(), entry.access(), handler);
        } else if (handler != null) {
            Before<Q, R> before = (Before<Q, R>) broken;
            copy.on(entry.rpc(), entry.access(), (caller, header, request, responder) -> {
                if (before != null) {
                    before.handle(header.gpid(), request, responder);
                }
                if (!(before instanceof Instead)) {
                    handler.handle(caller, header, request, responder);
                }
            });
        }
    }
}
