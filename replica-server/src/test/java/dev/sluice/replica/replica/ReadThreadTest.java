package dev.sluice.replica.replica;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.Gpid;
import dev.sluice.common.config.Config;
import dev.sluice.common.data.StoredKey;
import dev.sluice.common.rpc.Caller;
import dev.sluice.common.rpc.DataRpcs;
import dev.sluice.common.rpc.RequestHeader;
import dev.sluice.common.rpc.Responder;
import dev.sluice.common.rpc.Rpc;
import dev.sluice.common.rpc.RpcHandlers;
import dev.sluice.replica.ReplicaOptions;
import dev.sluice.replica.node.Lease;
import dev.sluice.replica.request.ClientHandlers;
import dev.sluice.replica.request.ReadLimits;
import dev.sluice.replica.throttle.NodeThrottle;
import dev.sluice.wire.Blob;
import dev.sluice.wire.data.ReadResponse;
import dev.sluice.wire.data.TtlResponse;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.apache.thrift.TBase;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which thread answers a read: the one that it arrived on if the row is in memory, else one of the pool, which may wait for a disk. */
class ReadThreadTest {
    private static final Gpid P = new Gpid(1, 0);
    private static final byte[] IN_MEMORY = StoredKey.of("ada".getBytes(UTF_8), new byte[0]);
    private static final byte[] NOT_THERE = StoredKey.of("bob".getBytes(UTF_8), new byte[0]);

    private final OneNode node;
    private final RpcHandlers handlers = new RpcHandlers();
    private final Deque<Runnable> pool = new ArrayDeque<>();
    private final List<Object> replies = new ArrayList<>();

    ReadThreadTest() throws IOException {
        node = new OneNode(OneNode.DISK1);
    }

    @BeforeEach
    void serve() {
        Config config = Config.of(ReplicaOptions.schema());
        Lease lease = new Lease(node.time);
        lease.extend(0, Long.MAX_VALUE / 2);
        var clients = ClientHandlers.register(
                handlers,
                node.replicas,
                () -> false,
                lease,
                node.time,
                OneNode.SELF,
                pool::add,
                1 << 20,
                ReadLimits.of(config),
                new NodeThrottle(config, node.time).reads());
        assertThat(clients).isNotNull();
        node.tell(P, 1, OneNode.SELF, List.of());
        assertThat(node.put(P, IN_MEMORY, new byte[20])).isEqualTo(ErrorCode.ERR_OK);
    }

    @Test
    void aRowInMemoryIsReadWhereTheRequestArrived() {
        ask(DataRpcs.GET, IN_MEMORY);
        ask(DataRpcs.TTL, IN_MEMORY);
        assertThat(pool).isEmpty();
        assertThat(replies).hasSize(2);
        assertThat(((ReadResponse) replies.get(0)).getError()).isZero();
        assertThat(((TtlResponse) replies.get(1)).getError()).isZero();
    }

    @Test
    void whatMemoryDoesNotTellIsReadByThePool() {
        ask(DataRpcs.GET, NOT_THERE);
        assertThat(replies).isEmpty();
        assertThat(pool).hasSize(1);
        pool.remove().run();
        assertThat(((ReadResponse) replies.get(0)).getError()).isEqualTo(1);
    }

    private <R extends TBase<?, ?>> void ask(Rpc<Blob, R> rpc, byte[] key) {
        // The table has the handler of an rpc under its task code.
        @SuppressWarnings("unchecked")
        RpcHandlers.Entry<Blob, R> entry = (RpcHandlers.Entry<Blob, R>)
                Objects.requireNonNull(handlers.entries().get(rpc.taskCode()));
        Objects.requireNonNull(entry.handler())
                .handle(
                        new Caller(OneNode.OTHER, null, 0),
                        RequestHeader.toPartition(P, 1_000, 0),
                        Blob.of(key),
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
