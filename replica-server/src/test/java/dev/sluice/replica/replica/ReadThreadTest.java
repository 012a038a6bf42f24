package dev.sluice.replica.replica;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.common.ErrorCode;
import dev.sluice.common.data.StoredKey;
import dev.sluice.common.rpc.DataRpcs;
import dev.sluice.wire.Blob;
import dev.sluice.wire.data.ReadResponse;
import dev.sluice.wire.data.TtlResponse;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which thread answers a read: the one that it arrived on if the row is in memory, else one of the pool, which may wait for a disk. */
class ReadThreadTest {
    private static final byte[] IN_MEMORY = StoredKey.of("ada".getBytes(UTF_8), new byte[0]);
    private static final byte[] NOT_THERE = StoredKey.of("bob".getBytes(UTF_8), new byte[0]);

    private final ClientReads client;

    ReadThreadTest() throws IOException {
        OneNode node = new OneNode(OneNode.DISK1);
        client = new ClientReads(node, Map.of(), node.time);
        assertThat(node.put(ClientReads.P, IN_MEMORY, new byte[20])).isEqualTo(ErrorCode.ERR_OK);
    }

    @Test
    void aRowInMemoryIsReadWhereTheRequestArrived() {
        client.ask(DataRpcs.GET, Blob.of(IN_MEMORY));
        client.ask(DataRpcs.TTL, Blob.of(IN_MEMORY));
        assertThat(client.pool).isEmpty();
        assertThat(client.replies).hasSize(2);
        assertThat(((ReadResponse) client.replies.get(0)).getError()).isZero();
        assertThat(((TtlResponse) client.replies.get(1)).getError()).isZero();
    }

    @Test
    void whatMemoryDoesNotTellIsReadByThePool() {
        client.ask(DataRpcs.GET, Blob.of(NOT_THERE));
        assertThat(client.replies).isEmpty();
        assertThat(client.pool).hasSize(1);
        client.pool.remove().run();
        assertThat(((ReadResponse) client.replies.get(0)).getError()).isEqualTo(1);
    }
}
