package dev.sluice.replica.replica;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.config.Config;
import dev.sluice.common.rpc.Caller;
import dev.sluice.common.rpc.RequestHeader;
import dev.sluice.common.rpc.Responder;
import dev.sluice.common.rpc.Rpc;
import dev.sluice.common.rpc.RpcHandlers;
import dev.sluice.common.time.Clock;
import dev.sluice.replica.ReplicaOptions;
import dev.sluice.replica.node.Lease;
import dev.sluice.replica.request.ClientHandlers;
import dev.sluice.replica.request.ReadLimits;
import dev.sluice.replica.throttle.NodeThrottle;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.thrift.TBase;

/** Requests of clients to the primary of one partition, without a network; the test runs the pool of reads. */
final class ClientReads {
    static final Gpid P = new Gpid(1, 0);

    /** What waits for a thread that may wait for a disk. */
    final Deque<Runnable> pool = new ArrayDeque<>();

    final List<Object> replies = new ArrayList<>();
    private final RpcHandlers handlers = new RpcHandlers();

    /**
     * Makes the node the primary, and serves.
     *
     * @param clock by which reads are timed
     */
    ClientReads(OneNode node, Map<String, String> options, Clock clock) {
        Config config = Config.of(ReplicaOptions.schema(), options);
        Lease lease = new Lease(node.time);
        lease.extend(0, Long.MAX_VALUE / 2);
        var clients = ClientHandlers.register(
                handlers,
                node.replicas,
                () -> false,
                lease,
                clock,
                OneNode.SELF,
                pool::add,
                1 << 20,
                ReadLimits.of(config),
                new NodeThrottle(config, node.time).reads());
        assertThat(clients).isNotNull();
        node.tell(P, 1, OneNode.SELF, List.of());
    }

    /** What is answered without the pool is among the replies then. */
    <Q extends TBase<?, ?>, R extends TBase<?, ?>> void ask(Rpc<Q, R> rpc, Q request) {
        // The table has the handler of an rpc under its task code.
        @SuppressWarnings("unchecked")
        RpcHandlers.Entry<Q, R> entry = (RpcHandlers.Entry<Q, R>)
                Objects.requireNonNull(handlers.entries().get(rpc.taskCode()));
        Objects.requireNonNull(entry.handler())
                .handle(
                        new Caller(OneNode.OTHER, null, 0),
                        RequestHeader.toPartition(P, 1_000, 0),
                        request,
                        new Responder<>() {
                            @Override
                            public void reply(R reply) {
                                replies.add(reply);
                            }

                            @Override
                            public void fail(ErrorCode error) {
                                throw new AssertionError("a read failed: " + error);
                            }
                        });
    }
}
