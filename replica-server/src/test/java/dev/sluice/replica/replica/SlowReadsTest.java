package dev.sluice.replica.replica;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.sluice.common.data.StoredKey;
import dev.sluice.common.data.StoredValue;
import dev.sluice.common.rpc.DataRpcs;
import dev.sluice.common.time.Clock;
import dev.sluice.replica.mutation.Change.RowChange;
import dev.sluice.replica.request.ClientHandlers;
import dev.sluice.wire.Blob;
import dev.sluice.wire.data.CountResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Reads that take long: the log tells of them, and a count of many rows ends. */
class SlowReadsTest {
    private static final byte[] HASH_KEY = "ada".getBytes(UTF_8);
    private static final Blob KEY = Blob.of(StoredKey.of(HASH_KEY, new byte[0]));
    private static final Map<String, String> OPTIONS =
            Map.of("pegasus.server.rocksdb_slow_query_threshold_ns", "100000000");

    private final OneNode node;
    private final Logger logger =
            (Logger) LoggerFactory.getLogger(ClientHandlers.class.getPackageName() + ".SlowQueries");
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    SlowReadsTest() throws IOException {
        node = new OneNode(OneNode.DISK1);
    }

    @BeforeEach
    void listen() {
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(log);
    }

    @Test
    void aReadThatTakesLongerThanTheOptionSaysIsLogged() {
        ClientReads client = new ClientReads(node, OPTIONS, node.time);
        get(client, 100);
        assertThat(lines()).isEmpty();

        get(client, 101);
        assertThat(lines())
                .containsExactly("slow query: RPC_RRDB_RRDB_GET of 1.0 from " + OneNode.OTHER + " took 101 ms");
    }

    @Test
    void theEnvOfTheAppGoesBeforeTheOption() {
        node.envs = Map.of("replica.slow_query_threshold", "20");
        ClientReads client = new ClientReads(node, OPTIONS, node.time);
        get(client, 20);
        assertThat(lines()).isEmpty();

        get(client, 21);
        assertThat(lines()).singleElement().asString().endsWith(" took 21 ms");
    }

    @Test
    void withoutAThresholdNoneIsSlow() {
        ClientReads client =
                new ClientReads(node, Map.of("pegasus.server.rocksdb_slow_query_threshold_ns", "0"), node.time);
        get(client, 1_000_000);
        assertThat(lines()).isEmpty();
    }

    /** A node that is busy would fill its log with reads that were slow for nothing of their own. */
    @Test
    void theWaitForAThreadDoesNotCount() {
        ClientReads client = new ClientReads(node, OPTIONS, node.time);
        client.ask(DataRpcs.GET, KEY);
        node.time.pause(5_000);
        client.pool.remove().run();
        assertThat(client.replies).hasSize(1);
        assertThat(lines()).isEmpty();
    }

    @Test
    void onlySoManyASecondAreLoggedAndTheNextLineSaysHowManyWereNot() {
        // Reads of 10 ms each take long here.
        ClientReads client =
                new ClientReads(node, Map.of("pegasus.server.rocksdb_slow_query_threshold_ns", "9000000"), node.time);
        node.time.pause(1_000 - node.time.nowMs() % 1_000);
        for (int i = 0; i < 15; i++) {
            get(client, 10);
        }
        assertThat(lines()).hasSize(10).allSatisfy(line -> assertThat(line).endsWith(" took 10 ms"));

        node.time.pause(1_000);
        get(client, 10);
        assertThat(lines())
                .hasSize(11)
                .last()
                .asString()
                .endsWith(" took 10 ms, and 5 more were slow since the last line");
        get(client, 10);
        assertThat(lines()).last().asString().endsWith(" took 10 ms");
    }

    /** The protocol has -1 for it: a number would be taken for all. */
    @Test
    void aCountOfSortKeysThatTakesTooLongSaysSo() {
        SlowTime slow = new SlowTime();
        ClientReads client = new ClientReads(node, OPTIONS, slow);
        int rows = 600;
        List<RowChange> changes = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            byte[] sortKey = ByteBuffer.allocate(Integer.BYTES).putInt(i).array();
            changes.add(new RowChange(StoredKey.of(HASH_KEY, sortKey), StoredValue.of(0, 0, new byte[] {1})));
        }
        node.replica(ClientReads.P).write(changes, (decree, error) -> {});
        node.time.advance(200);

        assertThat(count(client)).isEqualTo(-1);
        slow.stands = true;
        assertThat(count(client)).isEqualTo(rows);

        slow.stands = false;
        node.envs = Map.of("replica.rocksdb_iteration_threshold_time_ms", "0");
        node.tell(ClientReads.P, 2, OneNode.SELF, List.of());
        assertThat(count(client)).as("without a limit").isEqualTo(rows);
    }

    private long count(ClientReads client) {
        client.replies.clear();
        client.ask(DataRpcs.SORTKEY_COUNT, Blob.of(HASH_KEY));
        client.pool.remove().run();
        CountResponse reply = (CountResponse) client.replies.get(0);
        assertThat(reply.getError()).isZero();
        return reply.getCount();
    }

    /** Of a row that is not in memory, whose disk takes that long. */
    private void get(ClientReads client, long tookMs) {
        client.ask(DataRpcs.GET, KEY);
        node.onRead = () -> node.time.pause(tookMs);
        client.pool.remove().run();
        node.onRead = () -> {};
    }

    private List<String> lines() {
        return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    /** A clock by which a day passes whenever somebody looks. */
    private static final class SlowTime implements Clock {
        private static final long DAY_MS = 86_400_000;
        private long nowMs;
        private boolean stands;

        @Override
        public long nowMs() {
            nowMs += stands ? 0 : DAY_MS;
            return nowMs;
        }

        @Override
        public long wallMs() {
            return 0;
        }
    }
}
